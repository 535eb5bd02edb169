package bodies

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

// lists are slices of floats, short and long, with values that repeat, infinities, zeros of both signs and NaN.
func lists() [][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1, 1, -1, math.Float64frombits(0xfff8000000000007)}
	list := [][]float64{nil, {}, {1}, {2, 1}, {math.NaN(), 1}, {1, math.NaN()}, special}
	for n := range 40 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(r.IntN(10)) / 4
			if r.IntN(10) == 0 {
				x[i] = special[r.IntN(len(special))]
			}
		}
		list = append(list, x)
	}
	return list
}

// same compares floats to the bit.
func same(x, y []float64) bool {
	return slices.EqualFunc(x, y, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) && (x == nil) == (y == nil)
}

// outcome is the value of f or what it panics with.
func outcome[T any](f func() T) (value T, panicked any) {
	defer func() { panicked = recover() }()
	return f(), nil
}

func TestSlices(t *testing.T) {
	for _, x := range lists() {
		for name, fs := range map[string][2]func([]float64) []float64{
			"Clone":    {slices.Clone[[]float64], SlicesClone[[]float64]},
			"Sort":     {sorted(slices.Sort[[]float64]), sorted(SlicesSort[[]float64])},
			"Float64s": {sorted(sort.Float64s), sorted(SortFloat64s)},
			"Reverse":  {sorted(slices.Reverse[[]float64]), sorted(SlicesReverse[[]float64])},
			"Concat": {
				func(x []float64) []float64 { return slices.Concat(x, x[:len(x)/2], nil) },
				func(x []float64) []float64 { return SlicesConcat(x, x[:len(x)/2], nil) },
			},
			"Repeat": {
				func(x []float64) []float64 { return slices.Repeat(x, 3) },
				func(x []float64) []float64 { return SlicesRepeat(x, 3) },
			},
			"SortStableFunc": {
				sorted(func(x []float64) { slices.SortStableFunc(x, cmp.Compare[float64]) }),
				sorted(func(x []float64) { SlicesSortStableFunc(x, cmp.Compare[float64]) }),
			},
			"Delete": {
				func(x []float64) []float64 { return append(slices.Delete(x, len(x)/3, len(x)/2), x...) },
				func(x []float64) []float64 { return append(SlicesDelete(x, len(x)/3, len(x)/2), x...) },
			},
			"SortFunc": {
				sorted(func(x []float64) { slices.SortFunc(x, cmp.Compare[float64]) }),
				sorted(func(x []float64) { SlicesSortFunc(x, cmp.Compare[float64]) }),
			},
			"sort.Slice": {
				sorted(func(x []float64) { sort.Slice(x, func(i, j int) bool { return x[i] < x[j] }) }),
				sorted(func(x []float64) { SortSlice(x, func(i, j int) bool { return x[i] < x[j] }) }),
			},
			"sort.SliceStable": {
				sorted(func(x []float64) { sort.SliceStable(x, func(i, j int) bool { return x[i] > x[j] }) }),
				sorted(func(x []float64) { SortSliceStable(x, func(i, j int) bool { return x[i] > x[j] }) }),
			},
			"sort.Sort":           {sorted(func(x []float64) { sort.Sort(floats(x)) }), sorted(func(x []float64) { SortSort(methods(x)) })},
			"Float64Slice.Sort":   {sorted(func(x []float64) { sort.Float64Slice(x).Sort() }), sorted(func(x []float64) { Float64SliceSort(x) })},
			"sort.Stable":         {sorted(func(x []float64) { sort.Stable(sort.Float64Slice(x)) }), sorted(func(x []float64) { SortStable(methods(x)) })},
			"sort.Sort.Reverse":   {sorted(func(x []float64) { sort.Sort(sort.Reverse(sort.Float64Slice(x))) }), sorted(func(x []float64) { SortSortReverse(methods(x)) })},
			"sort.Stable.Reverse": {sorted(func(x []float64) { sort.Stable(sort.Reverse(sort.Float64Slice(x))) }), sorted(func(x []float64) { SortStableReverse(methods(x)) })},
			"Compact": {
				func(x []float64) []float64 { return append(slices.Compact(x), x...) },
				func(x []float64) []float64 { return append(SlicesCompact(x), x...) },
			},
			"CompactFunc": {
				func(x []float64) []float64 { return append(slices.CompactFunc(x, near), x...) },
				func(x []float64) []float64 { return append(SlicesCompactFunc(x, near), x...) },
			},
			"DeleteFunc": {
				func(x []float64) []float64 { return append(slices.DeleteFunc(x, high), x...) },
				func(x []float64) []float64 { return append(SlicesDeleteFunc(x, high), x...) },
			},
			"Grow": {
				func(x []float64) []float64 { return slices.Grow(x[:len(x)/2], len(x))[:len(x)] },
				func(x []float64) []float64 { return SlicesGrow(x[:len(x)/2], len(x))[:len(x)] },
			},
			"Clip": {
				func(x []float64) []float64 { return slices.Clip(x[:len(x)/2]) },
				func(x []float64) []float64 { return SlicesClip(x[:len(x)/2]) },
			},
			"Collect": {
				func(x []float64) []float64 { return slices.Collect(slices.Values(x)) },
				func(x []float64) []float64 { return SlicesCollect(slices.Values(x)) },
			},
		} {
			want, got := fs[0](slices.Clone(x)), fs[1](slices.Clone(x))
			if !same(got, want) {
				t.Errorf("%s of %v: got %v, want %v", name, x, got, want)
			}
		}
		for name, fs := range map[string][2]func() float64{
			"Max":     {func() float64 { return slices.Max(x) }, func() float64 { return SlicesMax(x) }},
			"Min":     {func() float64 { return slices.Min(x) }, func() float64 { return SlicesMin(x) }},
			"MaxFunc": {func() float64 { return slices.MaxFunc(x, cmp.Compare) }, func() float64 { return SlicesMaxFunc(x, cmp.Compare) }},
			"MinFunc": {func() float64 { return slices.MinFunc(x, cmp.Compare) }, func() float64 { return SlicesMinFunc(x, cmp.Compare) }},
		} {
			want, wantPanic := outcome(fs[0])
			got, gotPanic := outcome(fs[1])
			if wantPanic != gotPanic || !same([]float64{got}, []float64{want}) {
				t.Errorf("%s of %v: got %v, %v, want %v, %v", name, x, got, gotPanic, want, wantPanic)
			}
		}
	}
}

