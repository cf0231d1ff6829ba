package main

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
)

// TestDroppedTokens finds what the wanted reports in testdata say, and nothing else.
func TestDroppedTokens(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), dropped, "a")
}
