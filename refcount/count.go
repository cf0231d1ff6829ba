package refcount

import "readmostly/internal/mem"

// Count is a reference count. Its zero value is a dead object's; it must not be
// copied after first use. Its methods are the package's functions of the same
// names on its word.
type Count struct{ word mem.Uint64 }

// Init makes a count of one reference: see the function [Init].
func (c *Count) Init() { Init(&c.word) }

// Set starts a count at n references: see the function [Set].
func (c *Count) Set(n uint64) { Set(&c.word, n) }

// Read returns the count: see the function [Read].
func (c *Count) Read() uint64 { return Read(&c.word) }

// GetUnlessZero takes a reference if the object is alive: see the function
// [GetUnlessZero].
func (c *Count) GetUnlessZero() bool { return GetUnlessZero(&c.word) }

// Get takes one more reference: see the function [Get].
func (c *Count) Get() { Get(&c.word) }

// Put gives a reference back: see the function [Put].
func (c *Count) Put() (last bool) { return Put(&c.word) }
