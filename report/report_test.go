package report

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"readmostly/results"
)

// The answers and the data behind every plot, as text.
func TestData(t *testing.T) {
	s := source(t)
	var b strings.Builder
	c := newChapter(s, 1)
	fmt.Fprintln(&b, "ANSWERS")
	for _, a := range c.Answers() {
		var names []string
		for _, w := range a.Winners {
			names = append(names, w.Name)
		}
		fmt.Fprintf(&b, "%s: %s | %s | %s\n", a.Title, strings.Join(names, ", "), strings.Join(a.Lines, " | "), a.From)
	}
	fmt.Fprintln(&b, "\nLIMITS\n"+strings.Join(limitsOf(s.File), "\n"))
	fmt.Fprintln(&b, "\nTRUST\n"+strings.Join(c.Trust(), "\n"))
	for _, f := range Figures([]Source{s}) {
		fmt.Fprintf(&b, "\n%s: %s\n", f.ID, f.Title)
		if f.Note != "" {
			fmt.Fprintln(&b, f.Note)
		}
		fmt.Fprintf(&b, "backend\t%s\n", strings.Join(f.Columns, "\t"))
		for _, d := range f.Data {
			fmt.Fprintln(&b, strings.Join(d.Cells, "\t"))
		}
		fmt.Fprintf(&b, "rows %s of %s\n", strings.Join(f.Rows(), ", "), f.File())
	}
	golden(t, "data.txt", b.String())
}

// published returns the files of results that the repository holds.
func published(t testing.TB) []Source {
	t.Helper()
	all, err := readPublished()
	must(t, err)
	if len(all) == 0 {
		t.Fatal("no published results")
	}
	return slices.Clone(all)
}

