// Package buildinfo tells how this program was built, as far as that changes what
// it measures.
package buildinfo

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
)

// Settings returns the settings of the go command that this program was built with,
// as key=value: all but those that differ between equal programs (versions of the
// source, paths, what the linker was told) and those that other lines tell. Of the
// profile it says whether there was one. It is nil where the binary doesn't say.
func Settings() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	return settings(info.Settings)
}

func settings(all []debug.BuildSetting) (said []string) {
	for _, s := range all {
		switch {
		case s.Key == "-ldflags", s.Key == "-trimpath", strings.HasPrefix(s.Key, "vcs"):
		case s.Key == "-pgo": // its value is a path
			said = append(said, fmt.Sprintf("-pgo=%v", s.Value != "off"))
		case strings.ContainsFunc(s.Value, func(r rune) bool { return r == ' ' || r == '"' }):
			said = append(said, fmt.Sprintf("%s=%q", s.Key, s.Value))
		default:
			said = append(said, s.Key+"="+s.Value)
		}
	}
	return said
}

// usual are the settings that say nothing where they are so, and those that the
// platform says.
var usual = []string{"-buildmode=exe", "-compiler=gc", "-pgo=true", "-pgo=false", "-trimpath=true", "CGO_CFLAGS=", "CGO_CPPFLAGS=", "CGO_CXXFLAGS=", "CGO_LDFLAGS="}

// Unusual returns those of the settings that tell two builds by one compiler for one
// platform apart, the profile aside: GOAMD64=v1, -race=true, -tags=rcudebug.
func Unusual(settings []string) []string {
	return slices.DeleteFunc(slices.Clone(settings), func(s string) bool {
		return slices.Contains(usual, s) || strings.HasPrefix(s, "GOOS=") || strings.HasPrefix(s, "GOARCH=")
	})
}

// doubtful are the settings with which no figure says what the program costs.
var doubtful = []struct {
	key, word string // the value has the word
	why       string
}{
	{"-race", "true", "the race detector (-race)"},
	{"-msan", "true", "the memory sanitizer (-msan)"},
	{"-asan", "true", "the address sanitizer (-asan)"},
	{"-cover", "true", "counters of coverage (-cover)"},
	{"-tags", "rcudebug", "the checks of misuse (-tags rcudebug)"},
	{"-tags", "scripted", "hooks in readers (-tags scripted)"},
	{"-gcflags", "-N", "optimizations off (-gcflags -N)"},
	{"-gcflags", "-l", "inlining off (-gcflags -l)"},
	{"-gcflags", "-d=checkptr", "checks of pointers (-gcflags -d=checkptr)"},
}

// Doubts says what the program was built with that no figure should come from, or
// nothing.
func Doubts(settings []string) (why []string) {
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		words := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(` ,"`, r) })
		for i, word := range words {
			// A flag of the compiler may follow the packages that it is for: all=-N.
			if at := strings.Index(word, "=-"); at >= 0 {
				words[i] = word[at+1:]
			}
		}
		for _, d := range doubtful {
			if d.key == key && slices.Contains(words, d.word) {
				why = append(why, d.why)
			}
		}
	}
	return why
}
