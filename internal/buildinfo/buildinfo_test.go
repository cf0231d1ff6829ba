package buildinfo

import (
	"runtime/debug"
	"slices"
	"testing"
)

func TestSettings(t *testing.T) {
	got := settings([]debug.BuildSetting{
		{Key: "-buildmode", Value: "exe"}, {Key: "-compiler", Value: "gc"}, {Key: "-gcflags", Value: "all=-N -l"},
		{Key: "-ldflags", Value: "-randlayout=3"}, {Key: "-pgo", Value: "/somewhere/default.pgo"}, {Key: "-race", Value: "true"},
		{Key: "-trimpath", Value: "true"}, {Key: "CGO_ENABLED", Value: "1"}, {Key: "CGO_CFLAGS", Value: ""},
		{Key: "GOARCH", Value: "amd64"}, {Key: "GOOS", Value: "linux"}, {Key: "GOAMD64", Value: "v3"},
		{Key: "vcs", Value: "git"}, {Key: "vcs.modified", Value: "true"},
	})
	want := []string{"-buildmode=exe", "-compiler=gc", `-gcflags="all=-N -l"`, "-pgo=true", "-race=true", "CGO_ENABLED=1", "CGO_CFLAGS=", "GOARCH=amd64", "GOOS=linux", "GOAMD64=v3"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Unusual(got), []string{`-gcflags="all=-N -l"`, "-race=true", "CGO_ENABLED=1", "GOAMD64=v3"}; !slices.Equal(got, want) {
		t.Errorf("unusual: %q, want %q", got, want)
	}
}

func TestDoubts(t *testing.T) {
	for _, test := range []struct {
		settings []string
		want     []string
	}{
		{nil, nil},
		{[]string{"-pgo=true", "GOAMD64=v3", "-tags=nolinux", "-gcflags=-B", "-race=false"}, nil},
		{[]string{"-race=true"}, []string{"the race detector (-race)"}},
		{[]string{"-tags=netgo,rcudebug"}, []string{"the checks of misuse (-tags rcudebug)"}},
		{[]string{`-gcflags="all=-N -l"`}, []string{"optimizations off (-gcflags -N)", "inlining off (-gcflags -l)"}},
		{[]string{"-gcflags=-N"}, []string{"optimizations off (-gcflags -N)"}},
		{[]string{"-gcflags=all=-d=checkptr"}, []string{"checks of pointers (-gcflags -d=checkptr)"}},
	} {
		if got := Doubts(test.settings); !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.settings, got, test.want)
		}
	}
}

// The test binary is of this program: the race detector is seen where it is there.
func TestOwnSettings(t *testing.T) {
	if info, ok := debug.ReadBuildInfo(); !ok || len(info.Settings) == 0 {
		t.Skip("this binary does not say how it was built")
	}
	if !slices.ContainsFunc(Settings(), func(s string) bool { return s == "-compiler=gc" || s == "-compiler=gccgo" }) {
		t.Errorf("no compiler in %q", Settings())
	}
}
