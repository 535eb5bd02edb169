//go:build !amd64

package kernel

import "testing"

// setAccelerated has nothing to choose from.
func setAccelerated(testing.TB, bool) {}
