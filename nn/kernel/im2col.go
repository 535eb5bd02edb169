package kernel

import (
	"fmt"
	"runtime"
)

// A Conv is how images, or what else has channels and two dimensions, are convolved (Dumoulin and Visin, "A guide to convolution arithmetic
// for deep learning", 2016). Each pair holds what is said for the height and for the width. Channels are in Groups of one size, of which
// each is connected to the outputs of its own only.
//
// With n examples and g = Groups there are these arrays:
//
//	x  n × In × Size[0] × Size[1]
//	w  Out × In/g × Kernel[0] × Kernel[1]
//	y  n × Out × OutSize()[0] × OutSize()[1]
type Conv struct {
	In, Out  int // channels
	Groups   int
	Size     [2]int // of the input
	Kernel   [2]int // elements of a kernel
	Stride   [2]int // from one place of the kernel to the next
	Pad      [2]int // zeros at either border of the input
	Dilation [2]int // from one element of the kernel to the next: 1 where they lie side by side
}

// OutSize returns the height and the width of the output: ⌊(i + 2p − d(k−1) − 1)/s⌋ + 1 (Dumoulin and Visin, relationship 15), and 0 where
// the kernel does not fit into the input with its padding.
func (g Conv) OutSize() [2]int {
	var out [2]int
	for i := range out {
		if room := g.Size[i] + 2*g.Pad[i] - g.Dilation[i]*(g.Kernel[i]-1) - 1; room >= 0 {
			out[i] = room/g.Stride[i] + 1
		}
	}
	return out
}

// ConvAdd adds to y the convolution of x with w: for each example b, output channel o and place (i, j)
//
//	y[b,o,i,j] += Σ w[o,c,k,l] · x[b, c + first channel of the group, i·s₀ + k·d₀ − p₀, j·s₁ + l·d₁ − p₁]
//
// over c, k and l, with strides s, dilations d and padding p; x is zero outside. As everywhere in this field the kernel is not mirrored.
// Examples are done on several goroutines, up to GOMAXPROCS; the result is the same to the last bit, however many. It panics before it
// writes anything if a slice has another length than its array has elements, or g makes no sense.
func ConvAdd[T Float](y, x, w []T, n int, g Conv) {
	checkConv("ConvAdd", len(y), len(x), len(w), n, g)
	c := newConvolution(w, g)
	c.each(n, func(i int) { c.forward(c.output(y, i), c.input(x, i)) })
}

// ConvTransposedAdd adds to x the transposed convolution of y with w: what [ConvAdd] makes of its arguments is linear in x, and this is the
// transposed map. It panics as that does.
func ConvTransposedAdd[T Float](x, y, w []T, n int, g Conv) {
	checkConv("ConvTransposedAdd", len(y), len(x), len(w), n, g)
	c := newConvolution(w, g)
	c.each(n, func(i int) { c.transposed(c.input(x, i), c.output(y, i)) })
}

// ConvWeightsAdd adds to each element of w the sum of all products of an element of x and one of y that [ConvAdd] brings together with it.
// It panics as that does.
func ConvWeightsAdd[T Float](w, x, y []T, n int, g Conv) {
	checkConv("ConvWeightsAdd", len(y), len(x), len(w), n, g)
	c := newConvolution(w, g)
	parts := c.parts(n)
	memory, sums := newBuffer[T](parts * len(w))
	defer memory.free()
	clear(sums)
	run(parts, func(part int) {
		sum := within(sums, part*len(w), len(w))
		for i := part * n / parts; i < (part+1)*n/parts; i++ {
			c.weights(sum, c.input(x, i), c.output(y, i))
		}
	})
	for part := range parts {
		c.addWeights(w, within(sums, part*len(w), len(w)))
	}
}

// A convolution is a Conv, with the weights and sizes that follow from it. It is for one example at a time: columns[r, i] is what row r of
// the weights, as a matrix of group outputs × rows, is multiplied with at place i, so that a convolution is a product for each group.
//
// Where the stride is 1, places are wide: beside those of the output there are some between its rows, so many that these lie as far apart as
// those of the input with its padding do. Then each row of the columns is one piece of the input, and few copies make them. What is in these gaps
// is nothing to the output.
type convolution[T Float] struct {
	Conv
	w         []T
	out       [2]int
	padded    [2]int // height and width of the input, where places are wide with the padding
	wide      bool
	places    int  // columns
	rows      int  // weights for each output
	ins, outs int  // channels of a group
	inSize    int  // elements of an example
	outSize   int  // the same
	direct    bool // the columns are the input
}

