package store_test

//go:generate go tool -modfile=../../../scripts/tools/go.mod msgp -io=false -tests=false -unexported -o rows_gen_test.go

// user is a row with every kind of index.
type user struct {
	ID    string   `msg:"id" json:"id"`
	Mail  string   `msg:"mail" json:"mail"`
	Tags  []string `msg:"tags" json:"tags"`
	Group string   `msg:"group" json:"group"`
	Age   int64    `msg:"age" json:"age"`
}

// userV1 is how users were stored before schema 2.
type userV1 struct {
	ID    string `msg:"id"`
	EMail string `msg:"e_mail"`
}
