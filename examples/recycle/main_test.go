package main

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func Example() {
	main()
	// Output: 10000 pages published, none written under a reader
}

// TestPageStays looks at a page for as long as it takes to publish others: what
// the reader sees must not change under it. It is what the program relies on, at
// a moment that the test chooses.
func TestPageStays(t *testing.T) {
	publish(3)
	r := domain.Register()
	defer r.Unregister()
	defer r.ReadUnlock(r.ReadLock())
	text := current.DereferenceCheck(r).text
	before := string(text)
	for i := range 20 {
		publish(i)
		if string(text) != before {
			t.Fatalf("a reader holds page 3, and page %d is written over it", i)
		}
	}
}

// TestReadme keeps the program in the README the one that is run here.
func TestReadme(t *testing.T) {
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(program), "package main\n")
	if !strings.Contains(string(readme), "```go\npackage main\n"+code+"```\n") {
		t.Error("README.md does not show examples/recycle/main.go from the package clause on")
	}
}
