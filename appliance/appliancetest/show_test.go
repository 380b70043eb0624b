package appliancetest

import (
	"fmt"
	"runtime"
	"testing"
)

// shower prints one line of a must-show list and fails the test when it does not hold.
type shower func(name string, ok bool, format string, args ...any)

func showing(t *testing.T) shower {
	t.Helper()
	return func(name string, ok bool, format string, args ...any) {
		t.Helper()
		verdict := "ok  "
		if !ok {
			verdict = "FAIL"
			t.Fail()
		}
		t.Logf("%s %-34s %s", verdict, name, fmt.Sprintf(format, args...))
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
