//go:build !unix

package bolt

func noRoom(error) bool      { return false }
func unsupported(error) bool { return false }

// syncDir does nothing: a folder cannot be synced here.
func syncDir(string) error { return nil }
