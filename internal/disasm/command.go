package disasm

import (
	"debug/buildinfo"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Command is the code of a linked program: of the functions of this module that
// are left in it, with what they inline.
type Command struct {
	code  Package             // by package path and name: "readmostly/rcu.fullFence"
	hosts map[string][]string // where a function is inlined, by the same names
}

// Link builds a command of this module for linux on a processor (a GOARCH), as its
// measured builds are built: with the profile beside its main function, which must
// be there, and without the race detector. dir is where scratch files may stand.
func Link(dir, arch, path string) (*Command, error) {
	binary := filepath.Join(dir, arch+"-"+strings.ReplaceAll(path, "/", "-"))
	build := exec.Command("go", "build", "-pgo=auto", "-o", binary, path)
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", build, err, out)
	}
	if profiled, err := hasProfile(binary); err != nil {
		return nil, err
	} else if !profiled {
		return nil, fmt.Errorf("%s is built without a profile, and its measured builds have one: is there no default.pgo beside its main function?", path)
	}
	dump := exec.Command("go", "tool", "objdump", "-s", "^readmostly/", binary)
	out, err := dump.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", dump, err)
	}
	hosts, err := inlined(binary, "readmostly/")
	if err != nil {
		return nil, err
	}
	return &Command{parse(string(out), ""), hosts}, nil
}

// Package returns the functions of a package that are left in the command, by
// their names within it.
func (c *Command) Package(path string) Package {
	p := Package{}
	for name, code := range c.code {
		if name, ok := strings.CutPrefix(name, path+"."); ok {
			p[name] = code
		}
	}
	return p
}

// Hosts returns the functions into which a function of a package is inlined, with
// their package paths, in the order of the alphabet.
func (c *Command) Hosts(path, function string) []string { return c.hosts[path+"."+function] }

func hasProfile(binary string) (bool, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return false, err
	}
	for _, s := range info.Settings {
		if s.Key == "-pgo" {
			return s.Value != "", nil
		}
	}
	return false, nil
}

// inlined finds in a program's debugging information where the functions are
// inlined whose names begin with prefix. A function is inlined where its caller is
// inlined, too: both are told.
func inlined(binary, prefix string) (map[string][]string, error) {
	file, err := elf.Open(binary)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := file.DWARF()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", binary, err)
	}
	names := map[dwarf.Offset]string{} // of functions
	hosts := map[dwarf.Offset]map[dwarf.Offset]bool{}
	function := dwarf.Offset(0) // the one whose entries are read
	r := data.Reader()
	for {
		e, err := r.Next()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", binary, err)
		}
		if e == nil {
			break
		}
		origin, hasOrigin := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		switch e.Tag {
		case dwarf.TagSubprogram:
			function = e.Offset
			if name, ok := e.Val(dwarf.AttrName).(string); ok {
				names[e.Offset] = name
			} else if hasOrigin {
				function = origin // the code of a function that is inlined elsewhere
			}
			if e.Val(dwarf.AttrInline) != nil {
				r.SkipChildren()
			}
		case dwarf.TagInlinedSubroutine:
			if hasOrigin {
				if hosts[origin] == nil {
					hosts[origin] = map[dwarf.Offset]bool{}
				}
				hosts[origin][function] = true
			}
		}
	}
	byName := map[string][]string{}
	for callee, into := range hosts {
		if strings.HasPrefix(names[callee], prefix) {
			for host := range maps.Keys(into) {
				byName[names[callee]] = append(byName[names[callee]], names[host])
			}
		}
	}
	for _, into := range byName {
		slices.Sort(into)
	}
	return byName, nil
}
