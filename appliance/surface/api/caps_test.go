package api

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// zeros is a body whose length the client does not declare.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	z.n -= n
	return int(n), nil
}

// Every route refuses a body of cap+1 before it looks who asks, declared or chunked.
func TestBodiesAboveTheCap(t *testing.T) {
	t.Parallel()
	f := newFrame(t)
	n := 0
	for _, e := range f.api.Routes().Entries() {
		path := "/api/v1" + strings.NewReplacer("{id}", "mine").Replace(e.Path)
		for name, body := range map[string]io.Reader{
			"declared": bytes.NewReader(make([]byte, e.Cap+1)),
			"chunked":  &zeros{e.Cap + 1},
			"flood":    &zeros{1 << 30},
		} {
			r, err := http.NewRequestWithContext(t.Context(), e.Method, f.url+path, body)
			if err != nil {
				t.Fatal(err)
			}
			res, err := f.client.Do(r)
			if err != nil {
				continue // the server closed while the body was still coming: refused as well
			}
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("%s %s %s: %d", name, e.Method, e.Path, res.StatusCode)
			}
			n++
		}
	}
	if f.runs != 0 || n < 20 {
		t.Errorf("%d handlers ran, %d answers", f.runs, n)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapInuse > 200<<20 {
		t.Errorf("heap of %d MiB", m.HeapInuse>>20)
	}
}
