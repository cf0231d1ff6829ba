package builtin

import (
	"fmt"

	"readmostly/impls"
)

// readOnly are the updates of a backend that has none.
type readOnly struct{}

func (readOnly) Insert(impls.Element) (bool, error)  { return false, errReadOnly(impls.Insert) }
func (readOnly) Delete(uint64) (bool, error)         { return false, errReadOnly(impls.Delete) }
func (readOnly) Replace(impls.Element) (bool, error) { return false, errReadOnly(impls.Replace) }

// errReadOnly says that the mechanism has no such operation.
func errReadOnly(k impls.Kind) error {
	return fmt.Errorf("this mechanism can't %s: its capabilities say so", k)
}
