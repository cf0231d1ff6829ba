package impls

import "fmt"

// A Kind is what an operation does.
type Kind uint8

// The kinds of operation. Lookup is zero, so that a lookup's [Op] is its key.
const (
	Lookup Kind = iota
	Insert
	Delete
	Replace
	Walk
)

var kindNames = [...]string{"lookup", "insert", "delete", "replace", "walk"}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind-%d", uint8(k))
}

// An Op is one operation of a tape. A lookup is its key. Every other kind has the
// uppermost bit set, the kind below it and then the key: so the sign tells lookups
// from the rest, which a loop tests without a constant.
type Op uint64

const (
	notLookup = 1 << 63
	kindShift = 56
	kindMask  = 1<<(63-kindShift) - 1
)

// MakeOp returns the operation of the kind on the key, which is at most [MaxKey].
func MakeOp(k Kind, key uint64) Op {
	if k == Lookup {
		return Op(key)
	}
	return Op(notLookup | uint64(k)<<kindShift | key)
}

// Kind returns what the operation does.
func (o Op) Kind() Kind { return Kind(o >> kindShift & kindMask) }

// Key returns the key that the operation is about. A walk has none.
func (o Op) Key() uint64 { return uint64(o) & MaxKey }

// IsLookup reports whether the operation is a lookup; uint64(o) is then its key.
func (o Op) IsLookup() bool { return int64(o) >= 0 }
