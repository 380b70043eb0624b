package doctor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Watermarks of the disk in percent used: at the first the intake of logs and captures stops, at the
// second uploads, at the third everything but sign-in, sign-out and deletion.
const (
	StopIntake  = 85
	StopUploads = 92
	StopWrites  = 97
)

// Usage is how full a file system is.
type Usage struct {
	Total, Free uint64 // bytes; Free is what this user may still use
	Type        string // ext4, nfs, …; "" unknown
}

// Percent that is used, rounded up.
func (u Usage) Percent() int {
	if u.Total == 0 {
		return 0
	}
	return int(((u.Total-u.Free)*100 + u.Total - 1) / u.Total)
}

// Disk judges how full the file system of the data folder is.
func Disk(path string) Finding {
	u, err := DiskUsage(path)
	if err != nil {
		return Finding{ID: "disk", TitleKey: "doctor.disk", Level: Warn, Detail: fmt.Sprintf("the disk space of %s is unknown: %v", path, err)}
	}
	return judgeDisk(u)
}

func judgeDisk(u Usage) Finding {
	used := u.Percent()
	f := Finding{
		ID: "disk", TitleKey: "doctor.disk", Level: OK, Value: fmt.Sprintf("%d %%", used),
		Detail: fmt.Sprintf("%d %% used, %.1f GB free", used, float64(u.Free)/1e9),
	}
	switch {
	case used >= StopWrites:
		f.Level = Error
		f.Detail += ": everything but sign-in and deletion is refused"
	case used >= StopUploads:
		f.Level = Error
		f.Detail += ": uploads are refused"
	case used >= StopIntake:
		f.Level = Warn
		f.Detail += ": logs and captures are not taken any more"
	}
	if f.Level != OK {
		f.Fix = "delete old captures, logs or backups, or enlarge the disk"
	}
	return f
}

// Folder tells whether the data folder can be written and lies on a file system that keeps its word.
func Folder(path string) Finding {
	f := Finding{ID: "data", TitleKey: "doctor.data", Level: OK, Value: path, Detail: path + " is writable"}
	if err := tryWrite(path); err != nil {
		f.Level, f.Detail = Error, fmt.Sprintf("%s cannot be written: %v", path, err)
		f.Fix = "let the appliance's user own it: chown -R switchkeep: " + path
		return f
	}
	u, err := DiskUsage(path)
	if err != nil {
		return f
	}
	f.Detail += ", on " + u.Type
	level, why := judgeType(u.Type)
	if level != OK {
		f.Level, f.Detail, f.Fix = level, path+" is on "+u.Type+": "+why, "put the data folder on a local disk with ext4, xfs or btrfs"
	}
	return f
}

func judgeType(kind string) (Level, string) {
	switch kind {
	case "nfs", "cifs", "smb2", "fuse", "9p", "vfat", "exfat":
		return Error, "locks and syncs do not hold there"
	case "tmpfs", "ramfs":
		return Warn, "everything is lost when the machine stops"
	case "overlay":
		return Warn, "everything is lost when the container is removed, unless this is a volume"
	}
	return OK, ""
}

// tryWrite does what the appliance does all the time: write, sync, rename, remove.
func tryWrite(dir string) error {
	file, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	_, err = file.WriteString("switchkeep")
	err = errors.Join(err, file.Sync(), file.Close())
	to := filepath.Join(dir, filepath.Base(file.Name())+".moved")
	if err == nil {
		err = os.Rename(file.Name(), to)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Remove(to)
}
