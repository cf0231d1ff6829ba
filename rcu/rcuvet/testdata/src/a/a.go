package a

import "readmostly/rcu"

type reader interface{ ReadLock() rcu.Token }

type Token uint64

func other() Token { return 0 }

func drops(r *rcu.ClassicReader, d *rcu.SRCU, i reader, locks []func() rcu.Token) {
	r.ReadLock()       // want `the token that ReadLock returns is dropped, and its section never ends: keep it for ReadUnlock`
	(r.ReadLock())     // want `dropped`
	d.ReadLock()       // want `dropped`
	i.ReadLock()       // want `dropped`
	locks[0]()         // want `the token that a function returns is dropped`
	defer r.ReadLock() // want `defer ReadUnlock\(ReadLock\(\)\) ends the section`
	go i.ReadLock()    // want `dropped`
	func() rcu.Token { // want `dropped`
		return r.ReadLock()
	}()
}

func keeps(r *rcu.ClassicReader, d *rcu.SRCU, s *rcu.Sched) rcu.Token {
	defer r.ReadUnlock(r.ReadLock())
	token := d.ReadLock()
	d.ReadUnlock(token)
	s.ReadLock()
	s.ReadUnlock()
	other()
	_ = r.ReadLock()
	lock := r.ReadLock
	return lock()
}
