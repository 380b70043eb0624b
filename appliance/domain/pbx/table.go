package pbx

import "github.com/switchkeep/switchkeep/appliance/platform/store"

// Table is the table of PBXs; others follow and read it only.
func Table() *store.Table[PBX, *PBX] { return devices() }
