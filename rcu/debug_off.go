//go:build !rcudebug

package rcu

// debug guards every call below, so none of them is compiled.
const debug = false

type (
	tracker    struct{}
	section    struct{}
	stallWatch struct{}
)

func newTracker(string) *tracker { return nil }

func (*tracker) enter() uint64        { return 0 }
func (*tracker) leaveInnermost() bool { return true }
func (*tracker) held() bool           { return true }
func (*tracker) mayWait() bool        { return true }

func (*stallWatch) begin(*tracker)     {}
func (*stallWatch) check(*tracker)     {}
func (*stallWatch) over(*tracker) bool { return true }

func (section) enterClassic(*ClassicReader) Token { return 0 }
func (section) exitClassic(*ClassicReader, Token) {}

func (section) join(*QSBRReader)      {}
func (section) enterQSBR(*QSBRReader) {}
func (section) exitQSBR(*QSBRReader)  {}
func (section) quiescent(*QSBRReader) {}
func (section) offline(*QSBRReader)   {}
func (section) online(*QSBRReader)    {}

func (*SRCU) checkEnter(set uint64) Token { return Token(set) }
func (*SRCU) checkExit(Token) bool        { return true }

func caller() (goroutine uint64, stack []byte) { return 0, nil }
