package kernel

// The blocks of large products (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008): depth rows and blockCols
// columns of b are copied into panels, a tile wide, and so are blockRows rows of a, a tile high. Tiles then read what they need in the
// order in which it lies.
const (
	blockRows = 32 * tileRows
	blockCols = 1024
)

// A block is a part of a product that needs one copy of some of b.
type block[T Float] struct {
	product[T]
	panels []T // b, in panels of 2·lanes columns of k rows
}

// packed is for products that repay copies of b, and of a where b is wide.
func (p *product[T]) packed() {
	memory, panels := newBuffer[T](min(p.k, depth) * roundUp(min(p.n, blockCols), 2*lanes[T]()))
	defer memory.free()
	for j := 0; j < p.n; j += blockCols {
		for from := 0; from < p.k; from += depth {
			b := block[T]{product: p.part(0, j, p.m, blockCols), panels: panels}
			b.k = min(depth, p.k-from)
			b.a = b.a[from*p.csa:]
			if p.transB {
				b.b = b.b[from:]
			} else {
				b.b = b.b[from*p.ldb:]
			}
			b.add = p.add || from > 0
			b.do()
		}
	}
}

func (b *block[T]) do() {
	for j := 0; j < b.n; j += 2 * lanes[T]() {
		b.packPanel(j)
	}
	for i := 0; i < b.m; i += blockRows {
		b.chunk(i)
	}
}

func roundUp(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }

// packPanel copies the columns of b from j on that make a panel.
func (b *block[T]) packPanel(j int) {
	width := 2 * lanes[T]()
	cols := min(width, b.n-j)
	dst := within(b.panels, j*b.k, width*b.k)
	switch {
	case b.transB:
		for lane := 0; lane < cols; lane += lanes[T]() {
			packLines(dst[lane:], width, b.b[(j+lane)*b.ldb:], b.ldb, b.k, min(lanes[T](), cols-lane))
		}
	case cols == width:
		_ = b.b[(b.k-1)*b.ldb+j+width-1]
		if is32[T]() {
			copyRows32(b.k, first32(dst), first32(b.b[j:]), b.ldb)
		} else {
			copyRows64(b.k, first64(dst), first64(b.b[j:]), b.ldb)
		}
	default:
		for q := range b.k {
			copy(within(dst, q*width, cols), b.b[q*b.ldb+j:])
		}
	}
}

// packLines writes k columns of up to a vector of rows, ld apart, to dst, stride apart.
func packLines[T Float](dst []T, stride int, src []T, ld, k, rows int) {
	done := 0
	if rows == lanes[T]() && k >= rows {
		done = k - k%rows
		_ = src[(rows-1)*ld+done-1]
		_ = dst[(done-1)*stride+rows-1]
		if is32[T]() {
			transpose32(done, first32(dst), stride, first32(src), ld)
		} else {
			transpose64(done, first64(dst), stride, first64(src), ld)
		}
	}
	for i := range rows {
		for q, v := range within(src, i*ld+done, k-done) {
			dst[(done+q)*stride+i] = v
		}
	}
}

// spoiled is how many elements transposeSix writes too many.
const spoiled = 2

// chunk multiplies rows of a, from i on, with all that is packed of b.
func (b *block[T]) chunk(i int) {
	rows := min(blockRows, b.m-i)
	a, rsa, csa, step := b.a[i*b.rsa:], b.rsa, b.csa, tileRows*b.rsa
	if b.n >= packRowsFrom {
		memory, copied := newBuffer[T](roundUp(rows, tileRows)*b.k + spoiled)
		defer memory.free()
		b.packRows(copied, a, rows)
		a, rsa, csa, step = copied, 1, tileRows, tileRows*b.k
	}
	width := 2 * lanes[T]()
	for j := 0; j < b.n; j += width {
		cols := min(width, b.n-j)
		for t := 0; t*tileRows < rows; t++ {
			tile(min(tileRows, rows-t*tileRows), cols, b.k, &a[t*step], rsa, csa, &b.panels[j*b.k], width, &b.c[(i+t*tileRows)*b.ldc+j], b.ldc, b.alpha, b.add)
		}
	}
}

// packRowsFrom is the number of columns of b from which a copy of a is worth while.
const packRowsFrom = 200

// packRows copies rows of a to dst, in panels of k columns of tileRows elements.
func (b *block[T]) packRows(dst, a []T, rows int) {
	for i := 0; i < rows; i += tileRows {
		b.packRow(dst[i*b.k:], a[i*b.rsa:], min(tileRows, rows-i))
	}
}

func (b *block[T]) packRow(dst, a []T, rows int) {
	done := 0
	if rows == tileRows && b.csa == 1 && b.k >= lanes[T]() {
		done = b.k - b.k%lanes[T]()
		_ = a[(rows-1)*b.rsa+done-1]
		_ = dst[done*tileRows+spoiled-1]
		if is32[T]() {
			transposeSix32(done, first32(dst), tileRows, first32(a), b.rsa)
		} else {
			transposeSix64(done, first64(dst), tileRows, first64(a), b.rsa)
		}
	}
	for q := done; q < b.k; q++ {
		column, to := a[q*b.csa:], within(dst, q*tileRows, rows)
		for i := range to {
			to[i] = column[i*b.rsa]
		}
	}
}
