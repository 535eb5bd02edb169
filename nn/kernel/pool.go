package kernel

import "fmt"

// MaxIndices sets index to the places in x of the largest elements of windows: x has planes of the size of g, and each has g.OutSize()
// windows, row by row. Of what g says, the channels do not count; what is padding is never the largest. Of equal elements it is the first,
// but a NaN is larger than all numbers. It panics if x or index has another number of elements, or if a window has no element of x.
func MaxIndices[T Float](index []int, x []T, planes int, g Conv) {
	out, size := g.OutSize(), g.Size[0]*g.Size[1]
	if planes < 0 || len(x) != planes*size || len(index) != planes*out[0]*out[1] {
		panic(fmt.Sprintf("kernel: MaxIndices: x has %d elements and index has %d for %d planes of %+v", len(x), len(index), planes, g))
	}
	two := [2]int{2, 2}
	pairs := g.Kernel == two && g.Stride == two && g.Pad == [2]int{} && g.Dilation == [2]int{1, 1}
	for row := range planes * out[0] {
		first, i, to := row/out[0]*size, row%out[0], index[row*out[1]:(row+1)*out[1]]
		if pairs {
			maxOfFour(to, x, first+2*i*g.Size[1], g.Size[1])
			continue
		}
		for j := range to {
			to[j] = maxOfWindow(x, first, i, j, g)
		}
	}
}

// maxOfFour is MaxIndices for windows of two by two elements side by side, in two rows of x from first on. It has no branches that depend on
// which is the largest.
func maxOfFour[T Float](index []int, x []T, first, width int) {
	for j := range index {
		k := first + 2*j
		a, b, c, d := x[k], x[k+1], x[k+width], x[k+width+1]
		if sum := a + b + c + d; sum != sum {
			index[j] = firstOfFour(x, k, width)
			continue
		}
		top, bottom := 0, width
		if b > a {
			top = 1
		}
		if d > c {
			bottom = width + 1
		}
		if max(c, d) > max(a, b) {
			top = bottom
		}
		index[j] = k + top
	}
}

// firstOfFour returns the place of the largest of four elements, of which some may be NaNs.
func firstOfFour[T Float](x []T, k, width int) int {
	best := k
	for _, at := range [...]int{k + 1, k + width, k + width + 1} {
		if larger(x[at], x[best]) {
			best = at
		}
	}
	return best
}

// larger reports whether x is larger than y, where a NaN is larger than all numbers.
func larger[T Float](x, y T) bool { return x > y || x != x && y == y }

// maxOfWindow returns the place in x of the largest element of window (i, j) of the plane that begins at first.
func maxOfWindow[T Float](x []T, first, i, j int, g Conv) int {
	best := -1
	for k := range g.Kernel[0] {
		row := i*g.Stride[0] + k*g.Dilation[0] - g.Pad[0]
		if row < 0 || row >= g.Size[0] {
			continue
		}
		for l := range g.Kernel[1] {
			col := j*g.Stride[1] + l*g.Dilation[1] - g.Pad[1]
			if col < 0 || col >= g.Size[1] {
				continue
			}
			at := first + row*g.Size[1] + col
			if best < 0 || larger(x[at], x[best]) {
				best = at
			}
		}
	}
	if best < 0 {
		panic(fmt.Sprintf("kernel: MaxIndices: window %d, %d of %+v has no elements", i, j, g))
	}
	return best
}
