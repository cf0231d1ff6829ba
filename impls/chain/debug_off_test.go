//go:build !rcudebug

package chain

const checkedMode = false
