package runtime_test

import (
	"testing"

	godiff "github.com/godiff/godiff/runtime"
)

// TestAllocations pins the fast paths down.
func TestAllocations(t *testing.T) {
	x, y, z := make([]float64, 8), make([]float64, 8), make([]float32, 8)
	rows := matrix(4, 3)
	dx, dy, dz := godiff.Shadow(x), godiff.Shadow(y), godiff.Shadow(z)
	mirror, short := godiff.NewMirror(x), make([]float64, 4)
	tests := []struct {
		name string
		want float64
		run  func() bool
	}{
		{"Disjoint slices", 0, func() bool { return godiff.Disjoint(x, y) }},
		{"Disjoint widths", 0, func() bool { return godiff.Disjoint(x, z) }},
		{"Disjoint rows", 0, func() bool { return godiff.Disjoint(rows, y) }},
		{"DisjointLen slices", 0, func() bool { return godiff.DisjointLen(x, y) }},
		{"Mirrors one", 0, func() bool { return godiff.Mirrors(godiff.Pair(x, dx)) }},
		{"Mirrors three", 0, func() bool {
			return godiff.Mirrors(godiff.Pair(x, dx), godiff.Pair(y, dy), godiff.Pair(z, dz))
		}},
		{"MirrorsLen two", 0, func() bool { return godiff.MirrorsLen(godiff.Pair(x, dx), godiff.Pair(y, dy)) }},
		{"Shadow slice", 1, func() bool { return len(godiff.Shadow(x)) == 8 }},
		{"Shadow rows", 2, func() bool { return len(godiff.Shadow(rows)) == 4 }},
		{"ShadowIn slice", 0, func() bool { return len(godiff.ShadowIn(mirror, x)) == 8 }},
		{"Widen roomy", 0, func() bool { w := godiff.Widen(x, dx); w.Narrow(); return len(w.Shadow) == 8 }},
		{"Widen slice", 2, func() bool { w := godiff.Widen(x[:4], short); w.Narrow(); return cap(w.Shadow) == 8 }},
		{"StopGradient", 0, func() bool { return len(godiff.StopGradient(x)) == 8 }},
	}
	for _, test := range tests {
		if !test.run() {
			t.Errorf("%s: false", test.name)
		}
		if got := testing.AllocsPerRun(10, func() { test.run() }); got != test.want {
			t.Errorf("%s: %v allocations, want %v", test.name, got, test.want)
		}
	}
}

func matrix(m, n int) [][]float64 {
	rows := make([][]float64, m)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}

func BenchmarkDisjointSlices(b *testing.B) {
	x, y := make([]float64, 1000), make([]float64, 1000)
	b.ReportAllocs()
	for b.Loop() {
		godiff.Disjoint(x, y)
	}
}

func BenchmarkDisjointRows(b *testing.B) {
	x, y := matrix(100, 10), make([]float64, 1000)
	b.ReportAllocs()
	for b.Loop() {
		godiff.Disjoint(x, y)
	}
}

func BenchmarkDisjointMatrices(b *testing.B) {
	x, y := matrix(100, 10), matrix(100, 10)
	b.ReportAllocs()
	for b.Loop() {
		godiff.Disjoint(x, y)
	}
}

func BenchmarkMirrorsSlices(b *testing.B) {
	x, y := make([]float64, 1000), make([]float64, 1000)
	dx, dy := godiff.Shadow(x), godiff.Shadow(y)
	b.ReportAllocs()
	for b.Loop() {
		godiff.Mirrors(godiff.Pair(x, dx), godiff.Pair(y, dy))
	}
}

func BenchmarkShadowSlice(b *testing.B) {
	x := make([]float64, 100)
	b.ReportAllocs()
	for b.Loop() {
		godiff.Shadow(x)
	}
}

func BenchmarkShadowRows(b *testing.B) {
	x := matrix(100, 100)
	b.ReportAllocs()
	for b.Loop() {
		godiff.Shadow(x)
	}
}

func BenchmarkShadowRowsOfOneBuffer(b *testing.B) {
	buf := make([]float64, 100*100)
	x := make([][]float64, 100)
	for i := range x {
		x[i] = buf[i*100 : (i+1)*100]
	}
	b.ReportAllocs()
	for b.Loop() {
		godiff.Shadow(x)
	}
}

func BenchmarkShadowStruct(b *testing.B) {
	x := &model{W: make([]float64, 100), rows: [][]float32{make([]float32, 100)}, any: make([]float64, 10)}
	b.ReportAllocs()
	for b.Loop() {
		godiff.Shadow(x)
	}
}

func BenchmarkWidenRows(b *testing.B) {
	x, dx := matrix(100, 10), matrix(100, 10)
	for i := range x {
		x[i] = append(x[i], 1)[:10]
	}
	b.ReportAllocs()
	for b.Loop() {
		w := godiff.Widen(x, dx)
		w.Narrow()
	}
}

func BenchmarkWidenRoomyRows(b *testing.B) {
	x, dx := matrix(100, 10), matrix(100, 10)
	b.ReportAllocs()
	for b.Loop() {
		w := godiff.Widen(x, dx)
		w.Narrow()
	}
}

func BenchmarkMirror(b *testing.B) {
	buf := make([]float64, 100)
	x, y := buf[:60], buf[40:]
	b.ReportAllocs()
	for b.Loop() {
		m := godiff.NewMirror(x, y)
		godiff.ShadowIn(m, x)
		godiff.ShadowIn(m, y)
	}
}
