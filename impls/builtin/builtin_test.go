package builtin_test

import (
	"flag"
	"testing"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/impls/implstest"
)

var effort = flag.Float64("effort", 1, "what the conformance kit's numbers of operations are multiplied by")

// TestConformance runs the kit on every backend, as a plug-in's author does.
func TestConformance(t *testing.T) {
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) { implstest.Test(t, b, implstest.Effort(*effort)) })
	}
}
