//go:build arm64 && !race

package mem

// StoreRelease stores v after all accesses that precede it in program order.
// On arm64 this is STLR, which is what Uint64.Store compiles to.
func StoreRelease(p *Uint64, v uint64) {
	p.Store(v)
}

// LoadAcquire is Uint64.Load. Elsewhere the compiler may reorder it with other
// LoadAcquires: where that matters, one of them is Uint64.Load.
func LoadAcquire(p *Uint64) uint64 { return p.Load() }
