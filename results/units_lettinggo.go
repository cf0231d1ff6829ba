package results

// The units of rows that are not of a mix, beside those of units.go. A sample
// that was taken too late, and a drain that could not be watched, are missing.
const (
	FreedRate    = "freed/s"        // elements made reusable
	LookupRate   = "lookups/s"      // of the readers, while others update
	Waiting      = "callbacks"      // elements that wait in queues, mean of the samples
	PeakWaiting  = "peak-callbacks" // the greatest of the samples
	Throttled    = "throttled"      // times that an updater was made to wait, its queue being too long
	DrainTime    = "drain-ns"       // from the window's end, or the reader's exit, until everything let go of was free
	PauseMedian  = "pause-p50-ns"   // of a reader: the time that every 16 lookups took
	Pause99      = "pause-p99-ns"
	PauseMax     = "pause-max-ns"
	StallTime    = "stall-ns"         // how long the reader was inside
	RateBefore   = "updates-before/s" // before it was
	UpdateMedian = "update-p50-ns"    // from when an update was due to when it was done
	UpdateMax    = "update-max-ns"
	RetainedAt25 = "retained-at-25%" // elements retained after that much of the stall
	RetainedAt50 = "retained-at-50%"
	RetainedAt75 = "retained-at-75%"
	RetainedEnd  = "retained-at-100%"
	Teardown     = "teardown-ns" // to take everything out and have it free
	GPsPerOp     = "gps/op"      // grace periods waited for, of each element
)

// lettingGoUnits are described where a row first has them: see [Writer.Write].
var lettingGoUnits = []unitInfo{
	{FreedRate, "higher"},
	{LookupRate, "higher"},
	{Waiting, "lower"},
	{PeakWaiting, "lower"},
	{Throttled, "lower"},
	{DrainTime, "lower"},
	{PauseMedian, "lower"},
	{Pause99, "lower"},
	{PauseMax, "lower"},
	{StallTime, ""},
	{RateBefore, "higher"},
	{UpdateMedian, "lower"},
	{UpdateMax, "lower"},
	{RetainedAt25, "lower"},
	{RetainedAt50, "lower"},
	{RetainedAt75, "lower"},
	{RetainedEnd, "lower"},
	{Teardown, "lower"},
}
