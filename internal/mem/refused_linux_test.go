package mem

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"readmostly/internal/reexec"
	"readmostly/internal/seccomp"
)

// TestRefusedAfterRegistration: a kernel that refuses the barrier that it has
// promised costs time and nothing else.
func TestRefusedAfterRegistration(t *testing.T) {
	const refused = "READMOSTLY_MEMBARRIER_REFUSED"
	if !Asymmetric() {
		t.Skip(AsymmetricError())
	}
	if os.Getenv(refused) == "" {
		cmd, err := reexec.Command(t.Context(), []string{refused + "=1"}, "-test.v", "-test.run=^"+t.Name()+"$")
		if err != nil {
			t.Fatal(err)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	HeavyFence()
	if err := seccomp.Refuse(unix.SYS_MEMBARRIER, unix.EPERM); err != nil {
		t.Skip(err)
	}
	if TryHeavyFence() {
		t.Error("a fence without membarrier(2)")
	}
	HeavyFence()
	if Asymmetric() || !errors.Is(AsymmetricError(), unix.EPERM) {
		t.Errorf("Asymmetric() = %v, for %v; want false and EPERM", Asymmetric(), AsymmetricError())
	}
}
