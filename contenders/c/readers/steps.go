package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"

	"readmostly/impls"
)

// Instructions are what a lookup executes.
type instructions struct {
	Hit     float64 // of a lookup that finds its key in the first element of its chain
	Miss    float64 // of a lookup of an empty chain
	Element float64 // of each element passed on the way, mean of an even number
	Nop     float64 // of Hit, those that do nothing: they take room in the processor all the same
}

// A tracing is what was counted of one batch.
type tracing struct{ all, nops int }

// Lengths of the batches that are traced: what is the same in both falls out of
// their difference.
const (
	shortBatch = 2
	longBatch  = 6
)

// passedElements is how many elements the lookup passes that shows what each costs.
const passedElements = 8

// A batch is traced once. Batches of one loop follow each other: hits, misses, and
// hits further down the chain, short and long.
type batch struct {
	key    uint64
	length int
}

// showSteps plays each batch of each loop before the eyes of a tracer, and then
// writes the names of the loops.
func showSteps(out io.Writer) error {
	l, batches, err := stepped()
	if err != nil {
		return err
	}
	var names []string
	for _, x := range l.all {
		names = append(names, x.name)
		for _, b := range batches {
			ops := make([]impls.Op, b.length)
			for i := range ops {
				ops[i] = impls.MakeOp(impls.Lookup, b.key)
			}
			var t impls.Tally
			play(x.run, ops, &t) // what is done the first time only
			mark()
			play(x.run, ops, &t)
		}
	}
	if err := l.Close(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(names)
}

// stepped opens the loops over maps of two chains, one of which is empty.
func stepped() (*loops, []batch, error) {
	random := rand.New(rand.NewPCG(1, 2))
	key := func(chain uint64) uint64 {
		for {
			if k := random.Uint64() & impls.MaxKey; impls.Hash(k)>>32&1 == chain {
				return k
			}
		}
	}
	var elements []impls.Element
	for range passedElements + 1 {
		elements = append(elements, impls.MakeElement(key(0), 1))
	}
	l, err := openLoops(2, elements)
	if err != nil {
		return nil, nil, err
	}
	// The last that was filled in is the first of its chain.
	first, last, absent := elements[passedElements].Key, elements[0].Key, key(1)
	var batches []batch
	for _, k := range []uint64{first, absent, last} {
		batches = append(batches, batch{k, shortBatch}, batch{k, longBatch})
	}
	for _, k := range []struct{ key, nodes uint64 }{{first, 1}, {absent, 0}, {last, passedElements + 1}} {
		for _, x := range l.all {
			var t impls.Tally
			play(x.run, []impls.Op{impls.MakeOp(impls.Lookup, k.key)}, &t)
			if t.Nodes != k.nodes {
				return nil, nil, fmt.Errorf("%s: a lookup passes %d elements, and is taken for one of %d", x.name, t.Nodes, k.nodes)
			}
		}
	}
	return l, batches, nil
}

// batchesPerLoop is how many counts a loop has.
const batchesPerLoop = 6

// newInstructions makes figures of a loop's batches.
func newInstructions(t []tracing) instructions {
	per := func(short, long int) float64 { return float64(long-short) / (longBatch - shortBatch) }
	hit, miss, far := per(t[0].all, t[1].all), per(t[2].all, t[3].all), per(t[4].all, t[5].all)
	return instructions{Hit: hit, Miss: miss, Element: (far - hit) / passedElements, Nop: per(t[0].nops, t[1].nops)}
}

// isNop tells from the first bytes of an instruction of amd64 whether it is one of
// those that fill space: NOP and its longer forms.
func isNop(code []byte) bool {
	for len(code) > 0 && code[0] == 0x66 {
		code = code[1:]
	}
	return len(code) > 0 && code[0] == 0x90 || len(code) > 1 && code[0] == 0x0F && code[1] == 0x1F
}
