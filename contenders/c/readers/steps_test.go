//go:build !race

package main

import (
	"context"
	"errors"
	"math"
	"runtime"
	"syscall"
	"testing"
)

// TestInstructions counts what every loop executes. A loop that protects itself
// executes more than the one that doesn't; and each of ours passes an element with
// no fewer than a load, two tests and two jumps take.
func TestInstructions(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("instructions are counted on linux/amd64 only")
	}
	executed, err := countSteps(context.Background(), self(t))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) {
		t.Skip("it is forbidden here: ", err)
	} else if err != nil {
		t.Fatal(err)
	}
	if len(executed) < 20 {
		t.Errorf("%d loops are counted", len(executed))
	}
	for name, i := range executed {
		least := executed[host]
		if name[:2] == "c-" {
			least = executed[control]
		}
		if name != "gc" && (i.Hit < least.Hit || i.Miss < least.Miss) || i.Element < 5 || i.Hit > 200 {
			t.Errorf("%s: %+v; without protection %+v", name, i, least)
		}
		if i.Nop < 0 || i.Nop > i.Hit/2 {
			t.Errorf("%s: %+v: too many of these do nothing", name, i)
		}
		if n := 2 * i.Element; i.Hit != math.Trunc(i.Hit) || i.Miss != math.Trunc(i.Miss) || n != math.Trunc(n) {
			t.Errorf("%s: %+v: lookups that are alike differ", name, i)
		}
	}
}
