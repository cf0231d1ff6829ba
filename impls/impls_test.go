package impls

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestOpPacking(t *testing.T) {
	for kind := Lookup; kind <= Walk; kind++ {
		for _, key := range []uint64{0, 1, 12345, 1 << 55, MaxKey} {
			op := MakeOp(kind, key)
			if op.Kind() != kind || op.Key() != key || op.IsLookup() != (kind == Lookup) {
				t.Errorf("MakeOp(%v, %#x) has kind %v, key %#x, lookup %v", kind, key, op.Kind(), op.Key(), op.IsLookup())
			}
			if kind == Lookup && uint64(op) != key {
				t.Errorf("the lookup of key %#x is the word %#x; want the key itself", key, uint64(op))
			}
		}
	}
}

func TestKindNames(t *testing.T) {
	for kind, want := range map[Kind]string{Lookup: "lookup", Insert: "insert", Delete: "delete", Replace: "replace", Walk: "walk", 77: "kind-77"} {
		if got := kind.String(); got != want {
			t.Errorf("kind %d is called %q; want %q", uint8(kind), got, want)
		}
	}
}

// TestTallyAddCoversAllFields sets each field in turn, so that one that is added
// to Tally and forgotten in Add shows.
func TestTallyAddCoversAllFields(t *testing.T) {
	typ := reflect.TypeFor[Tally]()
	for i := range typ.NumField() {
		field := typ.Field(i)
		var sum, part Tally
		switch value := reflect.ValueOf(&part).Elem().Field(i); field.Name {
		case "FirstBad":
			part.FirstBad = &Failure{Reason: "bad"}
		case "Err":
			part.Err = errors.New("full")
		default:
			value.SetUint(3)
		}
		sum.Add(&part)
		if !reflect.DeepEqual(sum, part) {
			t.Errorf("Add of %s to nothing = %+v; want %+v", field.Name, sum, part)
		}
		sum.Add(&part)
		if field.Type.Kind() == reflect.Uint64 {
			if got := reflect.ValueOf(sum).Field(i).Uint(); got != 6 {
				t.Errorf("Add of %s 3 and 3 = %d; want 6", field.Name, got)
			}
		}
	}
}

func TestTallyKeepsTheFirst(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	sum := Tally{Err: first, FirstBad: &Failure{Reason: "first"}}
	sum.Add(&Tally{Err: second, FirstBad: &Failure{Reason: "second"}})
	if sum.Err != first || sum.FirstBad.Reason != "first" {
		t.Errorf("Add kept %v and %v; want the first of each", sum.Err, sum.FirstBad.Reason)
	}
	sum.Fail(MakeOp(Insert, 7), Element{Key: 8}, "third")
	if sum.Bad != 1 || sum.FirstBad.Reason != "first" {
		t.Errorf("Fail made %d failures, the first %q", sum.Bad, sum.FirstBad.Reason)
	}
}

func TestFailureSaysWhatItSaw(t *testing.T) {
	var tally Tally
	tally.Fail(MakeOp(Replace, 0x70), Element{Key: 0x80, A: 1, B: 2, C: 3}, "found something")
	got := tally.FirstBad.Error()
	for _, want := range []string{"replace", "0x70", "0x80", "found something", "a 0x1 b 0x2 c 0x3"} {
		if !strings.Contains(got, want) {
			t.Errorf("the failure says %q; want %q in it", got, want)
		}
	}
}

func TestTallySums(t *testing.T) {
	tally := Tally{Lookups: 1, Inserts: 10, Deletes: 100, Replaces: 1000, Walks: 10000,
		Hits: 7, Inserted: 2, Deleted: 20, Replaced: 200, Walked: 7}
	if tally.Ops() != 11111 || tally.Updates() != 1110 || tally.Updated() != 222 {
		t.Errorf("operations %d, updates %d, updated %d; want 11111, 1110, 222", tally.Ops(), tally.Updates(), tally.Updated())
	}
}

// TestElementDetectsMixtures takes the fields of an element from several
// versions and keys in every way.
func TestElementDetectsMixtures(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		key, v := rng.Uint64()&MaxKey, rng.Uint64N(1<<50)
		old, next := MakeElement(key, v), MakeElement(key, v+1)
		other := MakeElement(rng.Uint64()&MaxKey, v)
		if !old.Valid() || !next.Valid() || !other.Valid() {
			t.Fatalf("an element that was just made is not valid: %+v", old)
		}
		if old.A == next.A || old.B == next.B || old.C == next.C {
			t.Errorf("versions %d and %d of key %#x share a field: %+v, %+v", v, v+1, key, old, next)
		}
		for mask := 1; mask < 7; mask++ { // 7 would be next itself
			mixed := old
			if mask&1 != 0 {
				mixed.A = next.A
			}
			if mask&2 != 0 {
				mixed.B = next.B
			}
			if mask&4 != 0 {
				mixed.C = next.C
			}
			if mixed.Valid() {
				t.Errorf("versions %d and %d of key %#x make a valid mixture %03b: %+v", v, v+1, key, mask, mixed)
			}
		}
		if e := (Element{key, other.A, other.B, other.C}); key != other.Key && e.Valid() {
			t.Errorf("key %#x is valid with the fields of key %#x", key, other.Key)
		}
	}
}

