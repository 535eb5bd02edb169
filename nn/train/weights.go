package train

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/safetensors"
)

// SaveWeights writes the parameters of a model, and what is kept with them, to a safetensors file under the names that [nn.Params] gives
// them. The file that was there is replaced when all is written, so that an interruption leaves one or the other.
func SaveWeights[T nn.Float](name string, params []nn.Param[T]) error {
	tensors := make([]safetensors.Tensor, len(params))
	for i, p := range params {
		tensors[i] = safetensors.NewTensor(p.Name, p.Value.Shape, p.Value.Data)
	}
	return save(name, tensors, nil)
}

// save writes a safetensors file, and sees that its errors have its name.
func save(name string, tensors []safetensors.Tensor, metadata map[string]string) error {
	err := WriteFile(name, func(w io.Writer) error { return safetensors.Write(w, tensors, metadata) })
	if err != nil {
		return fmt.Errorf("train: saving %s: %w", name, err)
	}
	return nil
}

// LoadWeights reads the parameters of a model from a safetensors file, such as [SaveWeights] writes. It is an error if the file has not
// just these tensors of numbers, each of the shape that it has in the model; the error names them all, and nothing of their data is read.
// After an error in reading the numbers they may be changed.
func LoadWeights[T nn.Float](name string, params []nn.Param[T]) error {
	f, err := safetensors.Open(name)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer f.Close()
	if err := fit(f, params); err != nil {
		return fmt.Errorf("train: %s does not fit the model: %w", name, err)
	}
	for _, p := range params {
		if err := safetensors.LoadInto(f, p.Name, p.Value.Shape, p.Value.Data); err != nil {
			return fmt.Errorf("train: %s: %w", name, err)
		}
	}
	return nil
}

// fit reports how the tensors of a file differ from parameters.
func fit[T nn.Float](f *safetensors.File, params []nn.Param[T]) error {
	var errs []error
	known := map[string]bool{}
	for _, p := range params {
		known[p.Name] = true
		switch info, ok := f.Lookup(p.Name); {
		case !ok:
			errs = append(errs, fmt.Errorf("%q of shape %v is not in the file", p.Name, p.Value.Shape))
		case !slices.Equal(info.Shape, p.Value.Shape):
			errs = append(errs, fmt.Errorf("%q has shape %v in the file, want %v", p.Name, info.Shape, p.Value.Shape))
		case !info.DType.Numbers():
			errs = append(errs, fmt.Errorf("%q has elements %s in the file, want numbers", p.Name, info.DType))
		}
	}
	for _, info := range f.Tensors() {
		if !known[info.Name] {
			errs = append(errs, fmt.Errorf("%q of shape %v is in the file only", info.Name, info.Shape))
		}
	}
	return errors.Join(errs...)
}
