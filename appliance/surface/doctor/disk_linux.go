package doctor

import (
	"fmt"
	"syscall"
)

// DiskUsage reads the file system of path.
func DiskUsage(path string) (Usage, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(path, &st); err != nil {
		return Usage{}, err
	}
	unit := uint64(st.Bsize)
	// What only root may use counts as used up.
	return Usage{Total: st.Blocks * unit, Free: st.Bavail * unit, Type: typeName(uint32(st.Type))}, nil
}

// typeName translates the magic numbers of statfs(2).
func typeName(magic uint32) string {
	names := map[uint32]string{
		0xEF53: "ext4", 0x58465342: "xfs", 0x9123683E: "btrfs", 0x2FC12FC1: "zfs", 0xF2F52010: "f2fs", 0x794C7630: "overlay",
		0x01021994: "tmpfs", 0x858458F6: "ramfs", 0x6969: "nfs", 0xFF534D42: "cifs", 0xFE534D42: "smb2", 0x65735546: "fuse",
		0x01021997: "9p", 0x4D44: "vfat", 0x2011BAB0: "exfat", 0x73717368: "squashfs",
	}
	if n, ok := names[magic]; ok {
		return n
	}
	return fmt.Sprintf("file system %#x", magic)
}
