package kernel

import "fmt"

// MaskedSoftmax sets rows of dst to the softmax of those of src, exp xⱼ / Σₖ exp xₖ, computed from the differences to the largest: the
// weights of attention. The matrices have a row of n elements for each of so many steps, for each of heads, for each of the examples. Only
// the first elements of a row count; the others become 0, and may hold anything in src. Of example i these are lengths[i], or all where
// lengths is nil. Where causal is set, the steps are the last of n, and of each row no more count than up to its own.
//
// It panics if the matrices have other than that many elements, or a length is negative or above n. dst may be src, but not overlap it
// otherwise.
func MaskedSoftmax[T Float](dst, src []T, lengths []int, examples, heads, steps, n int, causal bool) {
	checkMasked(len(dst), len(src), lengths, examples, heads, steps, n)
	for i := range examples * heads * steps {
		limit := countOf(i, lengths, heads, steps, n, causal)
		row := dst[i*n : (i+1)*n]
		copy(row[:limit], src[i*n:i*n+limit])
		clear(row[limit:])
		if limit > 0 {
			softmax(row[:limit])
		}
	}
}

// countOf returns how many elements count in a row.
func countOf(row int, lengths []int, heads, steps, n int, causal bool) int {
	count := n
	if lengths != nil {
		count = lengths[row/(heads*steps)]
	}
	if causal {
		count = max(0, min(count, row%steps+1+n-steps))
	}
	return count
}

// softmax makes softmax of x out of it.
func softmax[T Float](x []T) {
	top := Max(x)
	for j := range x {
		x[j] -= top
	}
	Exp(x, x)
	Scale(x, 1/Sum(x), x)
}

func checkMasked(dst, src int, lengths []int, examples, heads, steps, n int) {
	if examples < 0 || heads < 0 || steps < 0 || n < 0 || dst != examples*heads*steps*n || src != dst {
		panic(fmt.Sprintf("kernel: MaskedSoftmax: %d·%d·%d rows of %d elements, dst has %d and src %d", examples, heads, steps, n, dst, src))
	}
	if lengths != nil && len(lengths) != examples {
		panic(fmt.Sprintf("kernel: MaskedSoftmax: %d lengths for %d examples", len(lengths), examples))
	}
	for i, length := range lengths {
		if length < 0 || length > n {
			panic(fmt.Sprintf("kernel: MaskedSoftmax: the length %d for %d elements of example %d", length, n, i))
		}
	}
}

// MaskedSoftmaxAdjoint: ∂yⱼ/∂xₖ = yⱼ(δⱼₖ − yₖ), so x̄ = y∘(ȳ − Σ y∘ȳ). Elements that do not count have y = 0.
//
//godiff:derivative of=MaskedSoftmax writes=dst
func MaskedSoftmaxAdjoint[T Float](dst, src []T, lengths []int, examples, heads, steps, n int, causal bool, ddst, dsrc []T) {
	for i := range examples * heads * steps {
		limit := countOf(i, lengths, heads, steps, n, causal)
		y, dy, dx := dst[i*n:i*n+limit], ddst[i*n:i*n+limit], dsrc[i*n:i*n+limit]
		mean := Dot(y, dy)
		for j, v := range y {
			d := v * (dy[j] - mean)
			dy[j] = 0
			dx[j] += d
		}
		clear(ddst[i*n+limit : (i+1)*n])
	}
}

// MaskedSoftmaxTangent is the forward rule of MaskedSoftmax.
//
//godiff:derivative of=MaskedSoftmax mode=jvp
func MaskedSoftmaxTangent[T Float](dst, src []T, lengths []int, examples, heads, steps, n int, causal bool, ddst, dsrc []T) {
	MaskedSoftmax(dst, src, lengths, examples, heads, steps, n, causal)
	for i := range examples * heads * steps {
		limit := countOf(i, lengths, heads, steps, n, causal)
		y, dy, dx := dst[i*n:i*n+limit], ddst[i*n:i*n+limit], dsrc[i*n:i*n+limit]
		mean := Dot(y, dx)
		for j, v := range y {
			dy[j] = v * (dx[j] - mean)
		}
		clear(ddst[i*n+limit : (i+1)*n])
	}
}