func newConvolution[T Float](w []T, g Conv) *convolution[T] {
	c := &convolution[T]{Conv: g, w: w, out: g.OutSize(), padded: g.Size, ins: g.In / g.Groups, outs: g.Out / g.Groups}
	c.rows = c.ins * g.Kernel[0] * g.Kernel[1]
	c.places = c.out[0] * c.out[1]
	c.inSize, c.outSize = g.In*g.Size[0]*g.Size[1], g.Out*c.places
	one := [2]int{1, 1}
	c.direct = g.Kernel == one && g.Stride == one && g.Pad == [2]int{}
	if width := g.Size[1] + 2*g.Pad[1]; g.Stride == one && !c.direct && c.places > 0 && width <= 2*c.out[1] {
		c.wide = true
		c.padded = [2]int{g.Size[0] + 2*g.Pad[0], width}
		c.places = (c.out[0]-1)*width + c.out[1]
	}
	return c
}

// input and output return example i.
func (c *convolution[T]) input(x []T, i int) []T  { return within(x, i*c.inSize, c.inSize) }
func (c *convolution[T]) output(y []T, i int) []T { return within(y, i*c.outSize, c.outSize) }

// convParallelFrom is the number of multiplications from which several threads share the examples.
const convParallelFrom = 1 << 20

// each calls do for each example.
func (c *convolution[T]) each(n int, do func(i int)) {
	if n*c.outSize*c.rows < convParallelFrom {
		for i := range n {
			do(i)
		}
		return
	}
	run(n, do)
}

func run(n int, do func(i int)) {
	if threads := runtime.GOMAXPROCS(0); threads > 1 && n > 1 {
		parallel(threads, n, do)
		return
	}
	for i := range n {
		do(i)
	}
}

// parts returns how many sums there are of the examples, whatever the number of threads. Products that are large run on several themselves.
func (c *convolution[T]) parts(n int) int {
	if one := c.outSize * c.rows; n*one < convParallelFrom || one >= parallelFrom {
		return 1
	}
	return min(n, 8)
}

// forward adds the convolution of an example.
func (c *convolution[T]) forward(y, x []T) {
	work := c.newWorkspace()
	defer work.free()
	for group := range c.Groups {
		to, from, w := c.groupOutput(y, group), c.groupInput(x, group), c.groupWeights(c.w, group)
		switch {
		case c.direct:
			c.product(to, w, from, 1)
		case c.wide:
			work.fill(from)
			c.product(work.outputs, w, work.columns, 0)
			c.addNarrow(to, work.outputs)
		default:
			work.fill(from)
			c.product(to, w, work.columns, 1)
		}
	}
}

// product sets y to w·columns + β·y.
func (c *convolution[T]) product(y, w, columns []T, beta T) {
	gemm(false, false, c.outs, c.places, c.rows, 1, w, c.rows, columns, c.places, beta, y, c.places)
}

// transposed adds the transposed convolution of an example.
func (c *convolution[T]) transposed(x, y []T) {
	work := c.newWorkspace()
	defer work.free()
	for group := range c.Groups {
		to, from, w := c.groupInput(x, group), c.groupOutput(y, group), c.groupWeights(c.w, group)
		switch {
		case c.direct:
			c.productT(to, w, from, 1)
		case c.wide:
			work.widen(from)
			c.productT(work.columns, w, work.outputs, 0)
			work.addPieces(to)
		default:
			c.productT(work.columns, w, from, 0)
			c.col2im(to, work.columns)
		}
	}
}

// productT sets columns to wᵀ·y + β·columns.
func (c *convolution[T]) productT(columns, w, y []T, beta T) {
	gemm(true, false, c.rows, c.places, c.outs, 1, w, c.rows, y, c.places, beta, columns, c.places)
}

// weights adds the products of an example to sums, in which the weights of a group lie as rows × outputs.
func (c *convolution[T]) weights(sums, x, y []T) {
	work := c.newWorkspace()
	defer work.free()
	for group := range c.Groups {
		sum, from, with := c.groupWeights(sums, group), c.groupInput(x, group), c.groupOutput(y, group)
		switch {
		case c.direct:
			c.productW(sum, from, with)
		case c.wide:
			work.fill(from)
			work.widen(with)
			c.productW(sum, work.columns, work.outputs)
		default:
			work.fill(from)
			c.productW(sum, work.columns, with)
		}
	}
}

