package nn

import (
	"math"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
	"github.com/godiff/godiff/runtime"
)

// A BatchNorm layer brings each feature, or channel of images, to the mean 0 and the variance 1 over the examples of a batch and the places
// of an image, then to a mean and a standard deviation that are trained (Ioffe and Szegedy, "Batch normalization: accelerating deep network
// training by reducing internal covariate shift", 2015, algorithm 1). After training, means and variances are used that it has kept. These,
// Momentum and Epsilon are constants for derivatives: they get none.
type BatchNorm[T Float] struct {
	Scale    Tensor[T] // channels
	Shift    Tensor[T] // channels
	Mean     Tensor[T] `nn:"state"` // channels: the means of the batches of training, of which later ones weigh more
	Var      Tensor[T] `nn:"state"` // channels: the same of their variances, which have n−1 in the denominator
	Momentum float64   // what a batch weighs in Mean and Var; 0 stands for 0.1
	Epsilon  float64   // is added to variances; 0 stands for 1e-5
}

// NewBatchNorm returns a layer for so many features or channels, with scales and variances of 1, shifts and means of 0.
func NewBatchNorm[T Float](channels int) BatchNorm[T] {
	return BatchNorm[T]{Scale: Constant(T(1), channels), Shift: New[T](nil, channels), Mean: New[T](nil, channels), Var: Constant(T(1), channels)}
}

// Forward returns x, of shape batch × channels × any dimensions, normalised. In training that is by the means and variances of x, and Mean
// and Var change; else it is by these. It panics with a *shape.Error if x or a part of the layer has another number of channels, and in
// training if a channel has fewer than two elements.
//
//godiff:vjp
func (l *BatchNorm[T]) Forward(x Tensor[T], train bool) Tensor[T] {
	shape.Check(len(x.Shape) > 1 && len(l.Scale.Shape) == 1 && x.Shape[1] == l.Scale.Shape[0], "BatchNorm", x.Shape, l.Scale.Shape)
	shape.Norm("BatchNorm", l.Scale.Shape, l.Shift.Shape, l.Mean.Shape, l.Var.Shape)
	n, channels, size := x.Shape[0], x.Shape[1], shape.Size(x.Shape[2:])
	if !train {
		return l.byState(x, n, channels, size)
	}
	shape.Check(n*size > 1, "BatchNorm", x.Shape, l.Scale.Shape)
	normal, mean, variance := normalize(x, n, channels, size, OrDefault(l.Epsilon, 1e-5))
	weight, unbiased := T(OrDefault(l.Momentum, 0.1)), T(n*size)/T(n*size-1)
	for c := range channels {
		l.Mean.Data[c] = runtime.StopGradient((1-weight)*l.Mean.Data[c] + weight*mean.Data[c])
		l.Var.Data[c] = runtime.StopGradient((1-weight)*l.Var.Data[c] + weight*unbiased*variance.Data[c])
	}
	return scaleShift(normal, l.Scale, l.Shift, n, channels, size)
}

// byState normalises by Mean and Var.
func (l *BatchNorm[T]) byState(x Tensor[T], n, channels, size int) Tensor[T] {
	scale, shift := New[T](x.Space, channels), New[T](x.Space, channels)
	factors, offsets := New[T](x.Space, channels), New[T](x.Space, channels) // of Mean and Var alone
	for c := range channels {
		factor := T(1 / math.Sqrt(float64(l.Var.Data[c])+OrDefault(l.Epsilon, 1e-5)))
		factors.Data[c], offsets.Data[c] = runtime.StopGradient(factor), runtime.StopGradient(l.Mean.Data[c]*factor)
	}
	for c, factor := range factors.Data {
		scale.Data[c] = l.Scale.Data[c] * factor
		shift.Data[c] = l.Shift.Data[c] - l.Scale.Data[c]*offsets.Data[c]
	}
	return scaleShift(x, scale, shift, n, channels, size)
}

// A LayerNorm layer brings the features of each example to the mean 0 and the variance 1, then to a mean and a standard deviation for each
// feature that are trained (Ba, Kiros and Hinton, "Layer normalization", 2016). Epsilon is a constant for derivatives: it gets none.
type LayerNorm[T Float] struct {
	Scale   Tensor[T] // features
	Shift   Tensor[T] // features
	Epsilon float64   // is added to variances; 0 stands for 1e-5
}

// NewLayerNorm returns a layer for so many features, with scales of 1 and shifts of 0.
func NewLayerNorm[T Float](features int) LayerNorm[T] {
	return LayerNorm[T]{Scale: Constant(T(1), features), Shift: New[T](nil, features)}
}

// Forward returns x normalised along its last dimension, the features, of which it panics with a *shape.Error if there is another number
// than there are scales, or if there is another number of shifts.
//
//godiff:vjp
func (l *LayerNorm[T]) Forward(x Tensor[T]) Tensor[T] {
	features := len(l.Scale.Data)
	shape.Check(features > 0 && len(x.Shape) > 0 && x.Shape[len(x.Shape)-1] == features, "LayerNorm", x.Shape, l.Scale.Shape)
	shape.Norm("LayerNorm", l.Scale.Shape, l.Shift.Shape)
	n := len(x.Data) / features
	normal, _, _ := normalize(x, 1, n, features, OrDefault(l.Epsilon, 1e-5))
	return scaleShift(normal, l.Scale, l.Shift, n, features, 1)
}

// normalize returns x, m × channels × n, with the mean 0 and the variance 1 in each channel, and what these were.
func normalize[T Float](x Tensor[T], m, channels, n int, epsilon float64) (y, mean, variance Tensor[T]) {
	y = New[T](x.Space, x.Shape...)
	mean, variance = New[T](x.Space, channels), New[T](x.Space, channels)
	inverse := New[T](x.Space, channels)
	kernel.Normalize(y.Data, mean.Data, variance.Data, inverse.Data, x.Data, m, channels, n, epsilon)
	return y, mean, variance
}

// scaleShift returns x, m × channels × n, times the scale of each channel and plus its shift.
func scaleShift[T Float](x, scale, shift Tensor[T], m, channels, n int) Tensor[T] {
	y := New[T](x.Space, x.Shape...)
	kernel.ScaleShift(y.Data, x.Data, scale.Data, shift.Data, m, channels, n)
	return y
}

// OrDefault returns x, or what 0 stands for.
//
//godiff:nodiff
func OrDefault(x, other float64) float64 {
	if x == 0 {
		return other
	}
	return x
}
