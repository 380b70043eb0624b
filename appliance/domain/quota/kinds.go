package quota

// Kind is what is counted.
type Kind string

// The kinds, in the order in which pages show them.
const (
	Extensions           Kind = "extensions"
	ConcurrentCalls      Kind = "concurrent_calls"
	PBXConnections       Kind = "pbx_connections" // a hot-standby pair is one
	PBXInstances         Kind = "pbx_instances"
	SIPDevices           Kind = "sip_devices"
	RPSDevices           Kind = "rps_devices"
	TrunkIn              Kind = "trunk_in"
	TrunkOut             Kind = "trunk_out"
	TrunkTwo             Kind = "trunk_two"
	HASlots              Kind = "ha_slots"
	RecordingMinutes     Kind = "recording_minutes"
	TranscriptionMinutes Kind = "transcription_minutes"
	Accounts             Kind = "accounts"
	Users                Kind = "users"
	Templates            Kind = "templates"
	StorageBytes         Kind = "storage_bytes"
	HA                   Kind = "ha"
)

// Class says how a kind is counted.
type Class string

// The classes.
const (
	Allocation Class = "allocation" // held by objects, given back
	Cap        Class = "cap"        // a ceiling handed to a PBX, counted like an allocation
	Consumable Class = "consumable" // burns down
	Flag       Class = "flag"       // 0 or 1, inherited
)

// Unlimited is a grant without a limit.
const Unlimited = -1

// MaxQuantity is the largest grant that can be typed.
const MaxQuantity = 1 << 50

// Most and default of what one PBX may have.
const (
	MaxExtensionsPerPBX  = 500
	FreeRecordingMinutes = 500 // of each PBX; only the excess is drawn
)

// Info is a kind with its class.
type Info struct {
	Kind  Kind  `json:"kind"`
	Class Class `json:"class"`
}

// Catalogue is all kinds in order.
func Catalogue() []Info {
	return []Info{
		{Extensions, Allocation},
		{ConcurrentCalls, Cap},
		{PBXConnections, Allocation},
		{PBXInstances, Allocation},
		{SIPDevices, Allocation},
		{RPSDevices, Allocation},
		{TrunkIn, Cap},
		{TrunkOut, Cap},
		{TrunkTwo, Cap},
		{HASlots, Allocation},
		{RecordingMinutes, Consumable},
		{TranscriptionMinutes, Consumable},
		{Accounts, Allocation},
		{Users, Allocation},
		{Templates, Allocation},
		{StorageBytes, Allocation},
		{HA, Flag},
	}
}

// ClassOf returns the class of a kind; "" for an unknown one.
func ClassOf(k Kind) Class {
	switch k {
	case HA:
		return Flag
	case RecordingMinutes, TranscriptionMinutes:
		return Consumable
	case ConcurrentCalls, TrunkIn, TrunkOut, TrunkTwo:
		return Cap
	case Extensions, PBXConnections, PBXInstances, SIPDevices, RPSDevices, HASlots, Accounts, Users, Templates, StorageBytes:
		return Allocation
	default:
		return ""
	}
}
