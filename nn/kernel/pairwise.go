package kernel

import "math/bits"

// inTurn is how many things are added one after the other.
const inTurn = 256

// pairwise adds to dst what there is to be added for the numbers from 0 to below m, where add does so for those from i to below j. More
// than a few are halved, and the sums of halves added to each other: so errors grow with the logarithm of m, not with m. (Higham, Accuracy
// and Stability of Numerical Algorithms, section 4.2.)
func pairwise[T Float](dst []T, m int, add func(dst []T, i, j int)) {
	if m <= inTurn {
		add(dst, 0, m)
		return
	}
	memory, spare := newBuffer[T](bits.Len(uint(m-1)/inTurn) * len(dst))
	defer memory.free()
	pairs(dst, spare, 0, m, add)
}

// pairs is pairwise for numbers from i to below j; spare has a row for each time that they are halved.
func pairs[T Float](dst, spare []T, i, j int, each func(dst []T, i, j int)) {
	if j-i <= inTurn {
		each(dst, i, j)
		return
	}
	middle := i + roundUp((j-i)/2, inTurn)
	pairs(dst, spare, i, middle, each)
	sum := within(spare, 0, len(dst))
	clear(sum)
	pairs(sum, within(spare, len(dst), len(spare)-len(dst)), middle, j, each)
	add(dst, dst, sum)
}
