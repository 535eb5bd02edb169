package nn

import (
	"math"
	"slices"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
)

// Losses are means: of all elements, where those of two tensors are compared one by one, and of all examples where there is a class for
// each. They are NaN where there is nothing to take the mean of. Sums are in float64. Tensors of different shapes panic with a
// *shape.Error.

// CrossEntropy returns the mean over the examples of the negative logarithm of the probability that a model gives to the right class. The
// rows of logits, of shape batch × classes, hold what softmax makes probabilities of. It is computed as ln Σₖ exp(zₖ−z̄) + z̄ − z of the
// label, with the largest logit z̄, and so overflows for no finite logits. It panics with a *shape.Error unless there is a label for each
// example, and each is a class.
//
//godiff:vjp
func CrossEntropy[T Float](logits Tensor[T], labels []int) T {
	shape.Check(len(logits.Shape) == 2 && logits.Shape[0] == len(labels), "CrossEntropy", logits.Shape, []int{len(labels)})
	shape.Indices("CrossEntropy", "labels", labels, logits.Shape[1])
	return NLL(LogSoftmax(logits), labels)
}

// NLL returns the mean over the examples of the negative logarithm of the probability of the right class. The rows of logs, of shape
// batch × classes, hold logarithms of probabilities, such as [LogSoftmax] returns. It panics as [CrossEntropy] does.
//
//godiff:vjp
func NLL[T Float](logs Tensor[T], labels []int) T {
	shape.Check(len(logs.Shape) == 2 && logs.Shape[0] == len(labels), "NLL", logs.Shape, []int{len(labels)})
	classes := logs.Shape[1]
	shape.Indices("NLL", "labels", labels, classes)
	var sum float64
	for i, label := range labels {
		sum -= float64(logs.Data[i*classes : (i+1)*classes][label])
	}
	return T(sum / float64(len(labels)))
}

// SoftCrossEntropy returns the mean over the examples of −Σₖ tₖ ln pₖ, where the rows of targets hold the probability tₖ that each class
// should have, and pₖ is the softmax of a row of logits. Both have the shape batch × classes. For labels that are smoothed by ε the
// target of the right class is 1−ε+ε/classes, of each other ε/classes.
//
//godiff:vjp wrt=logits
func SoftCrossEntropy[T Float](logits, targets Tensor[T]) T {
	shape.Check(len(logits.Shape) == 2 && slices.Equal(logits.Shape, targets.Shape), "SoftCrossEntropy", logits.Shape, targets.Shape)
	logs := LogSoftmax(logits)
	var sum float64
	for i, t := range targets.Data {
		if t != 0 { // though the logarithm may be −Inf
			sum -= float64(t) * float64(logs.Data[i])
		}
	}
	return T(sum / float64(logits.Shape[0]))
}

// MSE returns the mean over all elements of the squared difference of x and its target.
//
//godiff:vjp wrt=x
func MSE[T Float](x, target Tensor[T]) T {
	shape.Check(slices.Equal(x.Shape, target.Shape), "MSE", x.Shape, target.Shape)
	var sum float64
	for i, v := range x.Data {
		d := float64(v) - float64(target.Data[i])
		sum += d * d
	}
	return T(sum / float64(len(x.Data)))
}

// MAE returns the mean over all elements of the absolute difference of x and its target. Where there is none the derivative is 0.
//
//godiff:vjp wrt=x
func MAE[T Float](x, target Tensor[T]) T {
	shape.Check(slices.Equal(x.Shape, target.Shape), "MAE", x.Shape, target.Shape)
	var sum float64
	for i, v := range x.Data {
		d := float64(v) - float64(target.Data[i])
		sum += math.Abs(d)
	}
	return T(sum / float64(len(x.Data)))
}

// Huber returns the mean over all elements of d²/2 where |d| ≤ δ, and of δ(|d|−δ/2) elsewhere, for the difference d of x and its target.
// δ is positive. Huber, "Robust Estimation of a Location Parameter", 1964.
//
//godiff:vjp wrt=x
func Huber[T Float](x, target Tensor[T], delta T) T {
	shape.Check(slices.Equal(x.Shape, target.Shape), "Huber", x.Shape, target.Shape)
	var sum float64
	limit := float64(delta)
	for i, v := range x.Data {
		switch d := float64(v) - float64(target.Data[i]); {
		case d > limit:
			sum += limit * (d - limit/2)
		case d < -limit:
			sum += limit * (-d - limit/2)
		default:
			sum += d * d / 2
		}
	}
	return T(sum / float64(len(x.Data)))
}

// BinaryCrossEntropy returns the mean over all elements of −t ln p − (1−t) ln(1−p), where the targets t are the probabilities, mostly 0 or
// 1, that p = 1/(1+e⁻ᶻ) should be, for the logits z. It is computed as (1−t)z + ln(1+e⁻ᶻ) for z ≥ 0 and ln(1+eᶻ) − tz for z < 0: so it
// overflows for no finite logits, and no digits are lost where it is small. The derivative of an element is p−t.
//
//godiff:vjp wrt=logits
func BinaryCrossEntropy[T Float](logits, targets Tensor[T]) T {
	shape.Check(slices.Equal(logits.Shape, targets.Shape), "BinaryCrossEntropy", logits.Shape, targets.Shape)
	low := New[T](logits.Space, logits.Shape...) // −|z|
	for i, z := range logits.Data {
		if z >= 0 {
			z = -z
		}
		low.Data[i] = z
	}
	logs := New[T](logits.Space, logits.Shape...)
	kernel.Softplus(logs.Data, low.Data)
	var sum float64
	for i, z := range logits.Data {
		sum += float64(logs.Data[i])
		if z >= 0 {
			sum += (1 - float64(targets.Data[i])) * float64(z)
		} else {
			sum -= float64(targets.Data[i]) * float64(z)
		}
	}
	return T(sum / float64(len(logits.Data)))
}
