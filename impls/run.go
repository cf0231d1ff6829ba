package impls

// Operations is what a mechanism must write for [Run] to execute its batches: a
// [Worker] without Run and Close.
type Operations interface {
	Lookup(key uint64) (Element, bool)
	Insert(e Element) (bool, error)
	Delete(key uint64) (bool, error)
	Replace(e Element) (bool, error)
	Walk(yield func(Element) bool)
}

// Versions numbers the elements that one worker makes, distinct from those of
// all other workers. The zero value must be given a worker's number first, with
// [NewVersions].
type Versions struct{ next uint64 }

// NewVersions returns the numbers of the given worker.
func NewVersions(worker uint64) Versions { return Versions{next: (worker + 1) << 40} }

// Element returns a new version of the key's element.
func (v *Versions) Element(key uint64) Element {
	v.next++
	return MakeElement(key, v.next)
}

// Run executes a batch through w's operations and checks every element that it
// sees: the ready-made Run of a plug-in. An operation costs an interface call
// more than in a loop of the backend's own.
func Run(w Operations, v *Versions, ops []Op, t *Tally) {
	for _, op := range ops {
		if op.IsLookup() {
			t.Lookups++
			if e, ok := w.Lookup(uint64(op)); ok {
				t.Hits++
				t.Check(op, e)
			}
			continue
		}
		Update(w, v, op, t)
		if t.Err != nil {
			return
		}
	}
}

// Check records a failure if e is not a good element with op's key.
func (t *Tally) Check(op Op, e Element) {
	if e.Key != op.Key() {
		t.Fail(op, e, "found an element with another key")
	} else if !e.Valid() {
		t.Fail(op, e, "found an element whose fields don't belong together")
	}
}

// Update executes an operation that is not a lookup: what a backend's own Run
// does with the operations that its loop doesn't treat.
func Update(w Operations, v *Versions, op Op, t *Tally) {
	var ok bool
	key := op.Key()
	switch op.Kind() {
	case Insert:
		t.Inserts++
		if ok, t.Err = w.Insert(v.Element(key)); ok {
			t.Inserted++
		}
	case Delete:
		t.Deletes++
		if ok, t.Err = w.Delete(key); ok {
			t.Deleted++
		}
	case Replace:
		t.Replaces++
		if ok, t.Err = w.Replace(v.Element(key)); ok {
			t.Replaced++
		}
	case Walk:
		t.Walks++
		w.Walk(func(e Element) bool {
			t.Walked++
			if !e.Valid() {
				t.Fail(op, e, "walked over an element whose fields don't belong together")
			}
			return true
		})
	}
}
