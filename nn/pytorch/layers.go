package pytorch

import (
	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

// Tensor has a tensor in the file as it is here.
func (d *StateDict[T]) Tensor(name string, x nn.Tensor[T]) {
	d.add(name, x.Shape, func(data []T) { copy(x.Data, data) }, func(data []T) { copy(data, x.Data) })
}

// Transposed has a matrix in the file with rows and columns exchanged. It panics with a *shape.Error if x is no matrix.
func (d *StateDict[T]) Transposed(name string, x nn.Tensor[T]) {
	shape.Check(len(x.Shape) == 2, "pytorch.Transposed", x.Shape, nil)
	rows, cols := x.Shape[0], x.Shape[1]
	d.add(name, []int{cols, rows}, func(data []T) { transpose(x.Data, data, rows, cols) }, func(data []T) { transpose(data, x.Data, cols, rows) })
}

// Ignore lets a file have tensors that are nowhere here. They are not saved.
func (d *StateDict[T]) Ignore(names ...string) {
	if d.ignored == nil {
		d.ignored = map[string]bool{}
	}
	for _, name := range names {
		d.ignored[name] = true
	}
}

func (d *StateDict[T]) add(name string, dims []int, set, get func(data []T)) {
	d.entries = append(d.entries, entry[T]{name, dims, set, get})
}

// transpose sets dst, rows × cols, to the transpose of src.
func transpose[T nn.Float](dst, src []T, rows, cols int) {
	for i := range rows {
		for j := range cols {
			dst[i*cols+j] = src[j*rows+i]
		}
	}
}

// Of the layers: name is that of the PyTorch module, such as "net.0". What a layer has not, as a bias, is not in the file either.

// Linear has a layer as torch.nn.Linear: name.weight, transposed, and name.bias.
func (d *StateDict[T]) Linear(name string, l *nn.Dense[T]) {
	d.Transposed(name+".weight", l.W)
	d.bias(name+".bias", l.B)
}

// Conv2D has a layer as torch.nn.Conv2d: name.weight and name.bias.
func (d *StateDict[T]) Conv2D(name string, l *nn.Conv2D[T]) {
	d.Tensor(name+".weight", l.W)
	d.bias(name+".bias", l.B)
}

// Conv1D has a layer as torch.nn.Conv1d: name.weight and name.bias.
func (d *StateDict[T]) Conv1D(name string, l *nn.Conv1D[T]) {
	d.Tensor(name+".weight", l.W)
	d.bias(name+".bias", l.B)
}

// PReLU has a unit as torch.nn.PReLU: name.weight.
func (d *StateDict[T]) PReLU(name string, p *nn.PReLU[T]) { d.Tensor(name+".weight", p.Alpha) }

// BatchNorm has a layer as torch.nn.BatchNorm1d, 2d or 3d: name.weight, name.bias, name.running_mean and name.running_var.
// name.num_batches_tracked is passed over.
func (d *StateDict[T]) BatchNorm(name string, l *nn.BatchNorm[T]) {
	d.Tensor(name+".weight", l.Scale)
	d.Tensor(name+".bias", l.Shift)
	d.Tensor(name+".running_mean", l.Mean)
	d.Tensor(name+".running_var", l.Var)
	d.Ignore(name + ".num_batches_tracked")
}

// LayerNorm has a layer as torch.nn.LayerNorm for one dimension: name.weight and name.bias.
func (d *StateDict[T]) LayerNorm(name string, l *nn.LayerNorm[T]) {
	d.Tensor(name+".weight", l.Scale)
	d.Tensor(name+".bias", l.Shift)
}

// Embedding has a layer as torch.nn.Embedding: name.weight.
func (d *StateDict[T]) Embedding(name string, l *nn.Embedding[T]) { d.Tensor(name+".weight", l.W) }

// RNN has a layer as one of torch.nn.RNN, with tanh: name.weight_ih_suffix and so on. The suffix is l0 for its first layer, l1 for the
// second, l0_reverse for the first one of backward direction. The two biases are added when they are loaded; when they are saved the
// second is zero.
func (d *StateDict[T]) RNN(name, suffix string, l *nn.RNN[T]) {
	d.recurrent(name, suffix, l.U, l.V, l.B)
}

// LSTM has a layer as one of torch.nn.LSTM. What is said with [StateDict.RNN] holds.
func (d *StateDict[T]) LSTM(name, suffix string, l *nn.LSTM[T]) {
	d.recurrent(name, suffix, l.U, l.V, l.B)
}

func (d *StateDict[T]) recurrent(name, suffix string, u, v, b nn.Tensor[T]) {
	d.Transposed(name+".weight_ih_"+suffix, u)
	d.Transposed(name+".weight_hh_"+suffix, v)
	d.bias(name+".bias_ih_"+suffix, b)
	if len(b.Data) > 0 {
		d.add(name+".bias_hh_"+suffix, b.Shape, func(data []T) {
			for i, x := range data {
				b.Data[i] += x // to what is there of bias_ih
			}
		}, func([]T) {})
	}
}

// GRU has a layer as one of torch.nn.GRU; suffixes are those of [StateDict.RNN]. Both biases are kept.
func (d *StateDict[T]) GRU(name, suffix string, l *nn.GRU[T]) {
	d.Transposed(name+".weight_ih_"+suffix, l.U)
	d.Transposed(name+".weight_hh_"+suffix, l.V)
	d.bias(name+".bias_ih_"+suffix, l.B)
	d.bias(name+".bias_hh_"+suffix, l.BV)
}

// Attention has a layer as torch.nn.MultiheadAttention with embed_dim for all features: name.in_proj_weight and name.in_proj_bias, in which
// those of query, key and value follow each other, and name.out_proj. It panics with a *shape.Error if the three projections differ in their shapes, or
// only some have a bias.
func (d *StateDict[T]) Attention(name string, a *nn.Attention[T]) {
	features := a.Query.W.Shape
	shape.Check(len(features) == 2, "pytorch.Attention", features, nil)
	projections := []*nn.Dense[T]{&a.Query, &a.Key, &a.Value}
	for _, p := range projections {
		shape.Check(len(p.W.Shape) == 2 && p.W.Shape[0] == features[0] && p.W.Shape[1] == features[1], "pytorch.Attention", p.W.Shape, features)
		shape.Check(len(p.B.Data) == len(a.Query.B.Data), "pytorch.Attention", p.B.Shape, a.Query.B.Shape)
	}
	in, out := features[0], features[1]
	each := func(data []T, size int, do func(p *nn.Dense[T], part []T)) {
		for i, p := range projections {
			do(p, data[i*size:(i+1)*size])
		}
	}
	d.add(name+".in_proj_weight", []int{3 * out, in}, func(data []T) {
		each(data, in*out, func(p *nn.Dense[T], part []T) { transpose(p.W.Data, part, in, out) })
	}, func(data []T) {
		each(data, in*out, func(p *nn.Dense[T], part []T) { transpose(part, p.W.Data, out, in) })
	})
	if len(a.Query.B.Data) > 0 {
		d.add(name+".in_proj_bias", []int{3 * out}, func(data []T) {
			each(data, out, func(p *nn.Dense[T], part []T) { copy(p.B.Data, part) })
		}, func(data []T) {
			each(data, out, func(p *nn.Dense[T], part []T) { copy(part, p.B.Data) })
		})
	}
	d.Linear(name+".out_proj", &a.Out)
}

// bias is Tensor for what a layer may lack.
func (d *StateDict[T]) bias(name string, b nn.Tensor[T]) {
	if len(b.Data) > 0 {
		d.Tensor(name, b)
	}
}
