package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

type kind int

const (
	evWrite kind = iota
	evTruncate
	evRename
	evSync // of a file or of a folder, when it has returned
	evAck
)

// event is one recorded system call.
type event struct {
	kind kind
	path string
	to   string // of a rename
	off  int64  // of a write; the length of a truncation
	data []byte
}

func count(events []event) map[kind]int {
	n := map[kind]int{}
	for i := range events {
		n[events[i].kind]++
	}
	return n
}

// record runs this program under strace and returns what it did to the files in dir.
func record(exe, dir string, args []string) ([]event, error) {
	trace := filepath.Join(dir, "trace")
	cmd := exec.Command("strace", append([]string{ //nolint:gosec,noctx // ourselves
		"-f", "-qq", "-y", "-xx", "-s", "100000000", "--seccomp-bpf", "-o", trace,
		"-e", "trace=pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,sync_file_range,msync,ftruncate,fallocate,rename,renameat,renameat2", "--", exe,
	}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("strace: %w: %s", err, out)
	}
	f, err := os.Open(trace) //nolint:gosec // our own file
	if err != nil {
		return nil, err
	}
	p := &parser{dir: dir, open: map[string]event{}}
	in := bufio.NewReaderSize(f, 1<<20)
	for {
		line, readErr := in.ReadString('\n')
		if line != "" {
			if err = p.line(strings.TrimSuffix(line, "\n")); err != nil {
				break
			}
		}
		if readErr != nil {
			break
		}
	}
	return p.events, errors.Join(err, f.Close(), os.Remove(trace))
}

// parser reads the lines of strace -f -y -xx.
type parser struct {
	dir    string
	open   map[string]event // syncs that have not returned, by process
	events []event
}

var (
	callLine   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumeLine = regexp.MustCompile(`^(\d+) +<\.\.\. (?:fdatasync|fsync) resumed>.*= (-?\d+)`)
	fdArg      = regexp.MustCompile(`^\d+<([^>]*)>(.*)$`)
	writeArgs  = regexp.MustCompile(`^, "([^"]*)", (\d+)(?:, (\d+))?`)
	renameArgs = regexp.MustCompile(`"([^"]*)".*"([^"]*)"`)
	result     = regexp.MustCompile(`\) += (-?\d+)`)
)

func (p *parser) line(s string) error {
	if m := resumeLine.FindStringSubmatch(s); m != nil {
		if e, ok := p.open[m[1]]; ok && m[2] == "0" {
			p.events = append(p.events, e)
		}
		delete(p.open, m[1])
		return nil
	}
	m := callLine.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	pid, call, args := m[1], m[2], m[3]
	if strings.HasPrefix(call, "rename") {
		return p.rename(args)
	}
	fd := fdArg.FindStringSubmatch(args)
	if fd == nil {
		return nil
	}
	path, err := unhex(fd[1])
	if err != nil || !strings.HasPrefix(path, p.dir) {
		return err
	}
	switch call {
	case "fdatasync", "fsync":
		e := event{kind: evSync, path: path}
		switch r := result.FindStringSubmatch(args); {
		case strings.Contains(args, "<unfinished"):
			p.open[pid] = e
		case r != nil && r[1] == "0":
			p.events = append(p.events, e)
		}
		return nil
	case "ftruncate":
		n, err := strconv.ParseInt(strings.TrimLeft(strings.FieldsFunc(fd[2], func(r rune) bool { return r == ')' || r == ' ' || r == ',' })[0], " "), 10, 64)
		p.events = append(p.events, event{kind: evTruncate, path: path, off: n})
		return err
	case "write", "pwrite64":
		return p.write(path, fd[2])
	}
	return fmt.Errorf("the harness does not know %s of %s: %.100s", call, path, s)
}

func (p *parser) write(path, args string) error {
	m := writeArgs.FindStringSubmatch(args)
	if m == nil {
		return fmt.Errorf("cannot read a write: %.100s", args)
	}
	data, err := unhex(m[1])
	if err != nil {
		return err
	}
	if n, bad := strconv.Atoi(m[2]); bad != nil || n != len(data) {
		return fmt.Errorf("a write of %s bytes has %d in the record", m[2], len(data))
	}
	e := event{kind: evWrite, path: path, data: []byte(data)}
	if filepath.Base(path) == acksName {
		e.kind = evAck
	} else if e.off, err = strconv.ParseInt(m[3], 10, 64); err != nil {
		return err
	}
	p.events = append(p.events, e)
	return nil
}

func (p *parser) rename(args string) error {
	m := renameArgs.FindStringSubmatch(args)
	if m == nil {
		return fmt.Errorf("cannot read a rename: %.100s", args)
	}
	from, err := unhex(m[1])
	if err != nil {
		return err
	}
	to, err := unhex(m[2])
	p.events = append(p.events, event{kind: evRename, path: from, to: to})
	return err
}

// unhex reads \x2f\x74…
func unhex(s string) (string, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	return string(b), err
}
