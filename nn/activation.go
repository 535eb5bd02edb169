package nn

import (
	"math"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
	"github.com/godiff/godiff/runtime"
)

// The activation functions are those of the table in A. Esuli's "A Primer on Neural Networks", and some more. Each is applied to every
// element, but for Softmax and LogSoftmax. Their derivatives at kinks are those of the branch for x ≥ 0. docs/activations.md shows them.

// Identity returns x itself.
//
//godiff:vjp
func Identity[T Float](x Tensor[T]) Tensor[T] { return x }

// Step returns the binary step of each element: 0 for x < 0 and 1 for x ≥ 0, NaN for NaN. Its derivative is 0 everywhere, by convention
// at 0 too.
//
//godiff:vjp
func Step[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	for i, v := range x.Data {
		switch {
		case v >= 0:
			y.Data[i] = 1
		case !(v < 0):
			y.Data[i] = T(math.NaN())
		}
	}
	return y
}

// Sigmoid returns the logistic function 1/(1+e⁻ˣ) of each element. Its derivative is y(1−y).
//
//godiff:vjp
func Sigmoid[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	kernel.Sigmoid(y.Data, x.Data)
	return y
}

// Tanh returns the hyperbolic tangent of each element. Its derivative is 1−y².
//
//godiff:vjp
func Tanh[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	kernel.Tanh(y.Data, x.Data)
	return y
}

// Arctan returns the arc tangent of each element. Its derivative is 1/(1+x²).
//
//godiff:vjp
func Arctan[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	for i, v := range x.Data {
		y.Data[i] = T(math.Atan(float64(v)))
	}
	return y
}

// Softsign returns x/(1+|x|) for each element, ±1 for ±Inf. Its derivative is 1/(1+|x|)².
//
//godiff:vjp
func Softsign[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	for i, v := range x.Data {
		switch { // so that neither the value nor the derivative is a small difference
		case v <= -1:
			y.Data[i] = 1/(1-v) - 1
		case v < 0:
			y.Data[i] = v / (1 - v)
		case v >= 1:
			y.Data[i] = 1 - 1/(1+v)
		default:
			y.Data[i] = v / (1 + v)
		}
	}
	return y
}

// ISRU returns the inverse square root unit x/√(1+αx²) of each element, ±1/√α for ±Inf. α is positive. The derivative is (1/√(1+αx²))³.
//
//godiff:vjp wrt=x
func ISRU[T Float](x Tensor[T], alpha T) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	for i, v := range x.Data {
		if s := alpha * v * v; s <= 1 {
			y.Data[i] = v / T(math.Sqrt(float64(1+s)))
			continue
		}
		u := 1 / v // so that v² overflows in neither the value nor the derivative
		y.Data[i] = T(math.Copysign(1, float64(v))) / T(math.Sqrt(float64(alpha+u*u)))
	}
	return y
}

// ReLU returns max(x, 0) for each element, the rectified linear unit. Its derivative is 0 for x < 0 and 1 for x ≥ 0.
//
//godiff:vjp
func ReLU[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	kernel.ReLU(y.Data, x.Data)
	return y
}

// PReLU is a parametric rectified linear unit: it has a slope for negative elements that is learned. He, Zhang, Ren and Sun, "Delving Deep
// into Rectifiers", 2015, who begin with 0.25.
type PReLU[T Float] struct {
	Alpha Tensor[T] // one slope for all elements, or one for each channel
}

// Forward returns αx for x < 0 and x for x ≥ 0. The second dimension of x counts the channels, where there is a slope for each; with one
// slope x may have any shape. The derivative with respect to x is α for x < 0 and 1 for x ≥ 0; to that with respect to α elements x < 0
// contribute x, others 0. It panics with a *shape.Error if the number of slopes is neither 1 nor that of the channels.
//
//godiff:vjp
func (p *PReLU[T]) Forward(x Tensor[T]) Tensor[T] {
	slopes := len(p.Alpha.Data)
	shape.Check(slopes == 1 || len(x.Shape) > 1 && slopes == x.Shape[1], "PReLU", x.Shape, p.Alpha.Shape)
	y := New[T](x.Space, x.Shape...)
	rows, size := 1, len(x.Data)
	if slopes != 1 {
		rows, size = x.Shape[0]*slopes, shape.Size(x.Shape[2:])
	}
	for r := range rows {
		alpha := float64(p.Alpha.Data[r%slopes]) // so that its adjoint is a sum in float64
		for i, v := range x.Data[r*size : (r+1)*size] {
			if v < 0 {
				v = T(alpha * float64(v))
			}
			y.Data[r*size+i] = v
		}
	}
	return y
}

// ELU returns the exponential linear unit of each element: α(eˣ−1) for x < 0 and x for x ≥ 0. Its derivative is αeˣ for x < 0 and 1 for
// x ≥ 0. Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015.
//
//godiff:vjp wrt=x
func ELU[T Float](x Tensor[T], alpha T) Tensor[T] {
	high := New[T](x.Space, x.Shape...)
	kernel.ReLU(high.Data, x.Data)
	low := New[T](x.Space, x.Shape...)
	kernel.ExpBelow(low.Data, x.Data)
	y := New[T](x.Space, x.Shape...)
	kernel.Scale(y.Data, alpha, low.Data)
	kernel.Add(y.Data, y.Data, high.Data)
	return y
}

