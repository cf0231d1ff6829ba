package builtin_test

import (
	"testing"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/impls/implstest"
)

// TestConformance runs the kit on every backend with every way to reclaim.
func TestConformance(t *testing.T) {
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) { implstest.Test(t, b) })
		for _, reclaim := range b.Reclaims {
			if reclaim == b.Reclaims[0] {
				continue
			}
			t.Run(b.Name+"/"+reclaim, func(t *testing.T) {
				with := b
				with.New = func(c impls.Config) (impls.Map, error) {
					c.Reclaim = reclaim
					return b.New(c)
				}
				implstest.Test(t, with, implstest.Effort(0.25))
			})
		}
	}
}
