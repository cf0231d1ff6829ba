package results

import (
	"io"
	"slices"
)

// Options say how [Render] shows a file.
type Options struct {
	Style Style
	Full  bool // a table for each workload instead of the summary
	Color bool // for a terminal: cheap is green, dear is red
}

// Render shows a file's rows as tables for people: one summary of what backends
// cost with the most threads, and a sentence about each workload, or everything
// there is. Scenarios that compare nothing with a baseline, or show more than how
// their times compare, have their tables always. What must be known before believing them follows. In the style of text
// no table is wider than 100 columns.
func Render(w io.Writer, f File, o Options) error {
	p := &page{Options: o, file: f, tables: tablesOf(f)}
	var whole []*table
	s := summary{roles: rolesOf(f)}
	for _, t := range p.tables {
		if p.full(t) {
			whole = append(whole, t)
		} else {
			s.tables = append(s.tables, t)
		}
	}
	if len(s.tables) > 0 {
		if err := p.drawSummary(s); err != nil {
			return err
		}
	}
	for _, t := range whole {
		if err := p.drawTable(t); err != nil {
			return err
		}
	}
	p.list(slices.Concat(failures(f), disturbance(f.Forks), layouts(f), unfit(f)))
	p.list(p.legend())
	return p.write(w)
}

// full reports whether a table is shown whole.
func (p *page) full(t *table) bool {
	return p.Full || t.Latency || !t.Scene().Paired || t.Scene().Divided || !t.compared()
}

func (p *page) drawSummary(s summary) error {
	if err := p.draw(s.title(), "backend", s.backends(), func(x subject) string { return x.backend }, s.columns()); err != nil {
		return err
	}
	var sentences, warnings []string
	for _, t := range s.tables {
		if sentence := t.sentence(); sentence != "" {
			sentences = append(sentences, sentence)
		}
		for _, line := range t.warnings() {
			warnings = append(warnings, "warning: "+Title(t.Workload)+": "+line)
		}
	}
	p.list(sentences)
	p.list(warnings)
	return nil
}

func (p *page) drawTable(t *table) error {
	title := Title(t.Workload)
	if t.Updates > 0 && !t.Replace {
		title += " (half inserts, half deletes)"
	}
	if !t.Scene().Paired {
		title += ", " + counted(t.most(), "thread")
	}
	if err := p.draw(title, "backend", t.subjects, subject.String, t.columns()); err != nil {
		return err
	}
	var lines []string
	if sentence := t.sentence(); sentence != "" {
		lines = append(lines, sentence)
	}
	for _, line := range append(t.warnings(), t.noise()...) {
		lines = append(lines, "warning: "+line)
	}
	p.list(lines)
	return nil
}
