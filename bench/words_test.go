package bench

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
)

func TestOneLine(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"torn", "torn"},
		{"to\x1b[31mrn\there", "to [31mrn here"},
		{strings.Repeat("é", 500), strings.Repeat("é", 397) + "..."},
		{"of 2 workers 2 are stuck\n2 of 2 can't be stopped\n", "of 2 workers 2 are stuck; 2 of 2 can't be stopped"},
	} {
		if got := oneLine(tt.text); got != tt.want {
			t.Errorf("%q gives %q, want %q", tt.text, got, tt.want)
		}
	}
}

// stackOf returns how an error with the stack of a panic reads.
func stackOf(f func()) (err error) {
	defer func() { err = fmt.Errorf("worker 0 panicked: %v\n%s", recover(), debug.Stack()) }()
	f()
	return nil
}

// Of a stack stays the line that panicked, of the runtime's own panics as well.
func TestOneLineOfStacks(t *testing.T) {
	var nowhere *int
	err := errors.Join(stackOf(func() { panic("torn") }), stackOf(func() { *nowhere = 1 }), errors.New("and more"))
	got := oneLine(err.Error())
	for _, want := range []string{
		"worker 0 panicked: torn (words_test.go:35); ",
		"; worker 0 panicked: runtime error: invalid memory address or nil pointer dereference (words_test.go:35); and more",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}
