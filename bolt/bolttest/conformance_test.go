package bolttest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
	"github.com/switchkeep/switchkeep/appliance/platform/store/kv/conformance"
	"github.com/switchkeep/switchkeep/bolt/bolttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t testing.TB) kv.Engine { return bolttest.Engine(t) })
}
