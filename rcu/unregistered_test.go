package rcu

import (
	"runtime"
	"testing"
)

// wantNoticed expects f to be refused: with a violation, or with a fault where a
// test would cost the readers that are registered an instruction.
func wantNoticed(t *testing.T, what string, fault bool, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		switch v := recover().(type) {
		case Violation:
			if v.Kind != UnregisteredReader || v.Domain == "" {
				t.Errorf("%s: reported %v of %q, want %v", what, v.Kind, v.Domain, UnregisteredReader)
			}
		case runtime.Error:
			if !fault || debug {
				t.Errorf("%s: %v, want a violation", what, v)
			}
		default:
			t.Errorf("%s: recovered %v, want it to be noticed", what, v)
		}
	}()
	f()
}

// TestUnregisteredClassicReader: a section that no grace period would wait for is
// refused, nested ones and those behind an exit too many included.
func TestUnregisteredClassicReader(t *testing.T) {
	for _, opts := range [][]Option{nil, {Fenced()}} {
		d := NewClassic(opts...)
		used, fresh := d.Register(), d.Register()
		outer := used.ReadLock()
		used.ReadUnlock(used.ReadLock())
		used.ReadUnlock(outer)
		lock := func(r *ClassicReader) func() { return func() { _ = r.ReadLock() } }
		unlock := func(r *ClassicReader) func() { return func() { r.ReadUnlock(outer) } }
		for name, r := range map[string]*ClassicReader{"used": used, "fresh": fresh} {
			r.Unregister()
			wantNoticed(t, name+" ReadLock", false, lock(r))
			wantNoticed(t, name+" ReadLock again", false, lock(r))
			wantNoticed(t, name+" Unregister", false, r.Unregister)
			if debug {
				wantNoticed(t, name+" ReadUnlock", false, unlock(r))
			} else {
				r.ReadUnlock(outer) // not noticed, but what follows is
				wantNoticed(t, name+" ReadLock after ReadUnlock", false, lock(r))
			}
			if r.Held() {
				t.Errorf("%s: held, and nobody waits for it", name)
			}
		}
		d.Synchronize()
	}
	wantNoticed(t, "ReadLock before Register", false, func() { _ = new(ClassicReader).ReadLock() })
	wantNoticed(t, "Unregister before Register", false, new(ClassicReader).Unregister)
}

func TestUnregisteredQSBRReader(t *testing.T) {
	d := NewQSBR()
	online, offline := d.Register(), d.Register()
	offline.Offline()
	online.Unregister()
	offline.Unregister()
	for name, r := range map[string]*QSBRReader{"online": online, "offline": offline, "new": new(QSBRReader)} {
		wantNoticed(t, name+" QuiescentState", true, r.QuiescentState)
		wantNoticed(t, name+" Online", false, r.Online)
		wantNoticed(t, name+" Offline", false, r.Offline)
		wantNoticed(t, name+" Synchronize", false, r.Synchronize)
		wantNoticed(t, name+" Unregister", false, r.Unregister)
		if debug {
			wantNoticed(t, name+" ReadLock", false, r.ReadLock)
			wantNoticed(t, name+" ReadUnlock", false, r.ReadUnlock)
		}
		if r.Held() {
			t.Errorf("%s: held, and nobody waits for it", name)
		}
	}
	d.Synchronize()
}

// TestUnregisteredReaderIsSkipped: where the report returns, the call has done
// nothing.
func TestUnregisteredReaderIsSkipped(t *testing.T) {
	if !debug {
		t.Skip("without -tags rcudebug it panics")
	}
	told := 0
	previous := OnViolation(func(v Violation) {
		if v.Kind == UnregisteredReader {
			told++
		}
	})
	t.Cleanup(func() { OnViolation(previous) })
	c, q := NewClassic(), NewQSBR()
	r, s := c.Register(), q.Register()
	r.Unregister()
	s.Unregister()
	uses := []func(){
		func() { _ = r.ReadLock() }, func() { r.ReadUnlock(0) }, r.Unregister,
		s.ReadLock, s.ReadUnlock, s.QuiescentState, s.Online, s.Offline, s.Synchronize, s.Unregister,
	}
	for _, use := range uses {
		use()
	}
	if told != len(uses) || r.Held() || s.Held() {
		t.Errorf("%d of %d uses told; held: %v and %v", told, len(uses), r.Held(), s.Held())
	}
	c.Synchronize()
	q.Synchronize()
}
