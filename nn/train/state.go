package train

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/godiff/godiff/nn/safetensors"
)

// A State lists by names what a run of training is made of, by pointers to it:
//
//	train.State{"model": model, "optimizer": optimizer, "batches": batches, "loss": &loss, "dropout": source}
//
// What is saved of each is all numbers, truth values and texts that exported fields lead to, through structs, pointers, slices, arrays,
// interfaces and maps with string keys, once where they lead to it twice; and of types that have the methods MarshalBinary and
// UnmarshalBinary, such as *rand.PCG and *rand.ChaCha8, what these give; and of structs with a method State() []nn.Param[T], as optimisers
// have it, the tensors that it returns too. Functions and channels are left out: they are made anew by the program. So is a field with the
// tag train:"-".
type State map[string]any

// A Loaded is told when its fields have been loaded. An error says why they do not fit the rest of it.
type Loaded interface{ Loaded() error }

// Save writes s to a safetensors file, under names such as "model.Hidden.W". The file that was there is replaced when all is written, so
// that an interruption leaves one or the other. It is an error if something in s can not be saved, such as a *rand.Rand, which hides its
// source: put the source into s.
func (s State) Save(name string) error {
	w := saver{walk: newWalk()}
	if err := w.parts(s, &w); err != nil {
		return fmt.Errorf("train: saving %s: %w", name, err)
	}
	return save(name, w.tensors, w.ties())
}

// Load reads s from a file that Save has written. Slices become as long as they were, and what was nil is made where the type says what it
// is. It is an error if the file has not just what s has, tensors of the same shapes, or if there is nothing where it had the same as
// elsewhere, such as a nil pointer for tied weights; the error names them all, and nothing of their data is read then. What is made may
// take safetensors.MaxMemory. The error is fs.ErrNotExist if there is no file. After an error in reading the numbers s may be changed.
func (s State) Load(name string) error {
	f, err := safetensors.Open(name)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer f.Close()
	if err := s.load(f); err != nil {
		return fmt.Errorf("train: loading %s: %w", name, err)
	}
	return nil
}

func (s State) load(f *safetensors.File) error {
	l := loader{walk: newWalk(), file: f, used: map[string]bool{}, have: prefixes(f), room: safetensors.MaxMemory}
	if err := errors.Join(l.parts(s, &l), l.unused(), l.untied()); err != nil {
		return err
	}
	for _, set := range l.sets {
		if err := set(); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if x, ok := s[key].(Loaded); ok {
			if err := x.Loaded(); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	return nil
}
