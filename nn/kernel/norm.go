package kernel

import "math"

// Normalize brings the elements of each channel of x, m × channels × n, to the mean 0 and the variance 1: with the mean μ of the elements of
// a channel, of which there are m·n, and their variance v, with m·n in the denominator, it sets
//
//	dst = (x−μ)/√(v+ε)
//
// and the channel's elements of mean, variance and inverse to μ, v and 1/√(v+ε). It panics if a size is negative, dst or x has other than
// m·channels·n elements, or one of the others other than channels. No two arguments may overlap. (Ioffe and Szegedy, "Batch
// normalization", 2015, algorithm 1.)
func Normalize[T Float](dst, mean, variance, inverse, x []T, m, channels, n int, epsilon float64) {
	checkChannels("Normalize", "x", len(x), "mean", len(mean), m, channels, n)
	checkTwo("Normalize", "dst", len(dst), "x", len(x))
	checkTwo("Normalize", "variance", len(variance), "mean", len(mean))
	checkTwo("Normalize", "inverse", len(inverse), "mean", len(mean))
	if n == 1 {
		normalizeColumns(dst, mean, variance, inverse, x, m, channels, epsilon)
		return
	}
	size := float64(m * n)
	for c := range channels { // one after the other: so what is read again is in a cache
		var sum, squares float64
		for i := range m {
			sum += float64(Sum(within(x, (i*channels+c)*n, n)))
		}
		mean[c] = T(sum / size)
		for i := range m {
			from := (i*channels + c) * n
			to := within(dst, from, n)
			affine(to, 1, within(x, from, n), -mean[c])
			squares += float64(dot(to, to))
		}
		variance[c] = T(squares / size)
		inverse[c] = inverseSqrt(variance[c], epsilon)
		for i := range m {
			to := within(dst, (i*channels+c)*n, n)
			scale(to, inverse[c], to)
		}
	}
}

// normalizeColumns is Normalize for channels that are the columns of matrices with m rows.
func normalizeColumns[T Float](dst, mean, variance, inverse, x []T, m, channels int, epsilon float64) {
	clear(mean)
	SumRows(mean, x, m, channels)
	scale(mean, 1/T(m), mean)
	clear(variance)
	pairwise(variance, m, func(variance []T, from, to int) {
		for i := from; i < to; i++ {
			row := within(dst, i*channels, channels)
			Sub(row, within(x, i*channels, channels), mean)
			MulAdd(variance, row, row)
		}
	})
	scale(variance, 1/T(m), variance)
	for c, v := range variance {
		inverse[c] = inverseSqrt(v, epsilon)
	}
	for i := range m {
		row := within(dst, i*channels, channels)
		Mul(row, row, inverse)
	}
}

func inverseSqrt[T Float](x T, epsilon float64) T { return T(1 / math.Sqrt(float64(x)+epsilon)) }

// ScaleShift sets dst to x, m × channels × n, times the scale of each channel and plus its shift. It panics if a size is negative, dst or x
// has other than m·channels·n elements, or scale or shift other than channels. No two arguments may overlap.
func ScaleShift[T Float](dst, x, scale, shift []T, m, channels, n int) {
	checkChannels("ScaleShift", "x", len(x), "scale", len(scale), m, channels, n)
	checkTwo("ScaleShift", "dst", len(dst), "x", len(x))
	checkTwo("ScaleShift", "shift", len(shift), "scale", len(scale))
	if n == 1 {
		for i := range m {
			row := within(dst, i*channels, channels)
			Mul(row, within(x, i*channels, channels), scale)
			add(row, row, shift)
		}
		return
	}
	for i := range m * channels {
		affine(within(dst, i*n, n), scale[i%channels], within(x, i*n, n), shift[i%channels])
	}
}
