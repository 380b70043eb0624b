package search_test

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported -o rows_gen_test.go

// pbxRow is what a listed table may hold.
type pbxRow struct {
	ID      string `msg:"id"`
	Account uint32 `msg:"account"`
	Name    string `msg:"name"`
	Model   string `msg:"model"`
	Hidden  bool   `msg:"hidden"`
}
