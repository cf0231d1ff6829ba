package torture

// A Library is a mechanism's own package, tortured without a map.
type Library struct {
	Name     string   // such as rcu-classic
	Doc      string   // what it is, in one line
	Backends []string // the names of the built-in backends that rest on it
	torture  func(*trial)
}

// Libraries returns the libraries of this module.
func Libraries() []Library { return nil }
