package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/godiff/godiff/gradcheck"
	"github.com/godiff/godiff/nn"
)

// A wordModel classifies sequences of words by the mean of what is made of them. It has each of the layers that differ in training.
type wordModel[T nn.Float] struct {
	Words  nn.Embedding[T]
	Norm   nn.LayerNorm[T]
	Conv   nn.Conv1D[T]
	Batch  nn.BatchNorm[T]
	Drop   nn.Dropout[T]
	Hidden nn.Dense[T]
	Last   nn.BatchNorm[T]
	Out    nn.Dense[T]
}

func newWordModel[T nn.Float](seed uint64) *wordModel[T] {
	r := rand.New(rand.NewPCG(seed, 2))
	return &wordModel[T]{
		Words:  nn.NewEmbedding[T](r, 5, 4),
		Norm:   nn.NewLayerNorm[T](4),
		Conv:   nn.NewConv1D[T](r, 3, 3, 2),
		Batch:  nn.NewBatchNorm[T](3),
		Drop:   nn.Dropout[T]{P: 0.4},
		Hidden: nn.NewDense[T](r, 3, 6),
		Last:   nn.NewBatchNorm[T](6),
		Out:    nn.NewDense[T](r, 6, 2),
	}
}

// Loss is for three words of each example, as many as the convolution has channels.
//
//godiff:vjp wrt=m
func (m *wordModel[T]) Loss(space *nn.Space, words, labels []int, train bool) T {
	x := m.Norm.Forward(m.Words.Forward(space, words))
	y := nn.Tanh(m.Batch.Forward(m.Conv.Forward(x.Reshape(len(labels), 3, 4)), train))
	h := m.Hidden.Forward(m.Drop.Forward(nn.GlobalAvgPool(y), train))
	return nn.CrossEntropy(m.Out.Forward(nn.Tanh(m.Last.Forward(h, train))), labels)
}

// sentences returns words and labels for a batch.
func sentences(batch int) (words, labels []int) {
	r := rand.New(rand.NewPCG(5, 6))
	for range batch {
		words = append(words, r.IntN(5), r.IntN(5), r.IntN(5))
		labels = append(labels, r.IntN(2))
	}
	return words, labels
}

// TestWordModel checks the derivatives of float64 with differences, and of float32 with those.
func TestWordModel(t *testing.T) {
	words, labels := sentences(5)
	constants := gradcheck.Without("0.Norm.Epsilon", "0.Batch.Mean", "0.Batch.Var", "0.Batch.Momentum", "0.Batch.Epsilon", "0.Drop.P",
		"0.Last.Mean", "0.Last.Var", "0.Last.Momentum", "0.Last.Epsilon")
	for _, train := range []bool{true, false} {
		m := randomWordModel[float64]()
		gradcheck.VJP(t, (*wordModel[float64]).Loss, (*wordModel[float64]).LossVJP, m, nil, words, labels, train, gradcheck.Wrt("0"), constants)

		dm, dm32 := nn.Gradient(newWordModel[float64](1)), nn.Gradient(newWordModel[float32](1))
		randomWordModel[float64]().LossVJP(nil, words, labels, train, dm, 1)
		randomWordModel[float32]().LossVJP(nil, words, labels, train, dm32, 1)
		single := nn.Params[float32](dm32, nil)
		for k, p := range nn.Params[float64](dm, nil) {
			got := nn.New[float64](nil, p.Value.Shape...)
			for j, g := range single[k].Value.Data {
				got.Data[j] = float64(g)
			}
			near(t, "the gradient of "+p.Name+" in float32", got, p.Value, 1e-4)
		}
	}
}

// randomWordModel returns a model that leaves out the same each time.
func randomWordModel[T nn.Float]() *wordModel[T] {
	m := newWordModel[T](1)
	m.Drop.Rand = rand.New(rand.NewPCG(3, 4))
	return m
}

// TestWordModelLearns checks that training makes the loss less, by which the running statistics change, and that evaluation leaves them.
func TestWordModelLearns(t *testing.T) {
	words, labels := sentences(6)
	m, dm := randomWordModel[float32](), newWordModel[float32](1)
	params := nn.Params[float32](m, dm)
	first := m.Loss(nil, words, labels, false)
	for range 200 {
		clearGradients(params)
		m.LossVJP(nil, words, labels, true, dm, 1)
		for _, p := range params {
			if p.State {
				continue
			}
			for i, g := range p.Grad.Data {
				p.Value.Data[i] -= 0.1 * g
			}
		}
	}
	mean := m.Batch.Mean.Clone()
	last := m.Loss(nil, words, labels, false)
	if !(last < first/2) {
		t.Errorf("after training the loss is %v, before %v", last, first)
	}
	if again := m.Loss(nil, words, labels, false); again != last {
		t.Errorf("evaluated again the loss is %v, before %v", again, last)
	}
	near(t, "the means", m.Batch.Mean, mean, 0)
	if start := newWordModel[float32](1).Batch.Mean; start.Data[0] == mean.Data[0] {
		t.Errorf("the means are %v still", mean)
	}
}

// TestWordModelSteady checks that what a step of training allocates does not grow with the batch.
func TestWordModelSteady(t *testing.T) {
	m, dm := randomWordModel[float32](), newWordModel[float32](1)
	sameAllocations(t, func(batch int) func() {
		words, labels := sentences(batch)
		space := new(nn.Space)
		return func() {
			space.Reset()
			m.LossVJP(space, words, labels, true, dm, 1)
		}
	})
}
