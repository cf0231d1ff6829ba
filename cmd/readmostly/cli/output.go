package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// openOutput opens the file for results, behind what is kept of it, or returns
// the standard output. It comes last: a file that was there stays as it was when
// anything else is wrong.
func (a *app) openOutput(s *settings) (io.Writer, func() error, error) {
	name := s.flags.output
	if name == "" {
		return a.Stdout, func() error { return nil }, nil
	}
	file, err := s.openFile(name)
	if err == nil {
		return file, file.Close, nil
	}
	want := "name a file that you may write"
	if _, dirErr := os.Stat(filepath.Dir(name)); errors.Is(dirErr, fs.ErrNotExist) {
		want = fmt.Sprintf("make the folder %s first, or name another file", filepath.Dir(name))
	}
	if errors.Is(err, errBusy) {
		want = "wait for it, or name another file"
	}
	return nil, nil, fmt.Errorf("-o: %w: %s", err, want)
}

// errBusy says that a file has a writer already.
var errBusy = errors.New("another run writes to it")

// openFile opens a file for this run alone, and cuts off all that is not kept.
func (s *settings) openFile(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	if err := s.take(file); err != nil {
		file.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file, nil
}

// take locks the file, and cuts it behind the last whole line that is kept.
func (s *settings) take(file *os.File) error {
	if err := lock(file); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err // a pipe or a device holds nothing
	}
	if s.flags.resume && info.Size() != s.found {
		return errBusy // until a moment ago, after the file was read
	}
	return file.Truncate(s.kept.Whole)
}
