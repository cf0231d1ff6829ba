//go:build !linux

package perf

import "errors"

type system struct{}

func (system) open(attr, bool, int) (int, error) { return -1, errors.ErrUnsupported }
func (system) id(int) (uint64, error)            { return 0, errors.ErrUnsupported }
func (system) enable(int) error                  { return errors.ErrUnsupported }
func (system) disable(int) error                 { return errors.ErrUnsupported }
func (system) read(int, []byte) (int, error)     { return 0, errors.ErrUnsupported }
func (system) close(int) error                   { return nil }
func (system) spin()                             {}
