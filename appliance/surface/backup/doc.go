// Package backup copies the running appliance into one file and brings it back on an
// empty host.
//
// An archive (switchkeep-<time>-<kind>.tar.zst, mode 0600) is a tar in zstd with, in
// this order: manifest.json, the key file wrapped for the recovery recipient, a
// snapshot of the database, the hot files, and the blobs that the snapshot names. The
// manifest holds length and SHA-256 of every entry; it is written before them because
// all are known by then.
//
// Create holds the sweep of the blobs, snapshots the database while it is written to,
// checks and verifies the snapshot, packs, syncs, renames, and reads the whole archive
// again before it says that there is a backup. Without a recovery recipient it refuses
// unless told to leave the secrets out: a backup that cannot be restored is none.
//
// Restore works in an empty data folder and leaves it empty when it fails; the database
// is put in its place last. It voids what may be used only once (Voiders), gives the
// installation a new id and sets the restored mode, which lasts until an operator
// confirms. Tables: backup_restored, one row.
package backup
