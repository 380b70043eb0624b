package search

import "math/bits"

// Bits is a set of account numbers. The zero value is empty. It is not safe for concurrent writes.
type Bits struct{ words []uint64 }

// BitsOf returns the set of these numbers.
func BitsOf(nums ...uint32) *Bits {
	b := &Bits{}
	for _, n := range nums {
		b.Add(n)
	}
	return b
}

// BitsFrom returns the set whose n-th member is bit n%64 of words[n/64]. It keeps words.
func BitsFrom(words []uint64) *Bits { return &Bits{words} }

// Add puts n into the set.
func (b *Bits) Add(n uint32) {
	for int(n/64) >= len(b.words) {
		b.words = append(b.words, 0)
	}
	b.words[n/64] |= 1 << (n % 64)
}

// Remove takes n out of the set.
func (b *Bits) Remove(n uint32) {
	if int(n/64) < len(b.words) {
		b.words[n/64] &^= 1 << (n % 64)
	}
}

// Has tells whether n is in the set.
func (b *Bits) Has(n uint32) bool {
	w := int(n / 64)
	return w < len(b.words) && b.words[w]&(1<<(n%64)) != 0
}

// Len is the number of members.
func (b *Bits) Len() int {
	n := 0
	for _, w := range b.words {
		n += bits.OnesCount64(w)
	}
	return n
}
