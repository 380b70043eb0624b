//go:build race

package access_test

// worlds is smaller under the race detector: the property test has one goroutine.
const worlds = 4