// Softplus returns ln(1+eˣ) for each element. It overflows for no finite x. Its derivative is 1/(1+e⁻ˣ).
//
//godiff:vjp
func Softplus[T Float](x Tensor[T]) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	kernel.Softplus(y.Data, x.Data)
	return y
}

// GELU returns xΦ(x) for each element, with the distribution function Φ of standard normal deviates: Φ(x) = (1+erf(x/√2))/2. Its
// derivative is Φ(x) + x exp(−x²/2)/√(2π). At −Inf, and with its derivative at both infinities, it is NaN. Hendrycks and Gimpel,
// "Gaussian Error Linear Units", 2016.
//
//godiff:vjp
func GELU[T Float](x Tensor[T]) Tensor[T] {
	p := New[T](x.Space, x.Shape...)
	kernel.NormalCDF(p.Data, x.Data)
	y := New[T](x.Space, x.Shape...)
	kernel.Mul(y.Data, x.Data, p.Data)
	return y
}

// GELUTanh returns x(1+tanh(√(2/π)(x+0.044715x³)))/2 for each element, which is [GELU] to three digits and the one that GPT-2 was trained
// with. It is computed as x/(1+e⁻²ᵘ) for the tangent of u, whose derivative loses no digits. Where x² overflows that is NaN, and at −Inf
// the value too.
//
//godiff:vjp
func GELUTanh[T Float](x Tensor[T]) Tensor[T] {
	const scale, cubic = 2 * math.Sqrt2 / math.SqrtPi, 2 * 0.044715 * math.Sqrt2 / math.SqrtPi
	u := New[T](x.Space, x.Shape...)
	for i, v := range x.Data {
		u.Data[i] = scale*v + cubic*v*v*v
	}
	s := New[T](x.Space, x.Shape...)
	kernel.Sigmoid(s.Data, u.Data)
	y := New[T](x.Space, x.Shape...)
	kernel.Mul(y.Data, x.Data, s.Data)
	return y
}

// SiLU returns x/(1+e⁻ˣ) for each element, also called swish. Its derivative is s(1+x(1−s)) with s = 1/(1+e⁻ˣ). At −Inf, and with its
// derivative at both infinities, it is NaN. Hendrycks and Gimpel, as [GELU].
//
//godiff:vjp
func SiLU[T Float](x Tensor[T]) Tensor[T] {
	s := New[T](x.Space, x.Shape...)
	kernel.Sigmoid(s.Data, x.Data)
	y := New[T](x.Space, x.Shape...)
	kernel.Mul(y.Data, x.Data, s.Data)
	return y
}

// Softmax returns eˣ/Σeˣ along the last dimension of x: the elements of each row become positive and have the sum 1. It overflows for no
// finite x. The derivative of yᵢ with respect to xⱼ is yᵢ(δᵢⱼ−yⱼ). It panics with a *shape.Error if x has no dimension, or rows without
// elements.
//
//godiff:vjp
func Softmax[T Float](x Tensor[T]) Tensor[T] {
	_, exps, sums := exponentials("Softmax", x)
	size := x.Shape[len(x.Shape)-1]
	n := len(x.Data) / size
	y := New[T](x.Space, x.Shape...)
	for i := range n {
		kernel.Scale(y.Data[i*size:(i+1)*size], 1/sums.Data[i], exps.Data[i*size:(i+1)*size])
	}
	return y
}

// LogSoftmax returns the logarithms of [Softmax]: x − ln Σeˣ along the last dimension of x. It overflows for no finite x. It panics with
// a *shape.Error if x has no dimension, or rows without elements.
//
//godiff:vjp
func LogSoftmax[T Float](x Tensor[T]) Tensor[T] {
	shifted, _, sums := exponentials("LogSoftmax", x)
	size := x.Shape[len(x.Shape)-1]
	n := len(x.Data) / size
	y := New[T](x.Space, x.Shape...)
	for i := range n {
		log := T(math.Log(float64(sums.Data[i])))
		for k, v := range shifted.Data[i*size : (i+1)*size] {
			y.Data[i*size+k] = v - log
		}
	}
	return y
}

// exponentials returns the rows of x less their greatest elements, the exponentials of that, and the sum of these for each row.
func exponentials[T Float](op string, x Tensor[T]) (shifted, exps, sums Tensor[T]) {
	shape.Check(len(x.Shape) > 0 && x.Shape[len(x.Shape)-1] > 0, op, x.Shape, []int{1})
	size := x.Shape[len(x.Shape)-1]
	n := len(x.Data) / size
	shifted = New[T](x.Space, x.Shape...)
	for i := range n {
		row := x.Data[i*size : (i+1)*size]
		top := runtime.StopGradient(kernel.Max(row)) // the result does not depend on it
		for k, v := range row {
			shifted.Data[i*size+k] = v - top
		}
	}
	exps = New[T](x.Space, x.Shape...)
	kernel.Exp(exps.Data, shifted.Data)
	sums = New[T](x.Space, n)
	for i := range n {
		sums.Data[i] = kernel.Sum(exps.Data[i*size : (i+1)*size])
	}
	return shifted, exps, sums
}
