// Package pytorch exchanges weights with PyTorch, in files of the form safetensors.
//
// The state_dict of a PyTorch module gives names and shapes to its tensors that differ from those here: the weight of a Linear is outputs ×
// inputs, that of an [nn.Dense] inputs × outputs, and what is called net.0 there may be a field Hidden here. A [StateDict] says which layer
// has which name; then it loads what PyTorch has saved, and saves what PyTorch loads.
//
//	func (m *Model) StateDict() *pytorch.StateDict[float32] {
//		d := new(pytorch.StateDict[float32])
//		d.Linear("net.0", &m.Hidden)
//		d.Linear("net.2", &m.Out)
//		return d
//	}
//
//	err := model.StateDict().Load("model.safetensors")
//
// Layers must have their shapes before: those of the module whose weights are loaded. In Python the file is written and read by
//
//	safetensors.torch.save_file(module.state_dict(), "model.safetensors")
//	module.load_state_dict(safetensors.torch.load_file("model.safetensors"))
//
// What the layers compute is the same, to rounding, where their other settings are: the padding of a convolution, say, or the gradient of
// ReLU at 0, which is 1 here and 0 there.
package pytorch

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/safetensors"
	"github.com/godiff/godiff/nn/shape"
	"github.com/godiff/godiff/nn/train"
)

// A StateDict lists the tensors of a PyTorch module with what they are in a model here. The zero value has none.
type StateDict[T nn.Float] struct {
	entries []entry[T]
	ignored map[string]bool
}

// An entry is a tensor of the module.
type entry[T nn.Float] struct {
	name  string
	shape []int
	set   func(x []T) // gives the model what is in a file
	get   func(x []T) // fills x, which is zero, for a file
}

// Load reads the tensors from a safetensors file. It is an error if the file has not just these, each of its shape: the error names all
// that do not fit, and nothing of their data is read. It is one too if a number is none of T. After an error the model is unchanged.
func (d *StateDict[T]) Load(name string) error {
	f, err := safetensors.Open(name)
	if err != nil {
		return fmt.Errorf("pytorch: %w", err)
	}
	defer f.Close()
	if err := d.load(f); err != nil {
		return fmt.Errorf("pytorch: loading %s: %w", name, err)
	}
	return nil
}

func (d *StateDict[T]) load(f *safetensors.File) error {
	if err := errors.Join(d.surplus(f), d.fit(f)); err != nil {
		return err
	}
	var errs []error
	var sets []func()
	for _, e := range d.entries {
		x := make([]T, shape.Size(e.shape))
		errs = append(errs, safetensors.LoadInto(f, e.name, e.shape, x))
		sets = append(sets, func() { e.set(x) })
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, set := range sets {
		set()
	}
	return nil
}

// fit returns an error for each entry that the file does not have, or has otherwise.
func (d *StateDict[T]) fit(f *safetensors.File) error {
	var errs []error
	for _, e := range d.entries {
		switch info, ok := f.Lookup(e.name); {
		case !ok:
			errs = append(errs, fmt.Errorf("%q of shape %v is not in the file", e.name, e.shape))
		case !slices.Equal(info.Shape, e.shape):
			errs = append(errs, fmt.Errorf("%q has shape %v in the file, want %v", e.name, info.Shape, e.shape))
		case !info.DType.Numbers():
			errs = append(errs, fmt.Errorf("%q has elements %s in the file, want numbers", e.name, info.DType))
		}
	}
	return errors.Join(errs...)
}

// surplus returns an error for each tensor of the file that is in no entry.
func (d *StateDict[T]) surplus(f *safetensors.File) error {
	var errs []error
	for _, info := range f.Tensors() {
		known := slices.ContainsFunc(d.entries, func(e entry[T]) bool { return e.name == info.Name })
		if !known && !d.ignored[info.Name] {
			errs = append(errs, fmt.Errorf("%q of shape %v is in the file only", info.Name, info.Shape))
		}
	}
	return errors.Join(errs...)
}

// Save writes the tensors to a safetensors file. The file that was there is replaced when all is written, so that an interruption leaves
// one or the other.
func (d *StateDict[T]) Save(name string) error {
	tensors := make([]safetensors.Tensor, len(d.entries))
	for i, e := range d.entries {
		x := make([]T, shape.Size(e.shape))
		e.get(x)
		tensors[i] = safetensors.NewTensor(e.name, e.shape, x)
	}
	err := train.WriteFile(name, func(w io.Writer) error { return safetensors.Write(w, tensors, map[string]string{"format": "pt"}) })
	if err != nil {
		return fmt.Errorf("pytorch: saving %s: %w", name, err)
	}
	return nil
}
