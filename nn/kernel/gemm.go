package kernel

import (
	"fmt"
	"runtime"
)

// Gemm sets c to α·op(a)·op(b) + β·c, where op(a) is the m×k matrix a, or with transA the transpose of the k×m matrix a, and op(b) the k×n
// matrix b or with transB the transpose of the n×k matrix b. Matrices lie row by row, of which each begins lda, ldb and ldc elements
// after the one before; so they may be parts of larger ones. What is between the rows of c stays as it is.
//
// Where β is 0, c is not read, and where α is 0 or k is, a and b are not: NaNs there do not spread. Large products run on several
// goroutines, up to GOMAXPROCS; the result is the same to the last bit, however many.
//
// Gemm panics before it writes anything if a size is negative, a stride is less than a row, or a slice too short. The elements of c may be
// none of those of a and b.
func Gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	checkGemm(transA, transB, m, n, k, len(a), lda, len(b), ldb, len(c), ldc)
	gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// gemm is [Gemm] for arguments that are known to fit.
func gemm[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	if m == 0 || n == 0 {
		return
	}
	add := beta != 0
	nothing := alpha == 0 || k == 0
	if beta != 1 && (nothing || add) {
		scaleRows(m, n, beta, c, ldc)
	}
	if nothing {
		return
	}
	p := product[T]{m: m, n: n, k: k, alpha: alpha, a: a, rsa: lda, csa: 1, b: b, ldb: ldb, transB: transB, c: c, ldc: ldc, add: add}
	if transA {
		p.rsa, p.csa = 1, lda
	}
	if k <= longest {
		p.do()
		return
	}
	// Each stretch of a long sum is summed by itself first, so that errors stay small.
	memory, sums := newBuffer[T](m * n)
	defer memory.free()
	step := ldb // from one row of op(b) to the next
	if transB {
		step = 1
	}
	for from := 0; from < k; from += longest {
		p.a, p.b, p.k = a[from*p.csa:], b[from*step:], min(longest, k-from)
		if p.do(); from == 0 { // to c itself
			p.c, p.ldc, p.add = sums, n, false
			continue
		}
		for i := range m {
			row := within(c, i*ldc, n)
			Add(row, row, within(sums, i*n, n))
		}
	}
}

// longest is how many products are added to an element one after the other, in blocks.
const longest = 1 << 11

// scaleRows multiplies the elements of a matrix by β; with β = 0 it clears them.
func scaleRows[T Float](m, n int, beta T, c []T, ldc int) {
	for i := range m {
		row := within(c, i*ldc, n)
		if beta == 0 {
			clear(row)
		} else {
			scale(row, beta, row)
		}
	}
}

func checkGemm(transA, transB bool, m, n, k, lenA, lda, lenB, ldb, lenC, ldc int) {
	if m < 0 || n < 0 || k < 0 {
		panic(fmt.Sprintf("kernel: Gemm: a product of %d×%d and %d×%d", m, k, k, n))
	}
	rowsA, colsA, rowsB, colsB := m, k, k, n
	if transA {
		rowsA, colsA = k, m
	}
	if transB {
		rowsB, colsB = n, k
	}
	if !fits(lenA, rowsA, colsA, lda) || !fits(lenB, rowsB, colsB, ldb) || !fits(lenC, m, n, ldc) {
		panic(fmt.Sprintf("kernel: Gemm: a is %d×%d with stride %d and has %d elements, b is %d×%d with stride %d and has %d, c is %d×%d with stride %d and has %d",
			rowsA, colsA, lda, lenA, rowsB, colsB, ldb, lenB, m, n, ldc, lenC))
	}
}

// fits reports whether a matrix has a place in so many elements.
func fits(n, rows, cols, stride int) bool {
	return stride >= cols && (rows == 0 || cols == 0 || n >= cols && (n-cols)/max(stride, 1) >= rows-1)
}

// A product is c = αab or, with add, c += αab, for sizes that are not 0. Element (i, p) of a is a[i*rsa+p*csa].
type product[T Float] struct {
	m, n, k  int
	alpha    T
	a        []T
	rsa, csa int
	b        []T
	ldb      int
	transB   bool // b is n×k
	c        []T
	ldc      int
	add      bool
}

func (p *product[T]) do() {
	threads := 1
	if p.m*p.n*p.k >= parallelFrom {
		threads = runtime.GOMAXPROCS(0)
	}
	switch {
	case !accelerated:
		p.plain(threads)
	case p.csa == 1 && (p.transB && min(p.m, p.n) <= dotRows || p.n <= 2):
		p.dots()
	case p.n == 1 && p.ldc == 1 && p.csa != 1:
		p.column()
	case threads > 1:
		p.parallel(threads)
	default:
		p.tiles()
	}
}

// tiles is for the other products, in tiles.
func (p *product[T]) tiles() {
	if p.readsDirectly() {
		p.direct()
	} else {
		p.packed()
	}
}

