package connector

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// describe says what the PBX is: what was typed, else what the P-Series answers, else what was stored,
// else what the machine says of itself.
func describe(ctx context.Context, st State, typed Device) (Device, error) {
	d := typed
	if st.Yeastar != nil {
		info, err := st.Yeastar.Information(ctx)
		if err != nil {
			return d, fmt.Errorf("ask the PBX: %w", err)
		}
		d = d.or(info.Device())
	}
	d = d.or(st.Device)
	if d.Serial == "" {
		d.Serial = serial()
	}
	if d.Serial == "" {
		return d, errors.New("the serial number was not found: give it with --serial")
	}
	if d.Model == "" {
		d.Model = "PBX"
	}
	return d, nil
}

func (d Device) or(e Device) Device {
	if d.Serial == "" {
		d.Serial = e.Serial
	}
	if d.Model == "" {
		d.Model = e.Model
	}
	if d.Firmware == "" {
		d.Firmware = e.Firmware
	}
	return d
}

// serial is the machine's: from the firmware (DMI, device tree), else the first network card's address.
func serial() string {
	for _, f := range []string{"/sys/class/dmi/id/product_serial", "/proc/device-tree/serial-number"} {
		b, err := os.ReadFile(f) //nolint:gosec // two fixed paths
		s := strings.Trim(string(b), " \x00\n")
		if err == nil && len(s) > 3 && !strings.Contains(strings.ToLower(s), "not spec") && !strings.Contains(strings.ToLower(s), "o.e.m") {
			return s
		}
	}
	ifs, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range ifs {
		if i.Flags&net.FlagLoopback == 0 && len(i.HardwareAddr) == 6 {
			return strings.ToUpper(strings.ReplaceAll(i.HardwareAddr.String(), ":", ""))
		}
	}
	return ""
}

// machineID is an id of this installation of the operating system: the machine-id (systemd's
// machine-id(5) asks to hash it before it leaves the host), else the host name and card.
func machineID() (string, error) {
	for _, f := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if b, err := os.ReadFile(f); err == nil && len(strings.TrimSpace(string(b))) >= 16 { //nolint:gosec // two fixed paths
			return hashID(strings.TrimSpace(string(b))), nil
		}
	}
	name, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("machine id: %w", err)
	}
	return hashID(name + "/" + serial()), nil
}

func hashID(s string) string {
	m := hmac.New(sha256.New, []byte("switchkeep-connector machine id"))
	m.Write([]byte(s))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// uptime is how long the machine runs, in seconds; 0 when it does not say.
func uptime() int64 {
	b, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(b), " ")
	f, err := strconv.ParseFloat(first, 64)
	if err != nil || f < 0 {
		return 0
	}
	return int64(f)
}

func runID() string { return rand.Text()[:16] }
