// Package bolt is the embedded engine: store/kv over one bbolt file
// (https://pkg.go.dev/go.etcd.io/bbolt).
//
// One goroutine at a time, the writer or a caller that found it idle, owns the only
// write transaction. It drains the queue of waiting Updates into one bbolt commit:
// each function runs on its caller's goroutine, one after another, against an overlay (read-your-writes, merged in
// order over the bbolt cursor). An error or a panic drops that overlay only.
// Keys, values and limits are checked at Put, so that applying an overlay cannot
// fail; if it or the commit fails all the same, the whole group fails and the
// engine accepts no write until it is opened again.
//
// The file has two buckets: "kv" holds the pairs, "meta" the revision. It is
// created as a temporary file, synced and renamed. While the engine runs the free
// list stays in memory; Close writes it with a last commit, so that only a crash
// pays for a scan at the next Open.
//
// Watch is served from a bounded history in memory, which is empty after Open.
package bolt
