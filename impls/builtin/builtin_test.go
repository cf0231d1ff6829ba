package builtin_test

import (
	"testing"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/impls/implstest"
)

// TestConformance runs the kit on every backend, as a plug-in's author does.
func TestConformance(t *testing.T) {
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) { implstest.Test(t, b) })
	}
}
