package kernel

import "fmt"

// AddChannels adds to the elements of each channel of dst, m × channels × n, that channel's element of x: the bias of a convolution. It
// panics if a size is negative, dst has other than m·channels·n elements or x other than channels. They may not overlap, nor may the arguments
// of the functions below.
func AddChannels[T Float](dst, x []T, m, channels, n int) {
	checkChannels("AddChannels", "dst", len(dst), "x", len(x), m, channels, n)
	if n == 1 {
		AddRow(dst, x, m, channels)
		return
	}
	for i := range m * channels {
		to := within(dst, i*n, n)
		affine(to, 1, to, x[i%channels])
	}
}

// SumChannels adds to each element of dst the elements of that channel of x, m × channels × n. It panics if a size is negative, x has other
// than m·channels·n elements or dst other than channels.
func SumChannels[T Float](dst, x []T, m, channels, n int) {
	checkChannels("SumChannels", "x", len(x), "dst", len(dst), m, channels, n)
	if n == 1 {
		SumRows(dst, x, m, channels)
		return
	}
	pairwise(dst, m, func(dst []T, from, to int) {
		for i := from * channels; i < to*channels; i++ {
			dst[i%channels] += Sum(within(x, i*n, n))
		}
	})
}

// MulChannelsAdd adds to dst, m × channels × n, the elements of x, which has the same shape, each times its channel's element of s. It panics
// if a size is negative, dst or x has other than m·channels·n elements, or s other than channels.
func MulChannelsAdd[T Float](dst, x, s []T, m, channels, n int) {
	checkChannels("MulChannelsAdd", "dst", len(dst), "s", len(s), m, channels, n)
	checkTwo("MulChannelsAdd", "dst", len(dst), "x", len(x))
	for i := range m {
		if n == 1 {
			MulAdd(within(dst, i*channels, channels), within(x, i*channels, channels), s)
			continue
		}
		for c, v := range s {
			from := (i*channels + c) * n
			axpy(v, within(x, from, n), within(dst, from, n))
		}
	}
}

// DotChannels adds to each element of dst the products of the elements of that channel of x and y, both m × channels × n. It panics if a size
// is negative, x or y has other than m·channels·n elements, or dst other than channels.
func DotChannels[T Float](dst, x, y []T, m, channels, n int) {
	checkChannels("DotChannels", "x", len(x), "dst", len(dst), m, channels, n)
	checkTwo("DotChannels", "x", len(x), "y", len(y))
	if n == 1 {
		pairwise(dst, m, func(dst []T, from, to int) {
			for i := from; i < to; i++ {
				MulAdd(dst, within(x, i*channels, channels), within(y, i*channels, channels))
			}
		})
		return
	}
	pairwise(dst, m, func(dst []T, from, to int) {
		for i := from; i < to; i++ {
			for c := range dst {
				at := (i*channels + c) * n
				dst[c] += dot(within(x, at, n), within(y, at, n))
			}
		}
	})
}

func checkChannels(name, array string, size int, channel string, width, m, channels, n int) {
	if m < 0 || channels < 0 || n < 0 || size != m*channels*n || width != channels {
		panic(fmt.Sprintf("kernel: %s: %s is %d×%d×%d and has %d elements, %s has %d", name, array, m, channels, n, size, channel, width))
	}
}
