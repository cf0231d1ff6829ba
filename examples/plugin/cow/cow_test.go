package cow

import (
	"testing"

	"readmostly/impls/implstest"
)

func TestConformance(t *testing.T) { implstest.Test(t, Backend) }