// productW adds columns·yᵀ to sums: so y, which has few rows, is copied for the product, and the columns are not.
func (c *convolution[T]) productW(sums, columns, y []T) {
	gemm(false, true, c.rows, c.outs, c.places, 1, columns, c.places, y, c.places, 1, sums, c.outs)
}

// addWeights adds such sums to weights.
func (c *convolution[T]) addWeights(w, sums []T) {
	for group := range c.Groups {
		to, from := c.groupWeights(w, group), c.groupWeights(sums, group)
		for o := range c.outs {
			for r, row := 0, within(to, o*c.rows, c.rows); r < len(row); r++ {
				row[r] += from[r*c.outs+o]
			}
		}
	}
}

func (c *convolution[T]) groupWeights(w []T, group int) []T {
	return within(w, group*c.outs*c.rows, c.outs*c.rows)
}

func (c *convolution[T]) groupOutput(y []T, group int) []T {
	size := c.outs * c.out[0] * c.out[1]
	return within(y, group*size, size)
}

func (c *convolution[T]) groupInput(x []T, group int) []T {
	size := c.ins * c.Size[0] * c.Size[1]
	return within(x, group*size, size)
}

// A workspace is memory for one example.
type workspace[T Float] struct {
	*convolution[T]
	memory  *buffer
	columns []T // rows × places
	outputs []T // with wide places, the outputs of a group
	image   []T // with wide places, the input of a group with its padding
}

func (c *convolution[T]) newWorkspace() workspace[T] {
	columns, outputs, image := c.rows*c.places, 0, 0
	if c.direct {
		columns = 0
	}
	if c.wide {
		outputs = c.outs * c.places
	}
	if c.padded != c.Size {
		image = c.ins * c.padded[0] * c.padded[1]
	}
	memory, all := newBuffer[T](columns + outputs + image)
	return workspace[T]{c, memory, all[:columns], all[columns : columns+outputs], all[columns+outputs:]}
}

func (w *workspace[T]) free() { w.memory.free() }

// fill sets the columns to those of the input of a group.
func (w *workspace[T]) fill(x []T) {
	switch {
	case !w.wide:
		w.im2col(w.columns, x)
	case len(w.image) > 0:
		clear(w.image)
		for line := range w.ins * w.Size[0] {
			copy(within(w.image, w.paddedLine(line), w.Size[1]), within(x, line*w.Size[1], w.Size[1]))
		}
		w.copyPieces(w.columns, w.image)
	default:
		w.copyPieces(w.columns, x)
	}
}

// copyPieces sets wide columns to pieces of the input, which has its padding.
func (c *convolution[T]) copyPieces(columns, x []T) {
	for row := range c.rows {
		copy(within(columns, row*c.places, c.places), within(x, c.pieceOf(row), c.places))
	}
}

// addPieces adds wide columns to the input of a group.
func (w *workspace[T]) addPieces(x []T) {
	to := x
	if len(w.image) > 0 {
		clear(w.image)
		to = w.image
	}
	for row := range w.rows {
		piece := within(to, w.pieceOf(row), w.places)
		add(piece, piece, within(w.columns, row*w.places, w.places))
	}
	if len(w.image) == 0 {
		return
	}
	for i := range w.ins * w.Size[0] {
		line := within(x, i*w.Size[1], w.Size[1])
		add(line, line, within(w.image, w.paddedLine(i), w.Size[1]))
	}
}

// widen sets the wide outputs to those of a group, and to zeros where there are none.
func (w *workspace[T]) widen(y []T) {
	clear(w.outputs)
	for line := range w.outs * w.out[0] {
		copy(within(w.outputs, w.wideLine(line), w.out[1]), within(y, line*w.out[1], w.out[1]))
	}
}

// addNarrow adds wide outputs of a group to those without gaps.
func (c *convolution[T]) addNarrow(y, wide []T) {
	for line := range c.outs * c.out[0] {
		to := within(y, line*c.out[1], c.out[1])
		add(to, to, within(wide, c.wideLine(line), c.out[1]))
	}
}

// wideLine returns where a row of a channel of a group begins among the wide outputs.
func (c *convolution[T]) wideLine(line int) int {
	return line/c.out[0]*c.places + line%c.out[0]*c.padded[1]
}

