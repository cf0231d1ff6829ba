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

// TestExpeditedWaitsForNobody: a hurried driver does not let a crowd gather, which
// would make it forget the crowd that does not come.
func TestExpeditedWaitsForNobody(t *testing.T) {
	m := newManual()
	m.crowd = napMin / 2
	m.SynchronizeExpedited()
	if want := napMin / 4; m.crowd != want { // half as large after a lone grace period
		t.Errorf("crowd of %d after an expedited grace period, want %d: it waited for company", m.crowd, want)
	}
	if m.urgent.Load() != 0 {
		t.Error("still urgent")
	}
}
