package train_test

import (
	"slices"
	"testing"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/train"
)

// numbered returns n examples: number i is (i, −i), is to be answered with 10·i, and has the labels i and 2·i.
func numbered(n int) train.Data[float64] {
	d := train.Data[float64]{X: nn.New[float64](nil, n, 2), Y: nn.New[float64](nil, n, 1), Labels: make([]int, 2*n)}
	for i := range n {
		d.X.Data[2*i], d.X.Data[2*i+1] = float64(i), float64(-i)
		d.Y.Data[i] = float64(10 * i)
		d.Labels[2*i], d.Labels[2*i+1] = i, 2*i
	}
	return d
}

// numbers returns which examples those of d are, and checks that all parts of d agree about it.
func numbers(t *testing.T, d train.Data[float64]) []int {
	t.Helper()
	if !slices.Equal(d.X.Shape, []int{d.Len(), 2}) || !slices.Equal(d.Y.Shape, []int{d.Len(), 1}) || len(d.Labels) != 2*d.Len() {
		t.Fatalf("%d examples with shapes %v and %v and %d labels", d.Len(), d.X.Shape, d.Y.Shape, len(d.Labels))
	}
	var list []int
	for i := range d.Len() {
		n := d.Labels[2*i]
		if d.X.At(i, 0) != float64(n) || d.X.At(i, 1) != float64(-n) || d.Y.At(i, 0) != float64(10*n) || d.Labels[2*i+1] != 2*n {
			t.Errorf("the parts of example %d are of several", n)
		}
		list = append(list, n)
	}
	return list
}

func isPermutation(list []int, n int) bool {
	sorted := slices.Sorted(slices.Values(list))
	for i, v := range sorted {
		if i != v {
			return false
		}
	}
	return len(list) == n
}

// epoch returns the order and the sizes of the batches that are left of an epoch.
func epoch(t *testing.T, b *train.Batches[float64]) (order, sizes []int) {
	t.Helper()
	for batch := range b.Next() {
		order = append(order, numbers(t, batch)...)
		sizes = append(sizes, batch.Len())
	}
	return order, sizes
}

func TestBatches(t *testing.T) {
	b := train.NewBatches(numbered(10), 4, 1)
	first, sizes := epoch(t, b)
	if !isPermutation(first, 10) || !slices.Equal(sizes, []int{4, 4, 2}) {
		t.Errorf("an epoch of batches of %v with the examples %v", sizes, first)
	}
	if b.Epoch != 1 || b.Done != 0 {
		t.Errorf("after an epoch it is epoch %d, example %d", b.Epoch, b.Done)
	}
	second, _ := epoch(t, b)
	if !isPermutation(second, 10) || slices.Equal(first, second) {
		t.Errorf("an epoch has the order %v, the next %v", first, second)
	}
	if other, _ := epoch(t, train.NewBatches(numbered(10), 4, 2)); slices.Equal(first, other) {
		t.Error("another seed gives the same order")
	}
	if again, _ := epoch(t, train.NewBatches(numbered(10), 7, 1)); !slices.Equal(first, again) {
		t.Errorf("the seed 1 gives the order %v, then %v", first, again)
	}
	// The same on all machines, and in all versions: what is saved is gone on with.
	if want := []int{2, 5, 8, 3, 4, 1, 7, 6, 0, 9}; !slices.Equal(first, want) {
		t.Errorf("the seed 1 gives the order %v, want %v", first, want)
	}
	if order, _ := epoch(t, train.NewBatches(numbered(0), 4, 1)); order != nil {
		t.Errorf("no examples have the order %v", order)
	}
}

