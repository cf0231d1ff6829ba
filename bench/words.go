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

// panicked returns the file and line in a stack that a panic came from: the first
// below the panic that is not the runtime's.
func panicked(stack string) string {
	_, below, _ := strings.Cut(stack, "\npanic(")
	lines := strings.Split(below, "\n") // a frame is two lines: function and place
	for i := 2; i+1 < len(lines); i += 2 {
		if strings.HasPrefix(lines[i], "runtime.") {
			continue
		}
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ")
		return filepath.Base(place)
	}
	return ""
}
