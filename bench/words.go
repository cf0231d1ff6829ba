package bench

import (
	"path/filepath"
	"strings"
	"unicode"
)

// oneLine makes one line of an error that may have several and contain stacks. Of
// a stack it keeps where the panic was.
func oneLine(text string) string {
	var said []string
	for block := range strings.SplitSeq(text, "\n\n") { // a stack ends with an empty line
		message, stack, _ := strings.Cut(block, "\ngoroutine ")
		for line := range strings.Lines(message) {
			if line = strings.TrimSpace(line); line != "" {
				said = append(said, line)
			}
		}
		if where := panicked(stack); where != "" && len(said) > 0 {
			said[len(said)-1] += " (" + where + ")"
		}
	}
	return shorten(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) { // it might move the cursor
			return ' '
		}
		return r
	}, strings.Join(said, "; ")))
}

// longestWhy is how many characters of a reason are kept.
const longestWhy = 400

func shorten(text string) string {
	if runes := []rune(text); len(runes) > longestWhy {
		return string(runes[:longestWhy-3]) + "..."
	}
	return text
}

// panicked returns the file and line in a stack that a panic came from: the frame
// below the panic.
func panicked(stack string) string {
	_, below, _ := strings.Cut(stack, "\npanic(")
	lines := strings.Split(below, "\n") // a frame is two lines: function and place
	if len(lines) < 4 {
		return ""
	}
	place, _, _ := strings.Cut(strings.TrimSpace(lines[3]), " ")
	return filepath.Base(place)
}