// TestBatchesInterrupted checks that a loop that is left, and a place that is set, go on after the batch that was worked on.
func TestBatchesInterrupted(t *testing.T) {
	want, _ := epoch(t, train.NewBatches(numbered(10), 3, 1))
	for stop := 1; stop <= 4; stop++ {
		b := train.NewBatches(numbered(10), 3, 1)
		var got []int
		for batch := range b.Next() {
			if got = append(got, numbers(t, batch)...); len(got) >= 3*stop || len(got) == 10 {
				break
			}
		}
		if b.Done != len(got) || b.Epoch != 0 {
			t.Errorf("after %d examples it is epoch %d, example %d", len(got), b.Epoch, b.Done)
		}
		c := train.NewBatches(numbered(10), 3, 1)
		c.Epoch, c.Done = b.Epoch, b.Done
		rest, _ := epoch(t, c)
		if got = append(got, rest...); !slices.Equal(got, want) || c.Epoch != 1 {
			t.Errorf("left after %d batches and gone on with: %v, want %v", stop, got, want)
		}
	}
}

func TestBatchesAllocations(t *testing.T) {
	allocs := func(n int) float64 {
		b := train.NewBatches(numbered(n), 4, 1)
		return testing.AllocsPerRun(5, func() {
			for range b.Next() {
			}
		})
	}
	if few, many := allocs(8), allocs(800); few != many {
		t.Errorf("%v allocations in an epoch of 2 batches, %v in one of 200", few, many)
	}
}

func TestData(t *testing.T) {
	rest, held := numbered(10).Split(3, 1)
	all := append(numbers(t, rest), numbers(t, held)...)
	if rest.Len() != 7 || held.Len() != 3 || !isPermutation(all, 10) || isPermutation(all[:7], 7) {
		t.Errorf("10 examples are split as %v", all)
	}
	rest2, _ := numbered(10).Split(3, 1)
	rest3, _ := numbered(10).Split(3, 2)
	if !slices.Equal(numbers(t, rest2), all[:7]) || slices.Equal(numbers(t, rest3), all[:7]) {
		t.Error("what is split off does not depend on the seed alone")
	}
	var order, sizes []int
	for batch := range numbered(7).Batches(3) {
		order, sizes = append(order, numbers(t, batch)...), append(sizes, batch.Len())
	}
	if !slices.Equal(order, []int{0, 1, 2, 3, 4, 5, 6}) || !slices.Equal(sizes, []int{3, 3, 1}) {
		t.Errorf("7 examples come as %v in batches of %v", order, sizes)
	}
	only := train.Data[float64]{X: nn.New[float64](nil, 4, 2)}
	for batch := range train.NewBatches(only, 3, 1).Next() {
		if batch.Labels != nil || batch.Y.Shape != nil {
			t.Error("there are answers where none were given")
		}
	}
}

// TestDataPanics checks what is said of data that is none.
func TestDataPanics(t *testing.T) {
	short := numbered(4)
	short.Labels = short.Labels[:7]
	other := numbered(4)
	other.Y = numbered(3).Y
	away := train.NewBatches(numbered(4), 2, 1)
	away.Done = 5
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"nn: Data: shape [4 2] does not fit [7]", func() { train.NewBatches(short, 2, 1) }},
		{"nn: Data: shape [4 2] does not fit [3 1]", func() { other.Split(1, 1) }},
		{"train: batches of 0 examples", func() { train.NewBatches(numbered(4), 0, 1) }},
		{"train: batches of -1 examples", func() { numbered(4).Batches(-1) }},
		{"train: no examples 3 up to 5, there are 4", func() { numbered(4).Slice(3, 5) }},
		{"train: no examples 0 up to -1, there are 4", func() { numbered(4).Split(5, 1) }},
		{"train: epoch 0, example 5 of 4", func() { epoch(t, away) }},
	} {
		if got := panicText(c.f); got != c.want {
			t.Errorf("got the panic %q, want %q", got, c.want)
		}
	}
}

// panicText returns the text with which f panics.
func panicText(f func()) (text string) {
	defer func() {
		switch r := recover().(type) {
		case error:
			text = r.Error()
		case string:
			text = r
		}
	}()
	f()
	return ""
}
