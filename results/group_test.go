package results

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"readmostly/workloads"
)

// with returns a configuration in which some values are others, an empty one for none.
func with(config [][2]string, pairs ...[2]string) [][2]string {
	config = slices.Clone(config)
	for _, pair := range pairs {
		i := slices.IndexFunc(config, func(own [2]string) bool { return own[0] == pair[0] })
		if i < 0 {
			config = append(config, pair)
		} else {
			config[i] = pair
		}
	}
	return Known(config)
}

func TestDifferences(t *testing.T) {
	base := with(exampleConfig, [2]string{"retain-defaults", "hazard=512 srcu=64"})
	for _, test := range []struct {
		change [2]string
		want   []Difference
	}{
		{[2]string{"cpu", "Another CPU"}, []Difference{{"cpu", "Example CPU @ 3 GHz", "Another CPU"}}},
		{[2]string{"governor", "performance"}, []Difference{{"governor", "", "performance"}}},
		{[2]string{"layouts", ""}, []Difference{{"layouts", "8", ""}}},
		{[2]string{"not-invented-yet", "1"}, []Difference{{"not-invented-yet", "", "1"}}},
		{[2]string{"commit", "c0ffee"}, []Difference{{"commit", "", "c0ffee"}}},
		{[2]string{"runtime", "GOGC=50"}, []Difference{{"runtime", "", "GOGC=50"}}},
		{[2]string{"command", "readmostly bench --impl hazard"}, nil},
		{[2]string{"precision", "2%"}, nil},
		{[2]string{"floors", ""}, nil},
		{[2]string{"retain-defaults", "hazard=512"}, nil},
		{[2]string{"retain-defaults", "hazard=64 rcu-qsbr=512"}, []Difference{{"retain-defaults", "hazard=512", "hazard=64"}}},
	} {
		if got := Differences(File{Config: base}, File{Config: with(base, test.change)}); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%v: %v, want %v", test.change, got, test.want)
		}
	}
}

// Runs of two machines have tables of their own; what one machine has measured twice
// is one sample, and each of its forks has a number.
func TestJoin(t *testing.T) {
	one, again, other := mixOf(4).file(), mixOf(4).file(), mixOf(4).file()
	again.Config = with(again.Config, [2]string{"command", "another"}, [2]string{"floors", "nothing"}, [2]string{"faulty", ""})
	other.Config = with(other.Config, [2]string{"cpu", "Another CPU"}, [2]string{"seed", "2"})
	for i := range other.Rows {
		for j := range other.Rows[i].Values {
			other.Rows[i].Values[j].Value *= 3
		}
	}
	groups := Join([]File{one, other, again})
	if len(groups) != 2 {
		t.Fatalf("%d groups", len(groups))
	}
	for i, want := range []string{"cpu: Example CPU @ 3 GHz\nseed: 1", "cpu: Another CPU\nseed: 2"} {
		if groups[i].Title != want {
			t.Errorf("title %q, want %q", groups[i].Title, want)
		}
	}
	if n := len(groups[0].Rows); n != 2*len(one.Rows) {
		t.Errorf("%d rows of two files with %d", n, len(one.Rows))
	}
	numbers := map[int]bool{}
	for _, f := range groups[0].Forks {
		numbers[f.Number] = true
	}
	if len(numbers) != 2*len(one.Forks) {
		t.Errorf("%d numbers for %d forks", len(numbers), 2*len(one.Forks))
	}
	if got := groups[0].Value("floors"); got != "noop nothing" {
		t.Errorf("floors %q", got)
	}
	center := func(f File) float64 {
		p := NewPoint(workloads.Workload{Structure: workloads.Hash, Size: 1024, Threads: 2}, "rcu-classic", "")
		for _, table := range tablesOf(f) {
			if table.Workload == p.Table() {
				i, _ := table.cell(subject{p.Impl, p.Backend(), false}, 2).interval(workloads.NsPerOp.Unit)
				return i.Center
			}
		}
		return 0
	}
	if a, b := center(groups[0].File), center(groups[1].File); a != center(one) || b != 3*a {
		t.Errorf("medians %v and %v, want %v and three times that", a, b, center(one))
	}
}

func TestJoinOne(t *testing.T) {
	f := mixOf(2).file()
	groups := Join([]File{f})
	if len(groups) != 1 || groups[0].Title != "" || !reflect.DeepEqual(groups[0].File, f) {
		t.Errorf("%d groups", len(groups))
	}
	var whole, joined bytes.Buffer
	if Render(&whole, f, Options{Full: true}) != nil || Render(&joined, groups[0].File, Options{Full: true}) != nil || whole.String() != joined.String() {
		t.Error("the tables of a file differ from those of the group of it")
	}
}
