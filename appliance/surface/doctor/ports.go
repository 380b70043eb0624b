package doctor

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Port is a listener that is wanted.
type Port struct {
	Network string // tcp or udp
	Addr    string // "" is every address
	Port    int
	Purpose string // "console", "plain", "visits", …
}

// Holder is who has a port.
type Holder struct {
	PID  int
	Name string
}

// Ports tells for each port whether it is free, and who holds it when it is not. A port that this
// process holds itself is fine.
func (d *Doctor) Ports(ctx context.Context, ports []Port) []Finding {
	out := make([]Finding, 0, len(ports))
	for _, p := range ports {
		out = append(out, d.port(ctx, p))
	}
	return out
}

func (d *Doctor) port(ctx context.Context, p Port) Finding {
	addr := net.JoinHostPort(p.Addr, strconv.Itoa(p.Port))
	f := Finding{
		ID: "port." + p.Network + "." + strconv.Itoa(p.Port), TitleKey: "doctor.port", Level: OK,
		Value: strconv.Itoa(p.Port), Detail: fmt.Sprintf("%s %s for %s is free", p.Network, addr, p.Purpose),
	}
	err := tryListen(ctx, p.Network, addr)
	switch {
	case err == nil:
	case errors.Is(err, syscall.EADDRINUSE):
		d.taken(&f, p, addr)
	case errors.Is(err, fs.ErrPermission):
		f.Level = Error
		f.Detail = fmt.Sprintf("%s %s for %s may not be opened by this user", p.Network, addr, p.Purpose)
		f.Fix = "choose a port above 1023, or run the packaged service, which holds CAP_NET_BIND_SERVICE"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		f.Level = Error
		f.Detail = p.Addr + " is no address of this machine"
		f.Fix = "choose one of its addresses, or leave it empty for all"
	default:
		f.Level = Error
		f.Detail = fmt.Sprintf("%s %s for %s cannot be opened: %v", p.Network, addr, p.Purpose, err)
	}
	return f
}

func tryListen(ctx context.Context, network, addr string) error {
	var lc net.ListenConfig
	if network == "udp" {
		c, err := lc.ListenPacket(ctx, "udp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return l.Close()
}

func (d *Doctor) taken(f *Finding, p Port, addr string) {
	f.Level = Error
	f.Detail = fmt.Sprintf("%s %s for %s is taken", p.Network, addr, p.Purpose)
	f.Fix = "stop what holds it, or choose another port"
	if d.c.Proc == "" {
		return
	}
	holders := Holders(d.c.Proc, p.Network, p.Port)
	if slices.ContainsFunc(holders, func(h Holder) bool { return h.PID == os.Getpid() }) {
		f.Level, f.Fix = OK, ""
		f.Detail = fmt.Sprintf("%s %s for %s is open here", p.Network, addr, p.Purpose)
		return
	}
	names := make([]string, len(holders))
	for i, h := range holders {
		names[i] = fmt.Sprintf("%s (process %d)", h.Name, h.PID)
	}
	if len(names) > 0 {
		f.Detail += " by " + strings.Join(names, ", ")
	} else {
		f.Detail += " by a process of another user"
		f.Fix = fmt.Sprintf("see who holds it with: sudo ss -lnp 'sport = :%d'", p.Port)
	}
}

// Holders finds the processes that listen on a port, as far as this user may see them.
func Holders(proc, network string, port int) []Holder {
	inodes := map[string]bool{}
	for _, file := range []string{network, network + "6"} {
		for _, s := range readSockets(filepath.Join(proc, "net", file)) {
			if s.local.Port() == uint16(port) && (network == "udp" || s.listening) {
				inodes["socket:["+s.inode+"]"] = true
			}
		}
	}
	if len(inodes) == 0 {
		return nil
	}
	var out []Holder
	dirs, err := filepath.Glob(filepath.Join(proc, "[0-9]*"))
	if err != nil {
		return nil
	}
	for _, dir := range dirs {
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && holds(dir, inodes) {
			out = append(out, Holder{pid, comm(dir)})
		}
	}
	return out
}

func holds(dir string, inodes map[string]bool) bool {
	fds, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		return false // another user's, or gone
	}
	return slices.ContainsFunc(fds, func(fd fs.DirEntry) bool {
		link, err := os.Readlink(filepath.Join(dir, "fd", fd.Name()))
		return err == nil && inodes[link]
	})
}

func comm(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "comm")) //nolint:gosec // a path below /proc
	if err != nil {
		return "?"
	}
	return strings.TrimSpace(string(b))
}

type socket struct {
	local     netip.AddrPort
	listening bool
	inode     string
}

// readSockets reads /proc/net/tcp, tcp6, udp or udp6; lines that it does not know are skipped.
func readSockets(path string) []socket {
	file, err := os.Open(path) //nolint:gosec // a path below /proc
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	var out []socket
	for lines := bufio.NewScanner(file); lines.Scan(); {
		const listen = "0A"
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 {
			continue
		}
		local, err := parseLocal(fields[1])
		if err != nil {
			continue
		}
		out = append(out, socket{local, fields[3] == listen, fields[9]})
	}
	return out
}

// parseLocal reads "0100007F:1F90": the address in 32-bit words of the machine's order, the port big-endian.
func parseLocal(s string) (netip.AddrPort, error) {
	a, p, _ := strings.Cut(s, ":")
	raw, err := hex.DecodeString(a)
	if err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, fmt.Errorf("address %q", s)
	}
	port, err := strconv.ParseUint(p, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("port %q", s)
	}
	for i := 0; i < len(raw); i += 4 {
		slices.Reverse(raw[i : i+4])
	}
	addr, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("address %q", s)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(port)), nil
}
