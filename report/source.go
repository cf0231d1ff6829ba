package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"readmostly/results"
)

// A Source is a result file and its text.
type Source struct {
	Name string // as the page calls it
	Text []byte
	File results.File

	rows map[string]origin
}

// An origin is where a figure comes from: rows of a name, which repeat each other.
type origin struct {
	File string
	Row  string // the benchmark's name, as benchstat shows it
	Rows int
	Line int // of the first
}

// Open reads a result file. The error is one of reading, or says that there are no
// results.
func Open(name string) (Source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return Source{}, err
	}
	return NewSource(name, text)
}

// NewSource makes a source of a file's text. The page names it without its folder.
func NewSource(name string, text []byte) (Source, error) {
	f, err := results.Read(bytes.NewReader(text), name)
	if err != nil {
		return Source{}, err
	}
	if len(f.Rows)+len(f.Failures) == 0 {
		return Source{}, fmt.Errorf("no results in %s; want files that bench -o wrote", name)
	}
	s := Source{Name: filepath.Base(name), Text: text, File: f, rows: map[string]origin{}}
	line := 0
	for whole := range strings.Lines(string(text[:f.Whole])) {
		line++
		fields := strings.Fields(whole)
		if len(fields) == 0 {
			continue
		}
		if row, ok := strings.CutPrefix(fields[0], "Benchmark"); ok {
			o := s.rows[row]
			if o.Rows++; o.Rows == 1 {
				o.Line, o.Row, o.File = line, row, s.Name
			}
			s.rows[row] = o
		}
	}
	return s, nil
}

// origin returns where the figures of a cell come from.
func (s Source) origin(c results.Cell) origin {
	point, _ := c.Point()
	return s.rows[point.Name()]
}
