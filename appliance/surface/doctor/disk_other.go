//go:build !linux

package doctor

import "errors"

// DiskUsage is not known here.
func DiskUsage(string) (Usage, error) { return Usage{}, errors.ErrUnsupported }
