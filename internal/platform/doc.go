// Package platform refuses to compile where the comparison does not run, with a
// sentence that says where it does. Packages that would not compile there, or not
// work, import it. The libraries don't: they build wherever Go does.
//
// What the comparison needs is addresses of at most 63 bits in words of 64, an
// instruction for each atomic operation on such a word, and memory mapped outside
// the Go heap. Solaris and illumos map memory at addresses of 64 bits; Android
// kills a process for the system calls in question.
//
// The build tag nolinux puts the code for other systems in place on Linux, so
// that it can be tested there.
package platform
