package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A testCase is a product with strides.
type testCase struct {
	transA, transB bool
	m, n, k, gap   int
	alpha, beta    float64
}

// TestGemm compares products with sums in float64, of sizes about those at which a kernel, a block or another way begins.
func TestGemm(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		testGemm[float32](t)
		testGemm[float64](t)
	})
}

func testGemm[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	check := func(m, n, k int) {
		for _, f := range [][2]float64{{1, 0}, {1, 1}, {-1.5, 0.5}} {
			for _, trans := range [][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
				checkProduct[T](t, rng, testCase{trans[0], trans[1], m, n, k, rng.IntN(4), f[0], f[1]})
			}
		}
	}
	for _, m := range []int{0, 1, 2, 3, 4, 5, 6, 7, 17} {
		for _, n := range []int{0, 1, 2, 3, 9, 16, 35} {
			for _, k := range []int{0, 1, 4, 11} {
				check(m, n, k)
			}
		}
	}
	for range 4 {
		check(1+rng.IntN(50), 1+rng.IntN(100), 1+rng.IntN(300))
	}
	check(1, 100, 2*depth+1)
	check(2, 50, depth+1)
	check(18, blockCols+5, 2)
	check(blockRows+7, 210, 3)
	check(directOffPage+3, 30, 9)
	check(20, 3, 5)
}

type celsius float32

// TestNamed is about floats that have a name of their own.
func TestNamed(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		c := make([]celsius, 4)
		MatMul(c, []celsius{1, 2, 3, 4}, []celsius{5, 6, 7, 8}, 2, 2, 2)
		if want := []celsius{19, 22, 43, 50}; !slices.Equal(c, want) {
			t.Errorf("product: got %v, want %v", c, want)
		}
		if got := Dot(c, c); got != 19*19+22*22+43*43+50*50 {
			t.Errorf("scalar product: got %v", got)
		}
	})
}

// TestGemmPages is about rows that begin in the same place of a page, which are copied before,
// and about rows that are too long for a kernel.
func TestGemmPages(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, m := range []int{directTo, directTo + 1} {
		checkProduct[float32](t, rng, testCase{m: m, n: 1024, k: 5, alpha: 1})
		checkProduct[float64](t, rng, testCase{m: m, n: 512, k: 5, alpha: 1})
	}
	checkProduct[float32](t, rng, testCase{m: 7, n: 1, k: piece + 3, alpha: 1})
}

func checkProduct[T Float](t *testing.T, rng *rand.Rand, c testCase) {
	t.Helper()
	rowsA, colsA, rowsB, colsB := c.m, c.k, c.k, c.n
	if c.transA {
		rowsA, colsA = colsA, rowsA
	}
	if c.transB {
		rowsB, colsB = colsB, rowsB
	}
	lda, ldb, ldc := colsA+c.gap, colsB+c.gap, c.n+c.gap
	matrix := func(rows, cols, ld int) []T { return random[T](rng, max(0, (rows-1)*ld+cols)) }
	a, b, got := matrix(rowsA, colsA, lda), matrix(rowsB, colsB, ldb), matrix(c.m, c.n, ldc)
	if c.beta == 0 && len(got) > 0 {
		got[0] = T(math.NaN()) // is not read
	}
	old := append([]T(nil), got...)
	Gemm(c.transA, c.transB, c.m, c.n, c.k, T(c.alpha), a, lda, b, ldb, T(c.beta), got, ldc)
	for at, v := range got {
		i, j := at/ldc, at%ldc
		if j >= c.n {
			if !sameBits(v, old[at]) {
				t.Fatalf("%T %+v: changed what is between the rows of c, at %d, %d", v, c, i, j)
			}
			continue
		}
		want, size := c.want(i, j, func(i, q int) float64 { return float64(a[i*lda+q]) }, func(q, j int) float64 { return float64(b[q*ldb+j]) })
		if c.beta != 0 {
			want += c.beta * float64(old[at])
			size += math.Abs(c.beta * float64(old[at]))
		}
		if !(math.Abs(float64(v)-want) <= float64(c.k+3)*epsilon[T]()/2*size) {
			t.Fatalf("%T %+v: c[%d, %d]: got %v, want %v", v, c, i, j, v, want)
		}
	}
}

// want returns an element of αab and the sum of the magnitudes.
func (c testCase) want(i, j int, a, b func(i, j int) float64) (sum, size float64) {
	for q := range c.k {
		x, y := 0.0, 0.0
		if c.transA {
			x = a(q, i)
		} else {
			x = a(i, q)
		}
		if c.transB {
			y = b(j, q)
		} else {
			y = b(q, j)
		}
		sum += c.alpha * x * y
		size += math.Abs(c.alpha * x * y)
	}
	return sum, size
}

var benchmarkSizes = [][3]int{{128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {32, 784, 128}}

// BenchmarkMatMul measures products of m×k and k×n, in GFLOP/s. B.Loop takes no notice of -cpu: GOMAXPROCS tells how many threads.
func BenchmarkMatMul(b *testing.B) {
	for _, s := range benchmarkSizes {
		benchmarkMatMul(b, "", MatMul[float32], s)
		benchmarkMatMul(b, "", MatMul[float64], s)
	}
}

// BenchmarkMatMulShapes measures products as layers have them: transposed, thin.
func BenchmarkMatMulShapes(b *testing.B) {
	for _, s := range [][3]int{{32, 784, 128}, {32, 128, 784}, {784, 32, 128}, {128, 512, 512}, {32, 128, 10}, {32, 10, 128}, {128, 32, 10}, {1, 784, 128}, {4, 784, 128}, {8, 784, 128}, {12, 784, 128}, {13, 784, 128}, {24, 784, 128}, {784, 128, 1}, {32, 32, 32}, {64, 64, 64}, {512, 25, 576}} {
		benchmarkMatMul(b, "", MatMul[float32], s)
		benchmarkMatMul(b, "TA", MatMulTA[float32], s)
		benchmarkMatMul(b, "TB", MatMulTB[float32], s)
	}
}

func benchmarkMatMul[T Float](b *testing.B, name string, f func(c, a, b []T, m, k, n int), s [3]int) {
	m, k, n := s[0], s[1], s[2]
	rng := rand.New(rand.NewPCG(1, 2))
	x, y, z := random[T](rng, m*k), random[T](rng, k*n), random[T](rng, m*n)
	var zero T
	b.Run(fmt.Sprintf("%s%T/%dx%dx%d", name, zero, m, k, n), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f(z, x, y, m, k, n)
		}
		b.ReportMetric(2*float64(m)*float64(k)*float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
	})
}
