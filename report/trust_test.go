package report

import (
	"strings"
	"testing"

	"readmostly/results"
)

// What the header says against a machine is among its limits.
func TestLimitsOfTheMachine(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{"turbo", "on", "Turbo is on"},
		{"turbo", "off", ""},
		{"huge-pages", "refused", "not granted (refused)"},
		{"huge-pages", "partly", "not granted (partly)"},
		{"huge-pages", "granted", ""},
		{"governor", "powersave", "governor powersave"},
		{"governor", "performance", ""},
	} {
		lines := limitsOf(results.File{Config: [][2]string{{tt.key, tt.value}}})
		if tt.want == "" {
			tt.want = "does not say anything"
		}
		if len(lines) != 1 || !strings.Contains(lines[0], tt.want) {
			t.Errorf("%s %s: %q", tt.key, tt.value, lines)
		}
	}
}
