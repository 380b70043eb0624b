package signal_test

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported -o rows_gen_test.go

type thing struct {
	ID      string `msg:"id"`
	Account string `msg:"account"`
}
