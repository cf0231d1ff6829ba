//go:build !race

package implstest

const raceEnabled = false
