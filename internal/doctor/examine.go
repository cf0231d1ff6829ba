package doctor

// Examine judges what was observed. There is a finding for each subject, also where
// nothing is known of it.
func Examine(o Observation) Report {
	m := o.Machine
	return Report{
		cores(m), smt(m), kinds(m), governor(m), turbo(m), isolated(m), virtualization(m),
		quota(m), memory(m, o.Memory), hugePages(m, o.HugePages), membarrier(o.Membarrier), counters(o.PMU, o.Paranoid),
		clockSource(m), timer(o.Clock), steal(m, o.Noise), load(o.Activity, o.Load), noise(o.Noise, o.NotMeasured),
	}
}