var readPublished = sync.OnceValues(func() (all []Source, err error) {
	names, err := filepath.Glob("../results/published/*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		s, err := Open(name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
})

// Each figure names rows that its file has, of the backend that it says, in the line that
// it says; and each line of data has as many cells as its table.
func TestOrigins(t *testing.T) {
	for _, s := range append(published(t), source(t)) {
		lines := strings.Split(string(s.Text), "\n")
		seen := 0
		for _, f := range Figures([]Source{s}) {
			if len(f.Data) == 0 || f.File() != s.Name {
				t.Errorf("%s: %s has no data, or is of %q", s.Name, f.ID, f.File())
			}
			for _, d := range f.Data {
				if len(d.Cells) != len(f.Columns)+1 {
					t.Errorf("%s: %s: %d cells under %d columns: %v", s.Name, f.ID, len(d.Cells), len(f.Columns)+1, d.Cells)
				}
				if len(d.From) == 0 {
					t.Errorf("%s: %s: %v is from nowhere", s.Name, f.ID, d.Cells)
				}
				for _, o := range d.From {
					seen++
					if o.Line < 1 || !strings.HasPrefix(lines[o.Line-1], "Benchmark"+o.Row+" ") {
						t.Fatalf("%s: %s: %v is not in line %d", s.Name, f.ID, o.Row, o.Line)
					}
					if !slices.Contains(d.Cells, fmt.Sprint(o.Line)) {
						t.Errorf("%s: %s: %v does not name line %d", s.Name, f.ID, d.Cells, o.Line)
					}
					point, err := results.ParsePoint(o.Row)
					must(t, err)
					if point.Backend() != d.Cells[0] && !strings.HasSuffix(f.ID, "-control") {
						t.Errorf("%s: %s: %s stands beside the row %s", s.Name, f.ID, d.Cells[0], o.Row)
					}
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s: no figure", s.Name)
		}
	}
}

// A row's name, with a star for the backend.
func TestRows(t *testing.T) {
	for row, want := range map[string]string{
		"Hash/impl=rcu-classic-fence/size=1k/updates=1%-2":                "Hash/impl=*/size=1k/updates=1%-2",
		"Hash/impl=unsync/size=1k/updates=1%/reads=only-16":               "Hash/impl=*/size=1k/updates=1%-16",
		"Flood/impl=hazard/structure=hash/size=1k-2":                      "Flood/impl=*/structure=hash/size=1k-2",
		"Flood/impl=rcu-classic/structure=hash/size=1k/reclaim=kfree-2":   "Flood/impl=*/structure=hash/size=1k-2",
		"List/impl=c-ck-epoch/size=16/updates=1%/mode=replace/retain=8-1": "List/impl=*/size=16/updates=1%/mode=replace/retain=8-1",
	} {
		f := Figure{Data: []Datum{{From: []origin{{Row: row}}}}}
		if got := f.Rows(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v, want %s", row, got, want)
		}
	}
}

// wellFormed reads all of an XML document.
func wellFormed(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Plots are well-formed, alone and in a page, and have no coordinate that isn't a number.
func TestPlots(t *testing.T) {
	for _, s := range append(published(t), source(t), crowded(t)) {
		for _, f := range Figures([]Source{s}) {
			for _, text := range []string{string(f.Alone()), string(f.SVG())} {
				if err := wellFormed([]byte(text)); err != nil {
					t.Errorf("%s: %s: %v", s.Name, f.ID, err)
				}
				if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
					t.Errorf("%s: %s has a coordinate that is no number", s.Name, f.ID)
				}
			}
			if strings.Contains(string(f.SVG()), "#") {
				t.Errorf("%s: %s has colours of its own, which no style sheet can change", s.Name, f.ID)
			}
		}
	}
}

var (
	ids     = regexp.MustCompile(` id="([^"]*)"`)
	links   = regexp.MustCompile(` href="([^"]*)"`)
	foreign = regexp.MustCompile(`(?i)<script|<iframe|https?://|url\(|@import| src=`)
	packed  = regexp.MustCompile(`download="([^"]+)\.gz" href="data:application/gzip;base64,([^"]+)"`)
)

// A page needs nothing but itself, its links lead somewhere, and the files in it are
// those that it was made of.
func TestPage(t *testing.T) {
	all := append(published(t), source(t))
	for _, sources := range [][]Source{all, {all[len(all)-1]}} {
		var out bytes.Buffer
		must(t, Write(&out, sources))
		page := out.String()
		if out.Len() > 2_000_000 {
			t.Errorf("%d bytes, want 2 MB at most", out.Len())
		}
		found := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(page, -1) {
			if found[m[1]] {
				t.Errorf("two things are %s", m[1])
			}
			found[m[1]] = true
		}
		for _, m := range links.FindAllStringSubmatch(page, -1) {
			if id, ok := strings.CutPrefix(m[1], "#"); ok && !found[id] {
				t.Errorf("no %s", m[1])
			}
		}
		whole := packed.ReplaceAllString(page, "")
		if m := foreign.FindString(whole); m != "" {
			t.Errorf("the page has %q", m)
		}
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "Example <CPU>") {
			t.Error("something is not escaped, or is too much")
		}
		unpacked := 0
		for _, m := range packed.FindAllStringSubmatch(page, -1) {
			text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(m[2], "&#43;", "+"))
			must(t, err)
			zip, err := gzip.NewReader(bytes.NewReader(text))
			must(t, err)
			got, err := io.ReadAll(zip)
			must(t, err)
			i := slices.IndexFunc(sources, func(s Source) bool { return s.Name == m[1] })
			if i < 0 || !bytes.Equal(got, sources[i].Text) {
				t.Errorf("%s is not what the page was made of", m[1])
			}
			unpacked++
		}
		if unpacked == 0 {
			t.Error("no file can be downloaded")
		}
	}
}

// The page of one file of make bench has the file in it, and is small.
func TestSize(t *testing.T) {
	for _, s := range published(t) {
		var out bytes.Buffer
		must(t, Write(&out, []Source{s}))
		if out.Len() > 2_000_000 || !strings.Contains(out.String(), "data:application/gzip") {
			t.Errorf("%s: %d bytes, or without the file; want 2 MB at most", s.Name, out.Len())
		}
	}
}

// The page names the winners that the tables name.
func TestAnswers(t *testing.T) {
	for _, s := range append(published(t), source(t)) {
		c := newChapter(s, 1)
		for i, a := range c.Answers() {
			if i >= len(c.Tables) || !c.Tables[i].Compared() {
				continue
			}
			sentence := c.Tables[i].Sentence()
			for _, w := range a.Winners[:min(2, len(a.Winners))] {
				if !strings.Contains(sentence, w.Name) {
					t.Errorf("%s: %s wins, but %q", s.Name, w.Name, sentence)
				}
			}
		}
	}
}

// A file without results is refused in one line, and so is one that isn't there.
func TestNoResults(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.txt")
	must(t, os.WriteFile(empty, []byte("cpu: x\n"), 0o666))
	for _, name := range []string{empty, "no-such.txt"} {
		if _, err := Open(name); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a run leaves that was cut off, or that has one fork, makes a page too.
func TestScraps(t *testing.T) {
	text := sample(t)
	for _, n := range []int{len(text) / 50, len(text) / 10, len(text) - 10} {
		s, err := NewSource("cut.txt", text[:n])
		must(t, err)
		var out bytes.Buffer
		must(t, Write(&out, []Source{s}))
	}
	s, err := NewSource("failed.txt", []byte("baseline: unsync\n# failed List/impl=rwlock/size=16/updates=0%-1: panic\n"))
	must(t, err)
	var out bytes.Buffer
	must(t, Write(&out, []Source{s}))
	if !strings.Contains(out.String(), "panic") {
		t.Error("the failure is not on the page")
	}
	one, err := NewSource("plain.txt", []byte("BenchmarkList/impl=rwlock/size=16/updates=0%-1 100 12 ns/op\n"))
	must(t, err)
	must(t, Write(io.Discard, []Source{one}))
}
