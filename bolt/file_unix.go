//go:build unix

package bolt

import (
	"errors"
	"os"
	"syscall"
)

func noRoom(err error) bool { return errors.Is(err, syscall.ENOMEM) }

func unsupported(err error) bool {
	for _, e := range []error{syscall.EINVAL, syscall.ENODEV, syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.ENOSYS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func syncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // the operator's own path
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
