package kernel

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestVectors compares kernels with loops, for all lengths about those of vectors, and checks that nothing is written behind the end.
func TestVectors(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		testVectors[float32](t)
		testVectors[float64](t)
	})
}

func testVectors[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 75 {
		x, y, z := random[T](rng, n), random[T](rng, n), random[T](rng, n)
		alpha := T(rng.Float64())
		check := func(name string, call func(dst []T), want func(i int) T) {
			t.Helper()
			dst := append(slices.Clone(z), 7, 7, 7)
			call(dst[:n])
			for i, v := range dst {
				if i < n && math.Abs(float64(v-want(i))) > 2*epsilon[T]() || i >= n && v != 7 {
					t.Fatalf("%s of %T, element %d of %d: got %v", name, v, i, n, v)
				}
			}
		}
		check("Axpy", func(dst []T) { Axpy(alpha, x, dst) }, func(i int) T { return z[i] + alpha*x[i] })
		check("Scale", func(dst []T) { Scale(dst, alpha, x) }, func(i int) T { return alpha * x[i] })
		check("Scale in place", func(dst []T) { Scale(dst, alpha, dst) }, func(i int) T { return alpha * z[i] })
		check("affine", func(dst []T) { affine(dst, alpha, x, 0.5) }, func(i int) T { return alpha*x[i] + 0.5 })
		check("affine in place", func(dst []T) { affine(dst, alpha, dst, 0.5) }, func(i int) T { return alpha*z[i] + 0.5 })
		check("Add", func(dst []T) { Add(dst, x, y) }, func(i int) T { return x[i] + y[i] })
		check("Add to itself", func(dst []T) { Add(dst, dst, dst) }, func(i int) T { return 2 * z[i] })
		check("Sub", func(dst []T) { Sub(dst, x, y) }, func(i int) T { return x[i] - y[i] })
		check("Mul", func(dst []T) { Mul(dst, x, y) }, func(i int) T { return x[i] * y[i] })
		check("MulAdd", func(dst []T) { MulAdd(dst, x, y) }, func(i int) T { return z[i] + x[i]*y[i] })
		check("MulAdd in place", func(dst []T) { MulAdd(dst, dst, y) }, func(i int) T { return z[i] + z[i]*y[i] })
		dot, sum, most := T(0), T(0), T(math.Inf(-1))
		for i := range x {
			dot += x[i] * y[i]
			sum += x[i]
			most = max(most, x[i])
		}
		if got := Max(x); got != most {
			t.Fatalf("Max of %T, %d elements: got %v, want %v", most, n, got, most)
		}
		if got := Dot(x, y); math.Abs(float64(got-dot)) > float64(n)*epsilon[T]()*3 {
			t.Fatalf("Dot of %T, %d elements: got %v, want %v", dot, n, got, dot)
		}
		if got := Sum(x); math.Abs(float64(got-sum)) > float64(n)*epsilon[T]()*3 {
			t.Fatalf("Sum of %T, %d elements: got %v, want %v", sum, n, got, sum)
		}
	}
}

func TestRows(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		x := []float32{1, 2, 3, 4, 5, 6}
		AddRow(x, []float32{10, 20, 30}, 2, 3)
		if want := []float32{11, 22, 33, 14, 25, 36}; !slices.Equal(x, want) {
			t.Errorf("AddRow: got %v, want %v", x, want)
		}
		sums := []float32{100, 200, 300}
		SumRows(sums, x, 2, 3)
		if want := []float32{125, 247, 369}; !slices.Equal(sums, want) {
			t.Errorf("SumRows: got %v, want %v", sums, want)
		}
		AddRow(nil, []float32{1}, 0, 1)
		SumRows(nil, []float32{}, 3, 0)
	})
}

// TestPieces is about slices that are longer than what a kernel is given at a time.
func TestPieces(t *testing.T) {
	x, y := slices.Repeat([]float32{1}, piece+3), slices.Repeat([]float32{2}, piece+3)
	if got, want := Dot(x, y), float32(2*(piece+3)); got != want {
		t.Errorf("Dot: got %v, want %v", got, want)
	}
	Axpy(3, x, y)
	Exp(x, x)
	for i := range x {
		if y[i] != 5 || x[i] != x[0] {
			t.Fatalf("element %d: got %v and %v", i, y[i], x[i])
		}
	}
}

