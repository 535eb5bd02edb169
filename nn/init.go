package nn

import (
	"math"
	"math/rand/v2"

	"github.com/godiff/godiff/nn/shape"
)

// The functions here make parameters for the start of training, with memory of their own. The same seed gives the same bits on every
// machine: where it matters, products are rounded before they are added, and no function is used that package math computes differently
// from one processor to the other.

// NewDense returns a layer with weights of [XavierUniform] and a bias of zeros.
func NewDense[T Float](rng *rand.Rand, in, out int) Dense[T] {
	return Dense[T]{W: XavierUniform[T](rng, in, out), B: New[T](nil, out)}
}

// NewPReLU returns a unit with slopes of 1/4, one for each channel; one channel stands for all elements.
func NewPReLU[T Float](channels int) PReLU[T] {
	return PReLU[T]{Constant(T(0.25), channels)}
}

// NewRNN returns a layer with U of [XavierUniform] and V of [Orthogonal], and a bias of zeros.
func NewRNN[T Float](rng *rand.Rand, in, hidden int) RNN[T] {
	return RNN[T]{U: XavierUniform[T](rng, in, hidden), V: Orthogonal[T](rng, hidden, hidden), B: New[T](nil, hidden)}
}

// NewLSTM returns a layer whose gates each have columns of [XavierUniform] in U and of [Orthogonal] in V. Their biases are zeros, but ones for
// the gates f, so that in the beginning little is forgotten. Jozefowicz, Zaremba and Sutskever, "An Empirical Exploration of Recurrent
// Network Architectures", 2015.
func NewLSTM[T Float](rng *rand.Rand, in, hidden int) LSTM[T] {
	l := LSTM[T]{U: gates(4, in, hidden, rng, XavierUniform[T]), V: gates(4, hidden, hidden, rng, Orthogonal[T]), B: New[T](nil, 4*hidden)}
	for i := range hidden {
		l.B.Data[hidden+i] = 1
	}
	return l
}

// NewGRU returns a layer whose gates each have columns of [XavierUniform] in U and of [Orthogonal] in V. The biases are zeros.
func NewGRU[T Float](rng *rand.Rand, in, hidden int) GRU[T] {
	return GRU[T]{
		U: gates(3, in, hidden, rng, XavierUniform[T]), V: gates(3, hidden, hidden, rng, Orthogonal[T]),
		B: New[T](nil, 3*hidden), BV: New[T](nil, 3*hidden),
	}
}

// gates returns several matrices side by side.
func gates[T Float](n, rows, cols int, rng *rand.Rand, init func(rng *rand.Rand, dims ...int) Tensor[T]) Tensor[T] {
	w := New[T](nil, rows, n*cols)
	for k := range n {
		block := init(rng, rows, cols)
		for i := range rows {
			copy(w.Data[(i*n+k)*cols:], block.Data[i*cols:(i+1)*cols])
		}
	}
	return w
}

// NewAttention returns a layer for queries, keys and values with so many features, and a result with as many, whose projections are of
// [NewDense]. It panics with a *shape.Error unless they can be divided among the heads.
func NewAttention[T Float](rng *rand.Rand, features, heads int) Attention[T] {
	shape.Check(heads > 0 && features%heads == 0, "NewAttention", []int{features}, []int{heads})
	return Attention[T]{
		Query: NewDense[T](rng, features, features), Key: NewDense[T](rng, features, features), Value: NewDense[T](rng, features, features),
		Out: NewDense[T](rng, features, features), Heads: heads,
	}
}

// Constant returns a tensor of a shape, all elements of which are c.
func Constant[T Float](c T, dims ...int) Tensor[T] {
	x := New[T](nil, dims...)
	for i := range x.Data {
		x.Data[i] = c
	}
	return x
}

// Normal returns a tensor of independent normal deviates with mean 0 and the given standard deviation.
func Normal[T Float](rng *rand.Rand, deviation float64, dims ...int) Tensor[T] {
	x := New[T](nil, dims...)
	n := deviates{rng: rng}
	for i := range x.Data {
		x.Data[i] = T(deviation * n.next())
	}
	return x
}

// Uniform returns a tensor of independent numbers that are evenly distributed between −bound and bound.
func Uniform[T Float](rng *rand.Rand, bound float64, dims ...int) Tensor[T] {
	x := New[T](nil, dims...)
	for i := range x.Data {
		x.Data[i] = T(bound * (2*rng.Float64() - 1))
	}
	return x
}

// XavierUniform returns [Uniform] weights with the bound √(6/(in+out)), for layers with tanh or sigmoid: activations and gradients keep
// their variance, nearly. The shape is that of weights, see [Fans]. Glorot and Bengio, "Understanding the Difficulty of Training Deep
// Feedforward Neural Networks", 2010.
func XavierUniform[T Float](rng *rand.Rand, dims ...int) Tensor[T] {
	in, out := Fans(dims)
	return Uniform[T](rng, math.Sqrt(6/float64(in+out)), dims...)
}

