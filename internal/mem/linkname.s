// The package declares functions without a body (see pin.go), which the
// compiler accepts only beside an assembly file.
