package slab

import "testing"

func TestGrant(t *testing.T) {
	for want, g := range map[string]Grant{
		"": {}, "granted": {8, 8, true}, "partly": {8, 2, true}, "refused": {8, 0, true},
	} {
		if got := g.String(); got != want {
			t.Errorf("%+v is %q; want %q", g, got, want)
		}
	}
}