func high(v float64) bool { return v > 1 }

func near(v, w float64) bool { return math.Abs(v-w) < 0.3 }

// floats is what package sort has for floats, as a value of the interface.
func floats(x []float64) sort.Interface { return sort.Float64Slice(x) }

// methods is a sort.Interface whose methods are bodies.
type methods []float64

func (x methods) Len() int           { return Float64SliceLen(sort.Float64Slice(x)) }
func (x methods) Less(i, j int) bool { return Float64SliceLess(sort.Float64Slice(x), i, j) }
func (x methods) Swap(i, j int)      { Float64SliceSwap(sort.Float64Slice(x), i, j) }

// TestParts inserts into and replaces parts of lists, with and without room behind them, by others and by their own.
func TestParts(t *testing.T) {
	for room := range 5 {
		for i := range 7 {
			for j := range 7 {
				for k := range 7 {
					for l := k; l < 7; l++ {
						list := func() []float64 {
							x := make([]float64, 6+room)
							for i := range x {
								x[i] = float64(i)
							}
							return x[:6]
						}
						f := func(insert func([]float64, int, ...float64) []float64, replace func([]float64, int, int, ...float64) []float64) func() []float64 {
							return func() []float64 {
								x, y, z := list(), list(), list()
								x2, y2, z2 := insert(x, i, x[k:l]...), insert(y, i, 7, 8), replace(z, i, j, z[k:l]...)
								return slices.Concat(x[:cap(x)], x2[:cap(x2)], y[:cap(y)], y2[:cap(y2)], z[:cap(z)], z2, z2[:cap(z2)])
							}
						}
						want, wantPanic := outcome(f(slices.Insert[[]float64], slices.Replace[[]float64]))
						got, gotPanic := outcome(f(SlicesInsert[[]float64], SlicesReplace[[]float64]))
						if fmt.Sprint(wantPanic) != fmt.Sprint(gotPanic) || !slices.Equal(got, want) {
							t.Errorf("%d, %d, %d, %d: got %v, %v, want %v, %v", i, j, k, l, got, gotPanic, want, wantPanic)
						}
					}
				}
			}
		}
	}
}

// sorted returns what a function makes of a slice in place.
func sorted(f func([]float64)) func([]float64) []float64 {
	return func(x []float64) []float64 { f(x); return x }
}

