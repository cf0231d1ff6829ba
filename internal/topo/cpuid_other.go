//go:build !amd64

package topo

// hypervisorVendor is empty: only x86 processors tell.
func hypervisorVendor() cpuidVendor { return "" }
