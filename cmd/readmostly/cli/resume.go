package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"readmostly/results"
)

// A file that a kill has cut off holds the header and then the rows of forks, each
// fork's written at once: at most the last is torn. So a run goes on by cutting
// the torn line off and measuring more of the cells that want more. That holds
// only where the file is this run's own: every line of its configuration the
// same, and every row in the plan.

// readKept reads what --resume goes on with, and changes nothing. A file that
// does not exist yet, or that ends within its header, holds nothing to keep.
func (s *settings) readKept() error {
	name := s.flags.output
	switch {
	case !s.flags.resume:
		return nil
	case name == "":
		return errors.New("--resume: no file to go on with: name it with -o")
	}
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("--resume: %s is no regular file: name the one that the interrupted run wrote", name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	s.found = int64(len(data))
	if s.kept, err = s.keep(name, data); err != nil {
		return fmt.Errorf("--resume: %s %w", name, err)
	}
	return nil
}

// keep returns what is in a result file if this run may go on with it. Its error
// goes on from the file's name.
func (s *settings) keep(name string, data []byte) (results.File, error) {
	var header bytes.Buffer
	if err := results.NewWriter(&header).Header(s.config()); err != nil {
		return results.File{}, err
	}
	begins := bytes.HasPrefix(data, header.Bytes())
	f, err := results.Read(bytes.NewReader(data), name)
	switch {
	case err != nil:
		return f, err
	case len(f.Rows) == 0 && (begins || bytes.HasPrefix(header.Bytes(), data)):
		return results.File{}, nil
	case len(f.Rows) == 0:
		return f, errors.New("does not begin as this run's results do: name the file that the interrupted run wrote")
	case len(f.Warnings) > 0:
		return f, fmt.Errorf("holds what bench did not write (%w): name another file", f.Warnings[0])
	}
	if err := s.sameRun(f); err != nil {
		return f, err
	}
	if !begins {
		return f, errors.New("does not begin as this run's results do: name another file")
	}
	return f, s.samePlan(f)
}

// sameRun compares the file's configuration with this run's. Where the commands
// differ, that is why the rest does.
func (s *settings) sameRun(f results.File) error {
	const unknown = "unknown"
	there, here := map[string]string{}, map[string]string{}
	var keys, was, is []string
	for _, side := range []struct {
		values map[string]string
		pairs  [][2]string
	}{{here, results.Known(s.config())}, {there, f.Config}} {
		for _, pair := range side.pairs {
			side.values[pair[0]] = pair[1]
			if !slices.Contains(keys, pair[0]) {
				keys = append(keys, pair[0])
			}
		}
	}
	if there["command"] != here["command"] {
		return fmt.Errorf(`was begun by "%s", and this is "%s": repeat the former with --resume, or name another file`, there["command"], here["command"])
	}
	for _, key := range keys {
		if there[key] != here[key] {
			was = append(was, key+" "+cmp.Or(there[key], unknown))
			is = append(is, key+" "+cmp.Or(here[key], unknown))
		}
	}
	if len(was) > 0 {
		return fmt.Errorf("was begun with %s, and this run has %s: go on with the same machine and program, or name another file", strings.Join(was, ", "), strings.Join(is, ", "))
	}
	return nil
}

// samePlan checks that the plan has a cell for each row.
func (s *settings) samePlan(f results.File) error {
	planned := map[string]bool{}
	for _, t := range s.plan.Tables {
		for _, c := range t.Cells {
			planned[t.Point(c).Name()] = true
		}
	}
	for _, row := range f.Rows {
		if !planned[row.Name()] {
			return fmt.Errorf("has a row of %s, which this run does not measure: name another file", row.Name())
		}
	}
	return nil
}

// resumed says what --resume found, or nothing.
func (s *settings) resumed() string {
	if n := len(s.kept.Forks); n > 0 {
		return fmt.Sprintf("%s holds %d forks: the rest is measured", s.flags.output, n)
	}
	return ""
}
