package nn

import (
	"math"

	"github.com/godiff/godiff/nn/kernel"
	"github.com/godiff/godiff/nn/shape"
	"github.com/godiff/godiff/runtime"
)

// CrossEntropy returns the mean over the examples of the negative logarithm of the probability that a model gives to the right class. The
// rows of logits, of shape batch × classes, hold what softmax makes probabilities of. It is computed as log Σₖ exp(zₖ−z̄) + z̄ − z of the
// label, with the largest logit z̄, and so overflows for no finite logits. Each label must be a class, or it panics.
//
//godiff:vjp
func CrossEntropy[T Float](logits Tensor[T], labels []int) T {
	shape.Check(len(logits.Shape) == 2 && logits.Shape[0] == len(labels), "CrossEntropy", logits.Shape, []int{len(labels)})
	classes := logits.Shape[1]
	logs := LogSoftmax(logits)
	var sum T
	for i, label := range labels {
		sum -= logs.Data[i*classes : (i+1)*classes][label]
	}
	return sum / T(len(labels))
}

// LogSoftmax returns the logarithms of the softmax of each row of x, of shape batch × classes: zₖ − log Σⱼ exp zⱼ. It overflows for no
// finite x.
//
//godiff:vjp
func LogSoftmax[T Float](x Tensor[T]) Tensor[T] {
	shape.Check(len(x.Shape) == 2, "LogSoftmax", x.Shape, nil)
	n, classes := x.Shape[0], x.Shape[1]
	shifted := New[T](x.Space, n, classes)
	for i := range n {
		row := x.Data[i*classes : (i+1)*classes]
		top := runtime.StopGradient(kernel.Max(row)) // the result does not depend on it
		for k, v := range row {
			shifted.Data[i*classes+k] = v - top
		}
	}
	exps := New[T](x.Space, n, classes)
	kernel.Exp(exps.Data, shifted.Data)
	sums := New[T](x.Space, n)
	for i := range n {
		sums.Data[i] = kernel.Sum(exps.Data[i*classes : (i+1)*classes])
	}
	y := New[T](x.Space, n, classes)
	for i := range n {
		log := T(math.Log(float64(sums.Data[i])))
		for k, v := range shifted.Data[i*classes : (i+1)*classes] {
			y.Data[i*classes+k] = v - log
		}
	}
	return y
}
