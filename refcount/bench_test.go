package refcount

import "testing"

func BenchmarkGetUnlessZeroPut(b *testing.B) {
	var c Count
	c.Init()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if c.GetUnlessZero() {
				c.Put()
			}
		}
	})
}

func BenchmarkGetPut(b *testing.B) {
	var c Count
	c.Init()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Get()
			c.Put()
		}
	})
}
