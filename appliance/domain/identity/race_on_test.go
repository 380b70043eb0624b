//go:build race

package identity

const raced = true
