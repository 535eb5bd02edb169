package shape

import "slices"

// Norm panics with an *[Error] unless the shifts of a normalisation, and the means and variances that it keeps, have the shape of its
// scales.
func Norm(op string, scale, shift []int, state ...[]int) {
	Check(slices.Equal(shift, scale), op+" Shift", shift, scale)
	for i, s := range state {
		Check(slices.Equal(s, scale), op+[...]string{" Mean", " Var"}[i], s, scale)
	}
}
