package bare

import (
	"path/filepath"
	"testing"
)

func TestPutGet(t *testing.T) {
	t.Parallel()
	d, err := Open(filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err = d.Put([]byte("k"), []byte("value")); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Get([]byte("k")); n != 5 || err != nil {
		t.Error(n, err)
	}
	if n, err := d.Get([]byte("x")); n != -1 || err != nil {
		t.Error(n, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}
