//go:build arm64 && !race

package mem

// StoreRelease stores v after all accesses that precede it in program order.
// On arm64 this is STLR, which is what Uint64.Store compiles to.
func StoreRelease(p *Uint64, v uint64) {
	p.Store(v)
}
