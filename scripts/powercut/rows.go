package main

//go:generate go tool -modfile=../tools/go.mod msgp -io=false -tests=false -unexported

// slot is one row of a worker. Slot 0 is the worker's counter: its Seq is the number of the last
// transaction that the row's database has of this worker.
type slot struct {
	Worker int    `msg:"worker"`
	Slot   int    `msg:"slot"`
	Seq    int64  `msg:"seq"`
	Pad    []byte `msg:"pad"`
}
