//go:build scripted

package slab

const scripted = true

// Visit, if it is not nil, is called whenever somebody comes to an element, so
// that a test can disturb a traversal at a place of its choice. Only one goroutine
// may use the package meanwhile.
var Visit func(Ref)

func visit(r Ref) {
	if Visit != nil {
		Visit(r)
	}
}
