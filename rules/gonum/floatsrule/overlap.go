package floatsrule

import godiff "github.com/godiff/godiff/runtime"

// apart panics unless dst and s, shadows of slices, share no memory.
func apart(name string, dst, s []float64) {
	if !godiff.DisjointLen(dst, s) {
		panic("floatsrule: the destination of " + name + " shares memory with an argument, whose old contents its derivative needs")
	}
}

// apartOrSame panics unless dst and s, shadows of slices of one length, are the same or share no memory.
func apartOrSame(name string, dst, s []float64) {
	if len(dst) > 0 && len(s) > 0 && &dst[0] != &s[0] && !godiff.DisjointLen(dst, s) {
		panic("floatsrule: the destination of " + name + " overlaps an argument and is not the same")
	}
}