func TestSearches(t *testing.T) {
	positive := func(v float64) bool { return v > 0 }
	for _, x := range lists() {
		s := slices.Clone(x)
		slices.Sort(s)
		for _, v := range []float64{-1, 0, 0.5, 1, math.Inf(1), math.NaN()} {
			at, ok := slices.BinarySearch(s, v)
			if gotAt, gotOK := SlicesBinarySearch(s, v); gotAt != at || gotOK != ok {
				t.Errorf("BinarySearch of %v in %v: got %d, %t, want %d, %t", v, s, gotAt, gotOK, at, ok)
			}
			if gotAt, gotOK := SlicesBinarySearchFunc(s, v, cmp.Compare); gotAt != at || gotOK != ok {
				t.Errorf("BinarySearchFunc of %v in %v: got %d, %t, want %d, %t", v, s, gotAt, gotOK, at, ok)
			}
			for name, pair := range map[string][2]int{
				"Index":          {slices.Index(x, v), SlicesIndex(x, v)},
				"Float64Slice":   {sort.Float64Slice(s).Search(v), Float64SliceSearch(s, v)},
				"SearchFloat64s": {sort.SearchFloat64s(s, v), SortSearchFloat64s(s, v)},
				"Compare":        {cmp.Compare(v, 0.5), CmpCompare(v, 0.5)},
				"CompareNaN":     {cmp.Compare(v, math.NaN()), CmpCompare(v, math.NaN())},
				"Or":             {int(cmp.Or(0, v, 2)), int(CmpOr(0, v, 2))},
				"Search":         {sort.Search(len(s), func(i int) bool { return s[i] >= v }), SortSearch(len(s), func(i int) bool { return s[i] >= v })},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s of %v in %v: got %d, want %d", name, v, x, pair[1], pair[0])
				}
			}
			less := func(i int) int { return cmp.Compare(v, s[i]) }
			wantAt, want := sort.Find(len(s), less)
			if gotAt, got := SortFind(len(s), less); gotAt != wantAt || got != want {
				t.Errorf("Find of %v in %v: got %d, %t, want %d, %t", v, s, gotAt, got, wantAt, want)
			}
			if slices.Contains(x, v) != SlicesContains(x, v) || cmp.Less(v, 1) != CmpLess(v, 1) || cmp.Less(math.NaN(), v) != CmpLess(math.NaN(), v) {
				t.Errorf("Contains or Less of %v in %v", v, x)
			}
		}
		if slices.IndexFunc(x, positive) != SlicesIndexFunc(x, positive) || slices.ContainsFunc(x, positive) != SlicesContainsFunc(x, positive) {
			t.Errorf("IndexFunc or ContainsFunc of %v", x)
		}
		for _, y := range [][]float64{x, s, nil} {
			if slices.Compare(x, y) != SlicesCompare(x, y) || slices.CompareFunc(x, y, cmp.Compare) != SlicesCompareFunc(x, y, cmp.Compare) {
				t.Errorf("Compare of %v and %v", x, y)
			}
			if slices.EqualFunc(x, y, near) != SlicesEqualFunc(x, y, near) || slices.IsSortedFunc(y, cmp.Compare) != SlicesIsSortedFunc(y, cmp.Compare) ||
				sort.IsSorted(sort.Float64Slice(y)) != SortIsSorted(methods(y)) {
				t.Errorf("EqualFunc, IsSortedFunc or sort.IsSorted of %v and %v", x, y)
			}
			if slices.Equal(x, y) != SlicesEqual(x, y) || slices.IsSorted(y) != SlicesIsSorted(y) || sort.Float64sAreSorted(y) != SortFloat64sAreSorted(y) {
				t.Errorf("Equal or IsSorted of %v and %v", x, y)
			}
		}
	}
}

