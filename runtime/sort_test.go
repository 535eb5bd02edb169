package runtime

import (
	"cmp"
	"math"
	"math/rand/v2"
	goruntime "runtime"
	"slices"
	"sort"
	"testing"
	"time"
)

// A keyed is an element of which only the key is compared.
type keyed struct{ key, id int }

// keyedLists returns lists with many equal keys: random ones, rising, falling and constant ones, and some that make quicksort slow.
func keyedLists() [][]keyed {
	r := rand.New(rand.NewPCG(3, 4))
	var list [][]keyed
	for _, n := range []int{0, 1, 2, 5, 12, 13, 30, 60, 200, 1000} {
		for _, key := range []func(i int) int{
			func(int) int { return r.IntN(n/3 + 1) },
			func(i int) int { return i / 3 },
			func(i int) int { return -i / 3 },
			func(int) int { return 1 },
			func(i int) int { return min(i, n-i) },
			func(i int) int { return i * 7919 % 101 },
		} {
			x := make([]keyed, n)
			for i := range x {
				x[i] = keyed{key(i), i}
			}
			list = append(list, x)
		}
	}
	return list
}

// TestSorterSteps checks that equal elements come out as the library leaves them, by orders that are orders and by one that is none.
func TestSorterSteps(t *testing.T) {
	for _, compare := range []func(a, b keyed) int{
		func(a, b keyed) int { return cmp.Compare(a.key, b.key) },
		func(a, b keyed) int { return (a.key*31+b.key*17)%5 - 2 },
	} {
		for _, x := range keyedLists() {
			less := func(x []keyed) func(i, j int) bool { return func(i, j int) bool { return compare(x[i], x[j]) < 0 } }
			for _, c := range []struct {
				name string
				want func([]keyed)
				got  func([]keyed)
			}{
				{"sort.Slice", func(x []keyed) { sort.Slice(x, less(x)) }, func(x []keyed) { swapped(x, false, less(x)) }},
				{"sort.SliceStable", func(x []keyed) { sort.SliceStable(x, less(x)) }, func(x []keyed) { swapped(x, true, less(x)) }},
				{"slices.SortFunc", func(x []keyed) { slices.SortFunc(x, compare) }, func(x []keyed) { swapped(x, false, less(x)) }},
				{"slices.SortStableFunc", func(x []keyed) { slices.SortStableFunc(x, compare) }, func(x []keyed) { swapped(x, true, less(x)) }},
			} {
				want, got := slices.Clone(x), slices.Clone(x)
				c.want(want)
				c.got(got)
				if !slices.Equal(got, want) {
					t.Errorf("%s of %v: got %v, want %v", c.name, x, got, want)
				}
			}
		}
	}
}

func swapped(x []keyed, stable bool, less func(i, j int) bool) {
	s := NewSorter(len(x), stable)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(less(i, j))
		}
		if i < 0 {
			return
		}
		x[i], x[j] = x[j], x[i]
	}
}

// TestOrder checks zeros of both signs and NaN of several kinds to the bit.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	values := []float64{0, math.Copysign(0, -1), 1, -1, math.NaN(), math.Float64frombits(0xfff8000000000007)}
	for n := range 100 {
		x := make([]float64, n)
		for i := range x {
			x[i] = values[r.IntN(len(values))]
		}
		want := slices.Clone(x)
		slices.Sort(want)
		for i, j := range Order(x) {
			if math.Float64bits(x[j]) != math.Float64bits(want[i]) {
				t.Fatalf("the order of %v gives %v at %d, want %v", x, x[j], i, want[i])
			}
		}
	}
}

// TestSorterStops checks that nothing stays of a Sorter that is left in the middle.
func TestSorterStops(t *testing.T) {
	before := goruntime.NumGoroutine()
	for range 100 {
		if _, _, compare := NewSorter(10, false).Next(false); !compare {
			t.Fatal("nothing is compared")
		}
	}
	for range 100 {
		goruntime.GC()
		if goruntime.NumGoroutine() < before+10 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("there are %d goroutines, before there were %d", goruntime.NumGoroutine(), before)
}
