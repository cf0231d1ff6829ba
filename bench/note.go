package bench

import (
	"encoding/binary"
	"os"
)

// A note says which cell a fork plays. It is a file, because an event would wake
// the parent at the beginning of each window, which takes a core from a worker.
type note struct {
	file  *os.File
	count int // how often it was written
}

const noteBytes = 16

// newNote makes a note to read.
func newNote() (*note, error) {
	f, err := os.CreateTemp("", "readmostly-fork-*")
	if err != nil {
		return nil, err
	}
	return &note{file: f}, nil
}

// openNote opens a note to write. Without a name there is none.
func openNote(name string) (*note, error) {
	if name == "" {
		return &note{}, nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	return &note{file: f}, err
}

func (n *note) name() string { return n.file.Name() }

// write notes the cell, and returns false if there is no note or it can't be
// written.
func (n *note) write(playing int) bool {
	if n.file == nil {
		return false
	}
	n.count++
	var b [noteBytes]byte
	binary.LittleEndian.PutUint64(b[:8], uint64(n.count))
	binary.LittleEndian.PutUint64(b[8:], uint64(int64(playing)))
	_, err := n.file.WriteAt(b[:], 0)
	return err == nil
}

// read returns how often the note was written, and the cell.
func (n *note) read() (count, playing int, ok bool) {
	var b [noteBytes]byte
	if n == nil {
		return 0, 0, false
	}
	if _, err := n.file.ReadAt(b[:], 0); err != nil {
		return 0, 0, false // nothing is noted yet
	}
	return int(binary.LittleEndian.Uint64(b[:8])), int(int64(binary.LittleEndian.Uint64(b[8:]))), true
}

func (n *note) remove() {
	n.file.Close()
	os.Remove(n.file.Name())
}
