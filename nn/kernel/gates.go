package kernel

import "fmt"

// The cells of recurrent networks, for a batch of m examples with n hidden neurons: what follows the product of the states before and the
// weights. What comes from the inputs has been computed for many time steps at once: it is in x, in rows of which the first begins at
// x[at] and each ldx elements after the one before. Other matrices lie row by row without gaps, and no two arguments may overlap. Each
// function panics if they do not have as many elements, or x too few.

// RNNCell sets h, m×n, to tanh(h + x): the state of a simple recurrent network. (Elman, "Finding structure in time", 1990.)
func RNNCell[T Float](h, x []T, at, ldx, m, n int) {
	checkCell("RNNCell", "h", len(h), m, n)
	checkRowsAt("RNNCell", "x", len(x), at, ldx, m, n)
	for i := range m {
		state := h[i*n : (i+1)*n]
		Add(state, state, x[at+i*ldx:at+i*ldx+n])
	}
	Tanh(h, h)
}

// LSTMCell computes a step of a long short-term memory. The rows of gates, m×4n, and of x have four parts, for the gates i, f, g and o.
// In gates these become
//
//	i, f, o = σ(gates + x)    g = tanh(gates + x)
//
// and it sets the cells c to f∘before + i∘g, where before has those of the step before, squashed to tanh c and the states h to o∘tanh c,
// which are m×n. (Hochreiter and Schmidhuber, "Long short-term memory", 1997; with the gate f of Gers, Schmidhuber and Cummins, "Learning
// to forget", 2000.)
func LSTMCell[T Float](h, c, squashed, gates, x []T, at, ldx int, before []T, m, n int) {
	checkCell("LSTMCell", "h", len(h), m, n)
	checkCell("LSTMCell", "c", len(c), m, n)
	checkCell("LSTMCell", "squashed", len(squashed), m, n)
	checkCell("LSTMCell", "gates", len(gates), m, 4*n)
	checkCell("LSTMCell", "before", len(before), m, n)
	checkRowsAt("LSTMCell", "x", len(x), at, ldx, m, 4*n)
	for i := range m {
		row := gates[4*n*i : 4*n*(i+1)]
		Add(row, row, x[at+i*ldx:at+i*ldx+4*n])
		Sigmoid(row[:2*n], row[:2*n])
		Tanh(row[2*n:3*n], row[2*n:3*n])
		Sigmoid(row[3*n:], row[3*n:])
		in, forget, cand, out := row[:n], row[n:2*n], row[2*n:3*n], row[3*n:]
		cell := c[i*n : (i+1)*n]
		Mul(cell, forget, before[i*n:(i+1)*n])
		MulAdd(cell, in, cand)
		Tanh(squashed[i*n:(i+1)*n], cell)
		Mul(h[i*n:(i+1)*n], out, squashed[i*n:(i+1)*n])
	}
}

// GRUCell computes a step of gated recurrent units. The rows of gates, m×3n, and of x have three parts, for the gates r and z and for the
// candidate. In gates the first two become
//
//	r, z = σ(gates + x)
//
// and the third stays. It sets candidate to tanh(x + r∘gates) of the third parts, and h to (1−z)∘candidate + z∘before, where before has
// the states of the step before; these are m×n. So the gate r is applied to the product with the states, as in cuDNN and PyTorch. (Cho et
// al., "Learning phrase representations using RNN encoder–decoder for statistical machine translation", 2014.)
func GRUCell[T Float](h, candidate, gates, x []T, at, ldx int, before []T, m, n int) {
	checkCell("GRUCell", "h", len(h), m, n)
	checkCell("GRUCell", "candidate", len(candidate), m, n)
	checkCell("GRUCell", "gates", len(gates), m, 3*n)
	checkCell("GRUCell", "before", len(before), m, n)
	checkRowsAt("GRUCell", "x", len(x), at, ldx, m, 3*n)
	for i := range m {
		row, input := gates[3*n*i:3*n*(i+1)], x[at+i*ldx:at+i*ldx+3*n]
		Add(row[:2*n], row[:2*n], input[:2*n])
		Sigmoid(row[:2*n], row[:2*n])
		reset, update, product := row[:n], row[n:2*n], row[2*n:]
		cand, state := candidate[i*n:(i+1)*n], h[i*n:(i+1)*n]
		copy(cand, input[2*n:])
		MulAdd(cand, reset, product)
		Tanh(cand, cand)
		Sub(state, before[i*n:(i+1)*n], cand)
		Mul(state, state, update)
		Add(state, state, cand)
	}
}

// CopyRows sets m rows of n elements of dst, the first from dst[at] on and each ldd after the one before, to those of x, which is m×n. It
// panics if x has other than m·n elements or dst too few. They may not overlap.
func CopyRows[T Float](dst []T, at, ldd int, x []T, m, n int) {
	checkCell("CopyRows", "x", len(x), m, n)
	checkRowsAt("CopyRows", "dst", len(dst), at, ldd, m, n)
	for i := range m {
		copy(dst[at+i*ldd:at+i*ldd+n], x[i*n:(i+1)*n])
	}
}

func checkCell(name, matrix string, size, m, n int) {
	if m < 0 || n < 0 || size != m*n {
		panic(fmt.Sprintf("kernel: %s: %s is %d×%d and has %d elements", name, matrix, m, n, size))
	}
}

func checkRowsAt(name, matrix string, size, at, ld, m, n int) {
	if at < 0 || !fits(size-at, m, n, ld) {
		panic(fmt.Sprintf("kernel: %s: %s is %d×%d from element %d on with stride %d and has %d elements", name, matrix, m, n, at, ld, size))
	}
}