func TestMaps(t *testing.T) {
	for _, m := range []map[string]float64{nil, {}, {"a": 1, "b": 2}} {
		got := MapsClone(m)
		if !maps.Equal(got, m) || (got == nil) != (m == nil) {
			t.Errorf("Clone of %v: got %v", m, got)
		}
		for _, n := range []map[string]float64{nil, {}, {"a": 1, "b": 3}, m} {
			if maps.Equal(m, n) != MapsEqual(m, n) || maps.EqualFunc(m, n, near) != MapsEqualFunc(m, n, near) {
				t.Errorf("Equal or EqualFunc of %v and %v", m, n)
			}
		}
		odd := func(k string, v float64) bool { return v == 1 }
		left, wantLeft := maps.Clone(m), maps.Clone(m)
		MapsDeleteFunc(left, odd)
		maps.DeleteFunc(wantLeft, odd)
		if !maps.Equal(left, wantLeft) {
			t.Errorf("DeleteFunc of %v: got %v, want %v", m, left, wantLeft)
		}
		dst, want := map[string]float64{"a": 3, "c": 4}, map[string]float64{"a": 3, "c": 4}
		MapsCopy(dst, m)
		maps.Copy(want, m)
		if !maps.Equal(dst, want) {
			t.Errorf("Copy of %v: got %v, want %v", m, dst, want)
		}
	}
}

func TestIterators(t *testing.T) {
	for _, x := range lists() {
		for name, fs := range map[string][2]func(yield func(int, float64) bool){
			"All":      {slices.All(x), SlicesAll(x)},
			"Backward": {slices.Backward(x), SlicesBackward(x)},
			"Values":   {numbered(slices.Values(x)), numbered(SlicesValues(x))},
			"Chunk":    {firsts(slices.Chunk(x, 3)), firsts(SlicesChunk(x, 3))},
		} {
			for _, most := range []int{100, 2} {
				if want, got := taken(fs[0], most), taken(fs[1], most); !same(got, want) {
					t.Errorf("%s of %v: got %v, want %v", name, x, got, want)
				}
			}
		}
		if got, want := SlicesSorted(slices.Values(x)), slices.Sorted(slices.Values(x)); !same(got, want) {
			t.Errorf("Sorted of %v: got %v, want %v", x, got, want)
		}
		if got, want := SlicesSortedFunc(slices.Values(x), cmp.Compare), slices.SortedFunc(slices.Values(x), cmp.Compare); !same(got, want) {
			t.Errorf("SortedFunc of %v: got %v, want %v", x, got, want)
		}
		if got, want := SlicesSortedStableFunc(slices.Values(x), cmp.Compare), slices.SortedStableFunc(slices.Values(x), cmp.Compare); !same(got, want) {
			t.Errorf("SortedStableFunc of %v: got %v, want %v", x, got, want)
		}
		if got, want := SlicesAppendSeq(x[:len(x):len(x)], slices.Values(x)), slices.AppendSeq(x[:len(x):len(x)], slices.Values(x)); !same(got, want) {
			t.Errorf("AppendSeq of %v: got %v, want %v", x, got, want)
		}
	}
	if _, got := outcome(func() any { return SlicesChunk([]int{1}, 0) }); got == nil {
		t.Error("Chunk of size 0 does not panic")
	}
	for _, m := range []map[string]float64{nil, {}, {"a": 1, "b": 2}} {
		if got := MapsCollect(MapsAll(m)); !maps.Equal(got, m) || got == nil {
			t.Errorf("Collect of All of %v: got %v", m, got)
		}
		n := map[string]float64{"a": 3, "c": 4}
		want := maps.Clone(n)
		MapsInsert(n, maps.All(m))
		maps.Insert(want, maps.All(m))
		if !maps.Equal(n, want) {
			t.Errorf("Insert of %v: got %v, want %v", m, n, want)
		}
		if got, want := SlicesSorted(MapsKeys(m)), slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) {
			t.Errorf("Keys of %v: got %v, want %v", m, got, want)
		}
		if got, want := SlicesSorted(MapsValues(m)), slices.Sorted(maps.Values(m)); !slices.Equal(got, want) {
			t.Errorf("Values of %v: got %v, want %v", m, got, want)
		}
	}
}

// numbered numbers what seq goes through.
func numbered(seq func(func(float64) bool)) func(func(int, float64) bool) {
	return func(yield func(int, float64) bool) {
		i := 0
		seq(func(v float64) bool { i++; return yield(i, v) })
	}
}

// firsts goes through the first elements of slices, with their capacities.
func firsts(seq func(func([]float64) bool)) func(func(int, float64) bool) {
	return func(yield func(int, float64) bool) { seq(func(s []float64) bool { return yield(cap(s), s[0]) }) }
}

// taken returns the first pairs of seq.
func taken(seq func(func(int, float64) bool), most int) []float64 {
	var list []float64
	seq(func(i int, v float64) bool {
		list = append(list, float64(i), v)
		return len(list) < 2*most
	})
	return list
}