// readsDirectly reports whether it is quicker to read b where it is than to copy it: with few rows, or some where what it goes through does
// not lie in the same place of every page and so of the caches.
func (p *product[T]) readsDirectly() bool {
	page := 4096 / 32 * lanes[T]()
	return !p.transB && (p.m <= directTo || p.m <= directOffPage && p.ldb%page != 0 && p.csa%page != 0)
}

// column is for a column and a transposed a: (ab)ᵀ = bᵀaᵀ is a row times a matrix that is not transposed.
func (p *product[T]) column() {
	step := p.ldb
	if p.transB {
		step = 1
	}
	row := product[T]{m: 1, n: p.m, k: p.k, alpha: p.alpha, a: p.b, rsa: 1, csa: step, b: p.a, ldb: p.csa, c: p.c, ldc: p.m, add: p.add}
	row.direct()
}

// Sizes from which, or up to which, one way is quicker than another. They do not depend on the number of threads, as results must not.
const (
	parallelFrom  = 1 << 22 // multiplications
	partFrom      = 1 << 19
	dotRows       = 6 // or columns
	directTo      = 16
	directOffPage = 256
)

// dots is for a transposed b and few rows or columns, or very few columns: scalar products of what lies in one piece.
func (p *product[T]) dots() {
	b, step := p.b, p.ldb
	if !p.transB { // take the one or two columns out
		if p.n > 1 || p.ldb > 1 {
			var memory *buffer
			memory, b = newBuffer[T](p.n * p.k)
			defer memory.free()
			for q := range p.k {
				for j := range p.n {
					b[j*p.k+q] = p.b[q*p.ldb+j]
				}
			}
		}
		step = p.k
	}
	if p.n > p.m {
		for i := range p.m {
			p.dotsOf(b, step, p.n, within(p.a, i*p.rsa, p.k), within(p.c, i*p.ldc, p.n), 1)
		}
		return
	}
	for j := range p.n {
		p.dotsOf(p.a, p.rsa, p.m, within(b, j*step, p.k), p.c[j:], p.ldc)
	}
}

// dotsOf brings scalar products of x and n rows, ld apart, to elements of c, stride apart.
func (p *product[T]) dotsOf(rows []T, ld, n int, x, c []T, stride int) {
	var sums [4]T
	for i := 0; i < n; i += 4 {
		if n-i >= 4 && len(x) <= piece {
			_ = rows[(i+3)*ld+len(x)-1]
			if is32[T]() {
				dots32(len(x), at32(&sums[0]), at32(&rows[i*ld]), ld, at32(&x[0]))
			} else {
				dots64(len(x), at64(&sums[0]), at64(&rows[i*ld]), ld, at64(&x[0]))
			}
		} else {
			for l := range min(4, n-i) {
				sums[l] = dot(x, within(rows, (i+l)*ld, len(x)))
			}
		}
		for l, s := range sums[:min(4, n-i)] {
			to := &c[(i+l)*stride]
			if s *= p.alpha; p.add {
				s += *to
			}
			*to = s
		}
	}
}

// depth is how many columns of a and rows of b are multiplied at a time: two vectors of so many rows of b stay in the first cache.
const depth = 256

// direct reads b where it is.
func (p *product[T]) direct() {
	whole := p.m - p.m%tileRows
	for from := 0; from < p.k; from += depth {
		p.directRows(0, whole, from)
		p.directRows(whole, p.m, from)
	}
}

// directRows multiplies rows lo to hi of a with rows of b, column after column of tiles. The rows are whole tiles or less than one.
func (p *product[T]) directRows(lo, hi, from int) {
	k := min(depth, p.k-from)
	for j, cols := 0, 0; j < p.n && lo < hi; j += cols {
		rows := min(tileRows, hi-lo)
		cols = tileCols[T](rows, p.n-j)
		for i := lo; i < hi; i += rows {
			tile(rows, cols, k, &p.a[i*p.rsa+from*p.csa], p.rsa, p.csa, &p.b[from*p.ldb+j], p.ldb, &p.c[i*p.ldc+j], p.ldc, p.alpha, p.add || from > 0)
		}
	}
}

// tileRows is the number of rows of a tile.
const tileRows = 6

// tileCols returns the number of columns of the next tile, where n are left.
func tileCols[T Float](rows, n int) int {
	if rows <= 2 && n >= 8/rows*lanes[T]() {
		return 8 / rows * lanes[T]()
	}
	return min(2*lanes[T](), n)
}

func tile[T Float](rows, cols, k int, a *T, rsa, csa int, b *T, ldb int, c *T, ldc int, alpha T, add bool) {
	if is32[T]() {
		tile32(rows, cols, k, at32(a), rsa, csa, at32(b), ldb, at32(c), ldc, float32(alpha), add)
	} else {
		tile64(rows, cols, k, at64(a), rsa, csa, at64(b), ldb, at64(c), ldc, float64(alpha), add)
	}
}
