package impls

import "math/bits"

// An Element is the triple of the LWN article "What is RCU, Fundamentally?"
// with its key. C is derived from the other three, so that a reader can tell a
// torn or recycled element from a good one without another memory access.
type Element struct {
	Key, A, B, C uint64
}

// MaxKey is the greatest key: keys share a word with the operation in an [Op].
const MaxKey = 1<<56 - 1

// Hash spreads a key over 64 bits (Knuth's multiplicative hash with the golden
// ratio). Tables take their chain index from the upper half.
func Hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 }

// Derive returns the C that belongs to a key, an A and a B. It needs nothing that
// a walk would have to keep in a register besides the key. A and B differ in half
// of their bits from version to version, so a mixture of two doesn't fit.
func Derive(key, a, b uint64) uint64 {
	return ^((key ^ a) + bits.RotateLeft64(b, 29))
}

// MakeElement returns the version of the key's element that has the given
// number. Two versions of a key differ in A, in B and in C.
func MakeElement(key, version uint64) Element {
	a := version * 0xD6E8FEB86659FD93
	b := (version ^ key) * 0xA0761D6478BD642F
	return Element{Key: key, A: a, B: b, C: Derive(key, a, b)}
}

// Valid reports whether C fits the other fields. A false result means that a
// reader saw an element that was torn, freed or being filled.
func (e Element) Valid() bool { return e.C == Derive(e.Key, e.A, e.B) }
