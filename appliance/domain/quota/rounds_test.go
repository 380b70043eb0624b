//go:build !race

package quota_test

// seeds is how many random runs the property test makes.
const seeds = 20
