package topo

import (
	"strings"
	"testing"
)

// What an administrator can set stands in the header of results.
func TestTuning(t *testing.T) {
	const cpus = "sys/devices/system/cpu/online: 0-3"
	for _, tt := range []struct {
		name, files string
		want        string
	}{
		{"Intel's driver", "sys/devices/system/cpu/intel_pstate/no_turbo: 0", "turbo: on"},
		{"Intel's driver, off", "sys/devices/system/cpu/intel_pstate/no_turbo: 1", "turbo: off"},
		{"Intel's driver comes first", "sys/devices/system/cpu/intel_pstate/no_turbo: 1\nsys/devices/system/cpu/cpufreq/boost: 1", "turbo: off"},
		{"boost", "sys/devices/system/cpu/cpufreq/boost: 1", "turbo: on"},
		{"boost, off", "sys/devices/system/cpu/cpufreq/boost: 0", "turbo: off"},
		{"isolated", "sys/devices/system/cpu/isolated: 2-3", "isolated: 2-3"},
		{"none isolated", "sys/devices/system/cpu/isolated: ", ""},
		{"clock", "sys/devices/system/clocksource/clocksource0/current_clocksource: tsc\nsys/devices/system/clocksource/clocksource0/available_clocksource: tsc hpet", "clocksource: tsc"},
		{"nothing", "proc/x: y", ""},
	} {
		m, err := ReadFS(files(append(strings.Split(tt.files, "\n"), cpus)...), nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, pair := range m.Config(nil) {
			if pair[0] == "turbo" || pair[0] == "isolated" || pair[0] == "clocksource" {
				got = append(got, pair[0]+": "+pair[1])
			}
		}
		if strings.Join(got, "\n") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestHugePagesOfTheSystem(t *testing.T) {
	for content, want := range map[string]string{"always [madvise] never": "madvise", "always madvise [never]": "never", "always": "", "[": ""} {
		m, err := ReadFS(files("sys/kernel/mm/transparent_hugepage/enabled: "+content), []int{0})
		if err != nil || m.HugePages != want {
			t.Errorf("%q is %q, %v; want %q", content, m.HugePages, err, want)
		}
	}
}

func TestFormatBytes(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 1023: "1.02e+03 B", 1 << 20: "1 MiB", 25 << 29: "12.5 GiB"} {
		if got := FormatBytes(n); got != want {
			t.Errorf("%d is %q; want %q", n, got, want)
		}
	}
}
