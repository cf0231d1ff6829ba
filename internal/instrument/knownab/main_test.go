package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// The slowdown fits the sources as they are, and they compile with it.
func TestOverlay(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a package")
	}
	t.Chdir("../../..")
	dir := t.TempDir()
	overlay, err := writeOverlay(dir)
	if err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-pgo=off", "-overlay", overlay, "-o", filepath.Join(dir, "builtin.a"), "./impls/builtin")
	if said, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
}
