// # Equal backends
//
// make aa measures each backend under two names, in the same forks (2 cores of AMD EPYC, kvm, in a docker container, Linux 6.18.44-fc-v669; 17 forks of 2 rounds per table). Of the intervals at 95 % of the ratio of the two, so many exclude 1, and so wide they are (half of the width, median and 90th percentile):
//
//	tables                        comparisons  exclude 1    ±50th    ±90th
//	0% updates, 1 threads                  76    3  3.9%    0.95%    2.18%
//	0% updates, 2 threads                  76    3  3.9%    0.99%    2.33%
//	1% updates, 1 threads                  68    2  2.9%    1.21%    2.19%
//	1% updates, 2 threads                  68    2  2.9%    1.51%    5.94%
//	10% updates, 1 threads                 68    3  4.4%    1.18%    2.76%
//	10% updates, 2 threads                 68    2  2.9%    1.78%    7.90%
//	all                                   424   15  3.5%    1.20%    3.18%
//
// make aa took 4m21s.
package bench
