package rcu

import "testing"

// TestExpeditedFencesAtOnce: a hurried driver does not spend its patience on
// readers that may enter again. Spending it in vain halves it.
func TestExpeditedFencesAtOnce(t *testing.T) {
	d := NewClassic()
	if d.Fenced() {
		t.Skip("nobody has to be fenced")
	}
	r := d.Register() // which does not enter
	defer r.Unregister()
	d.patience = patienceMax
	d.SynchronizeExpedited()
	if d.patience != patienceMax {
		t.Errorf("an expedited grace period waited for a reader to enter again: patience %d, want %d", d.patience, patienceMax)
	}
	d.Synchronize()
	if d.patience != patienceMax/2 {
		t.Errorf("patience %d after a wait in vain, want %d", d.patience, patienceMax/2)
	}
	if s := d.Stats(); s.Expedited != 1 || s.GracePeriods != 2 {
		t.Errorf("stats %+v, want one of two expedited", s)
	}
}
