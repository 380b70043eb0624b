package kv_test

import (
	"testing"

	"github.com/switchkeep/switchkeep/appliance/platform/store/kv"
)

// The limits are those of etcd with --max-txn-ops=1024 and its request limit of 1.5 MiB: a
// transaction that fits here fits there, its reads compared and its writes put.
func TestLimitsFitEtcd(t *testing.T) {
	t.Parallel()
	const maxTxnOps, maxRequest = 1024, 3 << 19
	if kv.MaxTxWrites > maxTxnOps || kv.MaxTxReads > maxTxnOps {
		t.Error("too many operations for one etcd transaction")
	}
	if compared := kv.MaxTxReads * kv.MaxKey; kv.MaxTxBytes+compared > maxRequest {
		t.Errorf("%d bytes for one etcd request", kv.MaxTxBytes+compared)
	}
	if kv.MaxValue+kv.MaxKey > kv.MaxTxBytes {
		t.Error("the largest pair does not fit into a transaction")
	}
}
