package kernel

import "testing"

// setAccelerated says whether a test is to use the assembly.
func setAccelerated(t testing.TB, yes bool) {
	old := accelerated
	accelerated = yes
	t.Cleanup(func() { accelerated = old })
}
