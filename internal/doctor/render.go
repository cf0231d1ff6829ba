package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is that of the screen, in characters.
const width = 100

var marks = map[Verdict]string{Good: "ok", Reservation: "!", Unknown: "?"}

// Text writes the report for people, no line wider than 100 characters unless a word
// is.
func (r Report) Text(w io.Writer) error {
	longest := 0
	for _, f := range r {
		longest = max(longest, len(f.Name))
	}
	var b bytes.Buffer
	margin := strings.Repeat(" ", 4+longest+2)
	for _, f := range r {
		fmt.Fprintf(&b, "%-4s%-*s  %s\n", marks[f.Verdict], longest, f.Name, wrap(f.Fact, margin))
		if f.Remedy != "" {
			fmt.Fprintf(&b, "%s-> %s\n", margin, wrap(f.Remedy, margin+"   "))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", wrap(r.Summary(), ""))
	_, err := w.Write(b.Bytes())
	return err
}

// wrap breaks text into lines that fit behind the margin.
func wrap(text, margin string) string {
	var b strings.Builder
	column := len(margin)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + margin)
			column = len(margin)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// JSON writes the report as one JSON object.
func (r Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Fit      bool   `json:"fit"`
		Summary  string `json:"summary"`
		Findings Report `json:"findings"`
	}{r.Fit(), r.Summary(), r})
}
