package main

import (
	"math/rand/v2"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/optim"
)

// A task is a model to train, always on the same batch of images, which are of 28×28 pixels and of one of 10 classes.
type task struct {
	name  string
	kind  string // of the model, as peer.py knows it
	batch int
	image []int // the shape of an image, as the model takes it
	start func(*task) *training
}

var tasks = []task{
	{"MLP 784-128-10", "mlp", 32, []int{784}, start(newMLP(784, 128, 10))},
	{"MLP 784-512-512-10", "mlp", 128, []int{784}, start(newMLP(784, 512, 512, 10))},
	{"LeNet", "lenet", 32, []int{1, 28, 28}, start(newLeNet)},
	{"LSTM-128, 28 steps", "lstm", 32, []int{28, 28}, start(newLSTM)},
	{"GRU-128, 28 steps", "gru", 32, []int{28, 28}, start(newGRU)},
	{"RNN-128, 28 steps", "rnn", 32, []int{28, 28}, start(newRNN)},
}

// rate is the learning rate of gradient descent.
const rate = 0.01

// A training is a task that is being done.
type training struct {
	params []nn.Param[float32]
	x      nn.Tensor[float32]
	labels []int
	step   func() (loss float32) // the loss is that before the step
}

// A model has a derivative of its loss.
type model[M any] interface {
	LossVJP(x nn.Tensor[float32], labels []int, gradient M, dloss float32) float32
}

// start returns a function that begins to train what create returns.
func start[M model[M]](create func(r *rand.Rand) M) func(*task) *training {
	return func(t *task) *training {
		m, gradient := create(rand.New(rand.NewPCG(1, 2))), create(rand.New(rand.NewPCG(1, 2)))
		x, labels := images(t)
		params := nn.Params[float32](m, gradient)
		for _, p := range params {
			clear(p.Grad.Data)
		}
		space, optimizer := new(nn.Space), optim.NewSGD(params, rate)
		step := func() float32 {
			space.Reset()
			loss := m.LossVJP(x.In(space), labels, gradient, 1)
			optimizer.Step()
			return loss
		}
		return &training{params, x, labels, step}
	}
}

// images returns a batch of pixels from 0 to 1, of which four fifths are 0, as in images of digits, and labels.
func images(t *task) (nn.Tensor[float32], []int) {
	r := rand.New(rand.NewPCG(3, 4))
	x, labels := nn.New[float32](nil, append([]int{t.batch}, t.image...)...), make([]int, t.batch)
	for i := range x.Data {
		if r.IntN(5) == 0 {
			x.Data[i] = r.Float32()
		}
	}
	for i := range labels {
		labels[i] = r.IntN(10)
	}
	return x, labels
}

func newMLP(sizes ...int) func(r *rand.Rand) *mlp {
	return func(r *rand.Rand) *mlp {
		m := new(mlp)
		for i, in := range sizes[:len(sizes)-1] {
			m.Layers = append(m.Layers, nn.NewDense[float32](r, in, sizes[i+1]))
		}
		return m
	}
}

func newLeNet(r *rand.Rand) *leNet {
	m := &leNet{
		Conv1:  nn.NewConv2D[float32](r, 1, 6, 5, 5),
		Conv2:  nn.NewConv2D[float32](r, 6, 16, 5, 5),
		Pool:   nn.MaxPool2D[float32]{Size: [2]int{2, 2}},
		Dense1: nn.NewDense[float32](r, 400, 120),
		Dense2: nn.NewDense[float32](r, 120, 84),
		Dense3: nn.NewDense[float32](r, 84, 10),
	}
	m.Conv1.Pad = [2]int{2, 2}
	return m
}

// units is how many there are in a recurrent layer, which is given rows of 28 pixels.
const units = 128

func newRNN(r *rand.Rand) *rnn {
	return &rnn{Hidden: nn.NewRNN[float32](r, 28, units), Out: nn.NewDense[float32](r, units, 10)}
}

func newLSTM(r *rand.Rand) *lstm {
	return &lstm{Hidden: nn.NewLSTM[float32](r, 28, units), Out: nn.NewDense[float32](r, units, 10)}
}

func newGRU(r *rand.Rand) *gru {
	return &gru{Hidden: nn.NewGRU[float32](r, 28, units), Out: nn.NewDense[float32](r, units, 10)}
}
