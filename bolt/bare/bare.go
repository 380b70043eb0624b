// Package bare is bbolt as it comes, one commit for each transaction: the peer beside
// which the engine is measured (scripts/bench).
package bare

import (
	"errors"
	"time"

	"go.etcd.io/bbolt"
)

// DB is a bbolt file with one bucket.
type DB struct{ db *bbolt.DB }

func bucket() []byte { return []byte("b") }

// Open opens or creates a file with bbolt's own options, but for a timeout and the faster free list.
func Open(path string) (*DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: 5 * time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, InitialMmapSize: 1 << 30,
	})
	if err != nil {
		return nil, err
	}
	if err = db.Update(func(tx *bbolt.Tx) error {
		_, bucketErr := tx.CreateBucketIfNotExists(bucket())
		return bucketErr
	}); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &DB{db}, nil
}

// Put writes one pair in a transaction of its own.
func (d *DB) Put(key, value []byte) error {
	return d.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucket()).Put(key, value) })
}

// Get returns the length of a value, -1 when the key is absent.
func (d *DB) Get(key []byte) (n int, err error) {
	err = d.db.View(func(tx *bbolt.Tx) error {
		n = -1
		if v := tx.Bucket(bucket()).Get(key); v != nil {
			n = len(v)
		}
		return nil
	})
	return n, err
}

// Close closes the file.
func (d *DB) Close() error { return d.db.Close() }
