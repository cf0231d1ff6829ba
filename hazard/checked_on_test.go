//go:build rcudebug

package hazard

import "testing"

// TestTwoParticipantsRetire: in checked mode a reference that another participant
// has retired can't be retired too, nor one that it has left behind.
func TestTwoParticipantsRetire(t *testing.T) {
	d := NewDomain(1)
	reader, a, b := d.Register(drop), d.Register(drop), d.Register(drop)
	reader.Protect(0, 1)
	a.Retire(1)
	mustPanic(t, "Retire of another's", func() { b.Retire(1) })
	a.Flush()
	mustPanic(t, "Retire of what a scan spared", func() { b.Retire(1) })
	a.Unregister()
	mustPanic(t, "Retire of an orphan", func() { b.Retire(1) })
	reader.Clear(0)
	b.Flush()
	b.Retire(1) // another object
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if s := d.Stats(); s.Retired != 2 || s.Waiting() != 0 {
		t.Errorf("stats %+v", s)
	}
}
