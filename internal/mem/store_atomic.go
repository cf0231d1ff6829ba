//go:build race || (!amd64 && !arm64)

package mem

// StoreRelaxed stores v without ordering it against accesses to other words.
// The race detector and unknown machines get an atomic store.
func StoreRelaxed(p *Uint64, v uint64) { p.Store(v) }

// StoreRelease stores v after all accesses that precede it in program order.
// The race detector and unknown machines get an atomic store.
func StoreRelease(p *Uint64, v uint64) { p.Store(v) }

// LoadAcquire is Uint64.Load. Elsewhere the compiler may reorder it with other
// LoadAcquires: where that matters, one of them is Uint64.Load.
func LoadAcquire(p *Uint64) uint64 { return p.Load() }
