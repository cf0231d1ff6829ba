//go:build !(linux && amd64)

package main

import (
	"context"
	"errors"
)

func mark() {}

func countSteps(context.Context, string) (map[string]instructions, error) {
	return nil, errors.New("instructions are counted on linux/amd64 only")
}