// paddedLine returns where a row of a channel of a group begins in the input with its padding.
func (c *convolution[T]) paddedLine(line int) int {
	channel, row := line/c.Size[0], line%c.Size[0]
	return (channel*c.padded[0]+row+c.Pad[0])*c.padded[1] + c.Pad[1]
}

// pieceOf returns where the piece of the input begins that is a row of the columns, where places are wide.
func (c *convolution[T]) pieceOf(row int) int {
	channel, k, l := c.place(row)
	return (channel*c.padded[0]+k*c.Dilation[0])*c.padded[1] + l*c.Dilation[1]
}

// im2col copies the channels of a group to the columns, which are not wide.
func (c *convolution[T]) im2col(columns, x []T) {
	size := c.Size[0] * c.Size[1]
	for row := range c.rows {
		channel, k, l := c.place(row)
		from, to := within(x, channel*size, size), within(columns, row*c.places, c.places)
		lo, hi := c.inside(1, l)
		for i := range c.out[0] {
			line := within(to, i*c.out[1], c.out[1])
			at := i*c.Stride[0] + k*c.Dilation[0] - c.Pad[0]
			if at < 0 || at >= c.Size[0] || lo >= hi {
				clear(line)
				continue
			}
			clear(line[:lo])
			clear(line[hi:])
			first := at*c.Size[1] + lo*c.Stride[1] + l*c.Dilation[1] - c.Pad[1]
			if c.Stride[1] == 1 {
				copy(line[lo:hi], from[first:])
				continue
			}
			for j := range line[lo:hi] {
				line[lo+j] = from[first+j*c.Stride[1]]
			}
		}
	}
}

// col2im adds the columns to the channels of a group. It is the transposed map of im2col.
func (c *convolution[T]) col2im(x, columns []T) {
	size := c.Size[0] * c.Size[1]
	for row := range c.rows {
		channel, k, l := c.place(row)
		to, from := within(x, channel*size, size), within(columns, row*c.places, c.places)
		lo, hi := c.inside(1, l)
		for i := range c.out[0] {
			at := i*c.Stride[0] + k*c.Dilation[0] - c.Pad[0]
			if at < 0 || at >= c.Size[0] || lo >= hi {
				continue
			}
			line := within(from, i*c.out[1]+lo, hi-lo)
			first := at*c.Size[1] + lo*c.Stride[1] + l*c.Dilation[1] - c.Pad[1]
			if c.Stride[1] == 1 {
				run := within(to, first, len(line))
				add(run, run, line)
				continue
			}
			for j, v := range line {
				to[first+j*c.Stride[1]] += v
			}
		}
	}
}

// place returns the channel and the place in the kernel of a row of the columns.
func (c *convolution[T]) place(row int) (channel, k, l int) {
	l = row % c.Kernel[1]
	row /= c.Kernel[1]
	return row / c.Kernel[0], row % c.Kernel[0], l
}

// inside returns the places of the output, from lo to hi, where element k of the kernel is not on the padding, along a dimension.
func (c *convolution[T]) inside(dim, k int) (lo, hi int) {
	before := c.Pad[dim] - k*c.Dilation[dim] // elements that are missing at the first place
	if before > 0 {
		lo = (before + c.Stride[dim] - 1) / c.Stride[dim]
	}
	if last := c.Size[dim] - 1 + before; last >= 0 {
		hi = min(last/c.Stride[dim]+1, c.out[dim])
	}
	return min(lo, c.out[dim]), hi
}

func checkConv(name string, y, x, w, n int, g Conv) {
	ok := n >= 0 && g.Groups > 0 && g.In >= 0 && g.Out >= 0 && g.In%g.Groups == 0 && g.Out%g.Groups == 0
	for i := range 2 {
		ok = ok && g.Size[i] >= 0 && g.Kernel[i] > 0 && g.Stride[i] > 0 && g.Pad[i] >= 0 && g.Dilation[i] > 0
	}
	if !ok {
		panic(fmt.Sprintf("kernel: %s: there is no convolution %+v of %d examples", name, g, n))
	}
	out := g.OutSize()
	if x != n*g.In*g.Size[0]*g.Size[1] || w != g.Out*(g.In/g.Groups)*g.Kernel[0]*g.Kernel[1] || y != n*g.Out*out[0]*out[1] {
		panic(fmt.Sprintf("kernel: %s: x has %d elements, w has %d and y has %d for %d examples of %+v with an output of %d×%d", name, x, w, y, n, g, out[0], out[1]))
	}
}
