package train_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

// tied has pointers that may lead to the same.
type tied struct {
	A, B *nn.Tensor[float32]
	List []*nn.Tensor[float32]
	Any  any
	Data nn.Tensor[float32]
}

// TestTied checks that what is one thing in two places is loaded where it is one again, and that an error says where the second is missing.
func TestTied(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	w := nn.Of([]float32{1, 2}, 2)
	if err := (train.State{"m": &tied{A: &w, B: &w, List: []*nn.Tensor[float32]{&w, &w}, Any: &w, Data: w}}).Save(file); err != nil {
		t.Fatal(err)
	}
	zero := nn.New[float32](nil, 2)
	whole := &tied{A: &zero, B: &zero, List: []*nn.Tensor[float32]{&zero, &zero}, Any: &zero, Data: zero}
	if err := (train.State{"m": whole}).Load(file); err != nil {
		t.Fatal(err)
	}
	near(t, whole.B, w)
	for missing, m := range map[string]*tied{
		"m.B":      {A: &zero, List: []*nn.Tensor[float32]{&zero, &zero}, Any: &zero, Data: zero},
		"m.List.1": {A: &zero, B: &zero, List: []*nn.Tensor[float32]{&zero}, Any: &zero, Data: zero},
		"m.Any":    {A: &zero, B: &zero, List: []*nn.Tensor[float32]{&zero, &zero}, Data: zero},
		"m.Data":   {A: &zero, B: &zero, List: []*nn.Tensor[float32]{&zero, &zero}, Any: &zero},
	} {
		want := `"` + missing + `" is the same as "m.A" in the file, and there is nothing to load it to`
		if err := (train.State{"m": m}).Load(file); err == nil || !strings.HasSuffix(err.Error(), ": "+want) {
			t.Errorf("got the error %v, want %s", err, want)
		}
	}
}

func near(t *testing.T, got *nn.Tensor[float32], want nn.Tensor[float32]) {
	t.Helper()
	if got.String() != want.String() {
		t.Errorf("loaded %v, want %v", got, want)
	}
}

// TestNilInInterface checks that a nil pointer in an interface, which has a type, is made.
func TestNilInInterface(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	w := nn.Of([]float32{1, 2}, 2)
	if err := (train.State{"m": &tied{Any: &w}}).Save(file); err != nil {
		t.Fatal(err)
	}
	m := &tied{Any: (*nn.Tensor[float32])(nil)}
	if err := (train.State{"m": m}).Load(file); err != nil {
		t.Fatal(err)
	}
	near(t, m.Any.(*nn.Tensor[float32]), w)
}