// XavierNormal is [XavierUniform] with [Normal] weights of the same variance, 2/(in+out).
func XavierNormal[T Float](rng *rand.Rand, dims ...int) Tensor[T] {
	in, out := Fans(dims)
	return Normal[T](rng, math.Sqrt(2/float64(in+out)), dims...)
}

// HeUniform returns [Uniform] weights with the bound √(6/in), for layers with ReLU: activations keep their mean square. The shape is that
// of weights, see [Fans]. He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015.
func HeUniform[T Float](rng *rand.Rand, dims ...int) Tensor[T] {
	in, _ := Fans(dims)
	return Uniform[T](rng, math.Sqrt(6/float64(in)), dims...)
}

// HeNormal is [HeUniform] with [Normal] weights of the same variance, 2/in.
func HeNormal[T Float](rng *rand.Rand, dims ...int) Tensor[T] {
	in, _ := Fans(dims)
	return Normal[T](rng, math.Sqrt(2/float64(in)), dims...)
}

// Fans returns how many inputs each output of a layer has, and how many outputs each input, for weights of a shape: inputs × outputs, or
// outputs × inputs × the dimensions of a kernel. It panics with a *shape.Error if there are fewer than two dimensions.
func Fans(dims []int) (in, out int) {
	shape.Check(len(dims) >= 2, "Fans", dims, []int{1, 1})
	if len(dims) == 2 {
		return dims[0], dims[1]
	}
	kernel := shape.Size(dims[2:])
	return dims[1] * kernel, dims[0] * kernel
}

// Orthogonal returns a matrix whose columns have length 1 and are orthogonal to each other, or whose rows are, where there are fewer of
// these; each such matrix is as likely as another. A shape of more dimensions is that of a matrix with the first dimension for its rows.
// It is the Q of the QR factorisation, with positive diagonal of R, of a matrix of normal deviates. Saxe, McClelland and Ganguli, "Exact
// Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks", 2013; Mezzadri, "How to Generate Random Matrices from
// the Classical Compact Groups", 2007. It panics with a *shape.Error if there are fewer than two dimensions.
func Orthogonal[T Float](rng *rand.Rand, dims ...int) Tensor[T] {
	shape.Check(len(dims) >= 2, "Orthogonal", dims, []int{1, 1})
	rows, cols := dims[0], shape.Size(dims[1:])
	q := orthonormal(rng, min(rows, cols), max(rows, cols))
	x := New[T](nil, dims...)
	for i := range x.Data {
		if r, c := i/cols, i%cols; rows < cols {
			x.Data[i] = T(q[r][c])
		} else {
			x.Data[i] = T(q[c][r])
		}
	}
	return x
}

// orthonormal returns n ≤ size vectors: normal deviates, of which what lies along the vectors before is taken away, twice, since once
// leaves some where little remains (Golub and Van Loan, Matrix Computations, §5.2.8 and §5.2.9, modified Gram–Schmidt).
func orthonormal(rng *rand.Rand, n, size int) [][]float64 {
	q := make([][]float64, n)
	deviates := deviates{rng: rng}
	for i := range q {
		v := make([]float64, size)
		for k := range v {
			v[k] = deviates.next()
		}
		for range 2 {
			for _, u := range q[:i] {
				along := inner(u, v)
				for k := range v {
					v[k] -= float64(along * u[k])
				}
			}
			length := math.Sqrt(inner(v, v))
			for k := range v {
				v[k] /= length
			}
		}
		q[i] = v
	}
	return q
}

// inner returns the sum of products, each rounded.
func inner(u, v []float64) (s float64) {
	for k := range u {
		s += float64(u[k] * v[k])
	}
	return s
}

// deviates makes normal deviates by the polar method, two at a time: Knuth, The Art of Computer Programming, volume 2, §3.4.1, algorithm P.
type deviates struct {
	rng  *rand.Rand
	left bool
	last float64 // the second, if left
}

func (d *deviates) next() float64 {
	if d.left {
		d.left = false
		return d.last
	}
	for {
		u, v := 2*d.rng.Float64()-1, 2*d.rng.Float64()-1
		s := float64(u*u) + float64(v*v)
		if s >= 1 || s == 0 {
			continue
		}
		factor := math.Sqrt(-2 * logarithm(s) / s)
		d.left, d.last = true, v*factor
		return u * factor
	}
}

// logarithm returns ln x for 0 < x < 1, normal, with an error of a few units in the last place, and the same bits everywhere: with
// x = 2^k m, √½ ≤ m < √2, it is k ln 2 + 2 artanh s, s = (m−1)/(m+1).
func logarithm(x float64) float64 {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	s := (m - 1) / (m + 1)
	z := s * s
	sum := 0.0
	for i := 21; i >= 1; i -= 2 { // s² is below 0.0295
		sum = float64(sum*z) + 1/float64(i)
	}
	return float64(float64(k)*math.Ln2) + float64(2*s*sum)
}
