//go:build race

package quota_test

// seeds is smaller under the race detector: the property test has one goroutine.
const seeds = 2
