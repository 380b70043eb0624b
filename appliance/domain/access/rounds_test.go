//go:build !race

package access_test

// worlds is how many random trees the property test makes.
const worlds = 42