func TestPoisonIsNoElement(t *testing.T) {
	for _, word := range []uint64{0x6B6B6B6B6B6B6B6B, 1<<64 - 1} {
		if (Element{word, word, word, word}).Valid() {
			t.Errorf("an element whose words are all %#x is valid", word)
		}
	}
}

func TestVersionsOfWorkersDiffer(t *testing.T) {
	seen := map[Element]bool{}
	for worker := range uint64(4) {
		v := NewVersions(worker)
		for range 100 {
			e := v.Element(42)
			if !e.Valid() || e.Key != 42 || seen[e] {
				t.Fatalf("worker %d made %+v: not valid, or not new", worker, e)
			}
			seen[e] = true
		}
	}
}

// A script is a worker whose operations all have one outcome.
type script struct {
	e     Element
	ok    bool
	err   error
	calls []string
}

func (s *script) Lookup(uint64) (Element, bool) {
	s.calls = append(s.calls, "lookup")
	return s.e, s.ok
}

func (s *script) Insert(e Element) (bool, error) {
	s.calls = append(s.calls, "insert")
	return s.ok, s.err
}

func (s *script) Delete(uint64) (bool, error) {
	s.calls = append(s.calls, "delete")
	return s.ok, s.err
}

func (s *script) Replace(e Element) (bool, error) {
	s.calls = append(s.calls, "replace")
	return s.ok, s.err
}

func (s *script) Walk(yield func(Element) bool) {
	s.calls = append(s.calls, "walk")
	for range 3 {
		if !yield(s.e) {
			return
		}
	}
}

func TestRun(t *testing.T) {
	good := MakeElement(5, 1)
	torn := Element{5, good.A + 1, good.B, good.C}
	full := errors.New("full")
	each := []Op{MakeOp(Lookup, 5), MakeOp(Insert, 5), MakeOp(Delete, 5), MakeOp(Replace, 5), MakeOp(Walk, 0)}
	for _, test := range []struct {
		name   string
		worker script
		calls  string
		want   Tally
		bad    string
	}{
		{"success", script{e: good, ok: true}, "lookup insert delete replace walk",
			Tally{Lookups: 1, Hits: 1, Inserts: 1, Inserted: 1, Deletes: 1, Deleted: 1, Replaces: 1, Replaced: 1, Walks: 1, Walked: 3}, ""},
		{"in vain", script{e: good}, "lookup insert delete replace walk",
			Tally{Lookups: 1, Inserts: 1, Deletes: 1, Replaces: 1, Walks: 1, Walked: 3}, ""},
		{"no memory", script{e: good, err: full}, "lookup insert",
			Tally{Lookups: 1, Inserts: 1, Err: full}, ""},
		{"another key", script{e: MakeElement(6, 1), ok: true}, "lookup insert delete replace walk",
			Tally{Lookups: 1, Hits: 1, Inserts: 1, Inserted: 1, Deletes: 1, Deleted: 1, Replaces: 1, Replaced: 1, Walks: 1, Walked: 3, Bad: 1}, "another key"},
		{"torn", script{e: torn, ok: true}, "lookup insert delete replace walk",
			Tally{Lookups: 1, Hits: 1, Inserts: 1, Inserted: 1, Deletes: 1, Deleted: 1, Replaces: 1, Replaced: 1, Walks: 1, Walked: 3, Bad: 4}, "belong together"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got Tally
			v := NewVersions(0)
			Run(&test.worker, &v, each, &got)
			if calls := strings.Join(test.worker.calls, " "); calls != test.calls {
				t.Errorf("called %s; want %s", calls, test.calls)
			}
			if test.bad != "" {
				if got.FirstBad == nil || !strings.Contains(got.FirstBad.Reason, test.bad) {
					t.Errorf("the first failure is %v; want %q", got.FirstBad, test.bad)
				}
				got.FirstBad = nil
			}
			if got != test.want {
				t.Errorf("tallied %+v; want %+v", got, test.want)
			}
		})
	}
}

func TestCapsUpdates(t *testing.T) {
	for _, insert := range []bool{false, true} {
		for _, del := range []bool{false, true} {
			if got := (Caps{Insert: insert, Delete: del}).Updates(); got != (insert && del) {
				t.Errorf("insert %v, delete %v: Updates = %v", insert, del, got)
			}
		}
	}
}