// TestNaN checks that NaNs and infinities in operands come through.
func TestNaN(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		inf := float32(math.Inf(1))
		for n := 1; n < 40; n++ {
			x, ones := slices.Repeat([]float32{1}, n), slices.Repeat([]float32{1}, n)
			x[n-1] = float32(math.NaN())
			if s, d, m := Sum(x), Dot(x, ones), Max(x); s == s || d == d || m == m {
				t.Errorf("sums and maximum of %v: got %v, %v and %v", x, s, d, m)
			}
			below := slices.Repeat([]float32{-1}, n)
			if m := Max(below); m != -1 {
				t.Errorf("maximum of %v: got %v", below, m)
			}
			x[n-1] = inf
			if s, d := Sum(x), Dot(x, ones); s != inf || d != inf {
				t.Errorf("sums of %v: got %v and %v", x, s, d)
			}
			c := make([]float32, 1)
			MatMul(c, x, make([]float32, n), 1, n, 1)
			if c[0] == c[0] {
				t.Errorf("∞·0 among %d products: got %v", n, c[0])
			}
		}
	})
}

// TestThreads checks that products have the same bits on any number of threads, and that calls do not disturb each other.
func TestThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachWay(t, func(t *testing.T) {
		const m, k, n = 163, 162, 170
		if m*k*n < parallelFrom {
			t.Fatal("too small for several threads")
		}
		rng := rand.New(rand.NewPCG(1, 2))
		a, b := random[float32](rng, m*k), random[float32](rng, k*n)
		for _, f := range []func(c, a, b []float32, m, k, n int){MatMul[float32], MatMulTA[float32], MatMulTB[float32]} {
			var want []float32
			for _, threads := range []int{1, 2, 3, 7} {
				runtime.GOMAXPROCS(threads)
				results := make(chan []float32)
				for range 3 {
					go func() {
						c := make([]float32, m*n)
						f(c, a, b, m, k, n)
						results <- c
					}()
				}
				for range 3 {
					c := <-results
					if want == nil {
						want = c
					}
					if !slices.Equal(c, want) {
						t.Errorf("on %d threads the result is another", threads)
					}
				}
			}
		}
	})
}

func TestAllocations(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		x, y, z := make([]float32, 4096), make([]float32, 4096), make([]float32, 4096)
		u, v, w := make([]float64, 100), make([]float64, 100), make([]float64, 100)
		for name, f := range map[string]func(){
			"MatMul":          func() { MatMul(z, x, y, 64, 64, 64) },
			"MatMulTB":        func() { MatMulTB(z, x, y, 64, 64, 64) },
			"MatMulTA by row": func() { MatMulTA(z[:64], x, y[:64], 64, 64, 1) },
			"Gemm":            func() { Gemm(true, true, 20, 30, 40, 2, x, 64, y, 64, 0.5, z, 64) },
			"float64":         func() { MatMul(w, u, v, 10, 10, 10) },
			"Axpy":            func() { Axpy(2, x, y) },
			"Exp":             func() { Exp(z, x) },
			"Log":             func() { Log(z, x) },
			"AddRow":          func() { AddRow(x, y[:64], 64, 64) },
			"Dot":             func() { x[0] = Dot(x, y) + Sum(z) },
		} {
			f()
			if n := testing.AllocsPerRun(20, f); n >= 1 {
				t.Errorf("%s allocates %v times", name, n)
			}
		}
	})
}

