// Package rcu is read-copy update for Go.
package rcu
