package backup_test

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported -o rows_gen_test.go

type session struct {
	ID    string `msg:"id"`
	Ended bool   `msg:"ended"`
	Blob  string `msg:"blob"`
	Pad   []byte `msg:"pad"`
}
