package conformance_test

import (
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv/conformance"
	"github.com/switchkeep/switchkeep/bolt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The embedded engine as the appliance opens it; bolt/bolttest runs the suite with functions run twice.
func TestBolt(t *testing.T) {
	conformance.Run(t, func(t testing.TB) kv.Engine {
		e, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
		return e
	})
}
