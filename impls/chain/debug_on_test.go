//go:build rcudebug

package chain

const checkedMode = true
