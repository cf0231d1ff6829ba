package report

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"readmostly/results"
	"readmostly/workloads"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
	//go:embed plot.css
	plotStyle string
)

// Write writes the page of the sources, in their order.
func Write(w io.Writer, sources []Source) error {
	// Not parsed before it is needed: each fork that measures starts this program.
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, newPage(sources))
}

// Figures returns the plots of the sources, in the order of the page.
func Figures(sources []Source) (all []Figure) {
	for i, s := range sources {
		c := newChapter(s, i+1)
		if control := c.Control(); control != nil {
			all = append(all, *control)
		}
		for _, s := range c.sections {
			all = append(append(all, s.Figures...), s.Minor...)
		}
	}
	return all
}

// A page is what the template shows.
type page struct {
	Title, Subtitle string
	Baseline        string
	Several         bool // there are several chapters
	Chapters        []*chapter
	Common          []pair // what the configurations of all files say
	Limits          []string
	Style           template.CSS
}

func newPage(sources []Source) page {
	p := page{Several: len(sources) > 1}
	for i, s := range sources {
		p.Chapters = append(p.Chapters, newChapter(s, i+1))
	}
	p.Baseline = sources[0].File.Value("baseline")
	if slices.ContainsFunc(sources, func(s Source) bool { return s.File.Value("baseline") != p.Baseline }) {
		p.Baseline = "" // each chapter says its own
	}
	p.Common = common(p.Chapters)
	pack(p.Chapters)
	for _, c := range p.Chapters {
		for _, line := range limitsOf(c.File) {
			if !slices.Contains(p.Limits, line) {
				p.Limits = append(p.Limits, line)
			}
		}
	}
	p.Title, p.Subtitle = p.titles()
	p.Style = template.CSS(pageStyle + plotStyle + colours(false) + "\n@media screen and (prefers-color-scheme: dark) {\n" + colours(true) + "\n}\n")
	return p
}

// titles names the machine, and says what the page is of.
func (p page) titles() (title, subtitle string) {
	var machines, commits []string
	rows, forks := 0, 0
	for _, c := range p.Chapters {
		machine := "a machine that the file does not name"
		if cpu := c.File.Value("cpu"); cpu != "" {
			machine = cpu
			if cores := c.File.Value("cores"); cores != "" {
				machine += ", " + plural(cores, "core")
			}
		}
		if !slices.Contains(machines, machine) {
			machines = append(machines, machine)
		}
		if commit := c.File.Value("commit"); commit != "" && !slices.Contains(commits, commit) {
			commits = append(commits, commit)
		}
		rows, forks = rows+len(c.File.Rows), forks+len(c.File.Forks)
	}
	title = "What protects a read-mostly map, and what it costs: " + strings.Join(machines, "; ")
	subtitle = fmt.Sprintf("%s, %s of %s", plural(fmt.Sprint(len(p.Chapters)), "file"), plural(fmt.Sprint(rows), "row"), plural(fmt.Sprint(forks), "fork"))
	if len(commits) > 0 {
		subtitle += ", commit " + strings.Join(commits, ", ")
	}
	return title, subtitle + "; made by readmostly report."
}

func plural(n, thing string) string {
	if n == "1" {
		return "1 " + thing
	}
	return n + " " + thing + "s"
}

// Purpose says what the file was measured for: the command.
func (c *chapter) Purpose() string { return c.File.Value("command") }

// Key is the colours of all backends of the file.
func (c *chapter) Key() []key { return keyOf(c.impls()) }

// maxPacked is how many bytes of packed files a page holds: with the plots it stays below
// 2 MB then.
const maxPacked = 1_000_000

// pack makes the files ready for downloading, the small ones first. What does not fit is
// only linked to.
func pack(chapters []*chapter) {
	chapters = slices.Clone(chapters)
	slices.SortStableFunc(chapters, func(a, b *chapter) int { return cmp.Compare(len(a.Text), len(b.Text)) })
	total := 0
	for _, c := range chapters {
		var packed bytes.Buffer
		zip, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level is valid
		zip.Name = c.Name
		zip.Write(c.Text) // into memory: there is no error
		zip.Close()
		text := base64.StdEncoding.EncodeToString(packed.Bytes())
		if total += len(text); total > maxPacked {
			return
		}
		c.Packed = template.URL("data:application/gzip;base64," + text)
	}
}

// Size is that of the file.
func (c *chapter) Size() string { return results.Format(workloads.Bytes, float64(len(c.Text))) }

// Sum tells the file from others.
func (c *chapter) Sum() string { return fmt.Sprintf("%x", sha256.Sum256(c.Text)) }