// TestPanics checks that wrong lengths are told with both shapes, before anything is written.
func TestPanics(t *testing.T) {
	x := func(n int) []float64 { return make([]float64, n) }
	dst := []float64{1, 2, 3, 4, 5, 6}
	for _, test := range []struct {
		want string
		call func()
	}{
		{"kernel: MatMul: m×k is 2×4 and a has 7 elements, k×n is 4×3 and b has 12, m×n is 2×3 and c has 6", func() { MatMul(dst, x(7), x(12), 2, 4, 3) }},
		{"kernel: MatMulTBAdd: m×k is 2×4 and a has 8 elements, k×n is 4×3 and b has 12, m×n is 2×3 and c has 5", func() { MatMulTBAdd(dst[:5], x(8), x(12), 2, 4, 3) }},
		{"m×k is -2×4", func() { MatMulAdd(dst, x(8), x(12), -2, 4, 3) }},
		{"kernel: Gemm: a is 4×2 with stride 2 and has 8 elements, b is 3×4 with stride 3 and has 12, c is 2×3 with stride 3 and has 6", func() { Gemm(true, true, 2, 3, 4, 1, x(8), 2, x(12), 3, 0, dst, 3) }},
		{"c is 2×3 with stride 4 and has 6", func() { Gemm(false, false, 2, 3, 1, 1, x(2), 1, x(3), 3, 0, dst, 4) }},
		{"product of 2×-1 and -1×3", func() { Gemm(false, false, 2, 3, -1, 1, x(2), 1, x(3), 3, 0, dst, 3) }},
		{"kernel: Axpy: x has 2 elements and y has 6", func() { Axpy(1, x(2), dst) }},
		{"kernel: Scale: dst has 6 elements and x has 5", func() { Scale(dst, 0, x(5)) }},
		{"kernel: Add: dst has 6 elements, x has 6 and y has 7", func() { Add(dst, x(6), x(7)) }},
		{"kernel: Sub: dst has 6 elements, x has 5 and y has 6", func() { Sub(dst, x(5), x(6)) }},
		{"kernel: Mul: dst", func() { Mul(dst, x(5), x(5)) }},
		{"kernel: MulAdd: dst", func() { MulAdd(dst, x(5), x(5)) }},
		{"kernel: Dot: x has 6 elements and y has 1", func() { Dot(dst, x(1)) }},
		{"kernel: Exp: dst has 6 elements and src has 7", func() { Exp(dst, x(7)) }},
		{"kernel: Log: dst", func() { Log(dst, x(7)) }},
		{"kernel: Tanh: dst", func() { Tanh(dst, x(5)) }},
		{"kernel: Sigmoid: dst", func() { Sigmoid(dst, x(5)) }},
		{"kernel: AddRow: dst is 2×3 and has 6 elements, row has 2", func() { AddRow(dst, x(2), 2, 3) }},
		{"kernel: SumRows: x is 3×6 and has 17 elements, dst has 6", func() { SumRows(dst, x(17), 3, 6) }},
	} {
		got := panicOf(test.call)
		if !strings.Contains(got, test.want) {
			t.Errorf("panic: got %q, want %q", got, test.want)
		}
	}
	if want := []float64{1, 2, 3, 4, 5, 6}; !slices.Equal(dst, want) {
		t.Errorf("something is written before a panic: %v", dst)
	}
}

func panicOf(f func()) (message string) {
	defer func() { message, _ = recover().(string) }()
	f()
	return ""
}

// BenchmarkVector measures ns an element.
func BenchmarkVector(b *testing.B) {
	x, y, z := make([]float32, 4096), make([]float32, 4096), make([]float32, 4096)
	for _, test := range []struct {
		name string
		f    func()
	}{
		{"Axpy", func() { Axpy(1, x, y) }},
		{"Add", func() { Add(z, x, y) }},
		{"MulAdd", func() { MulAdd(z, x, y) }},
		{"Dot", func() { x[0] = Dot(x, y) }},
		{"Sum", func() { y[0] = Sum(x) }},
		{"Max", func() { y[0] = Max(x) }},
		{"AddRow10", func() { AddRow(x[:4090], y[:10], 409, 10) }},
		{"AddRow128", func() { AddRow(x, y[:128], 32, 128) }},
		{"SumRows128", func() { SumRows(y[:128], x, 32, 128) }},
		{"TanhAdjoint", func() { TanhAdjoint(x, nil, y, z) }},
	} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				test.f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/element")
		})
	}
}
