package kernel

import "math"

// plain is the product as it is defined but for the order of sums, which go over k without blocks.
func (p *product[T]) plain(threads int) {
	const rows = 8
	if threads > 1 {
		q := *p
		parallel(threads, (p.m+rows-1)/rows, func(i int) { q.plainRows(i*rows, min(q.m, (i+1)*rows)) })
		return
	}
	p.plainRows(0, p.m)
}

func (p *product[T]) plainRows(from, to int) {
	for i := from; i < to; i++ {
		row := within(p.c, i*p.ldc, p.n)
		if !p.add {
			clear(row)
		}
		if p.transB {
			p.plainDots(i, row)
		} else {
			p.plainSums(i, row)
		}
	}
}

// plainDots adds to a row of c scalar products of a row of a and those of b.
func (p *product[T]) plainDots(i int, row []T) {
	a := p.a[i*p.rsa:]
	for j := range row {
		var s0, s1 T
		b := within(p.b, j*p.ldb, p.k)
		q := 0
		for ; q+1 < len(b); q += 2 {
			s0 += a[q*p.csa] * b[q]
			s1 += a[(q+1)*p.csa] * b[q+1]
		}
		if q < len(b) {
			s0 += a[q*p.csa] * b[q]
		}
		row[j] += p.alpha * (s0 + s1)
	}
}

// plainSums adds to a row of c the rows of b, each times an element of a.
func (p *product[T]) plainSums(i int, row []T) {
	a := p.a[i*p.rsa:]
	q := 0
	for ; q+3 < p.k; q += 4 {
		a0, a1, a2, a3 := p.alpha*a[q*p.csa], p.alpha*a[(q+1)*p.csa], p.alpha*a[(q+2)*p.csa], p.alpha*a[(q+3)*p.csa]
		b0, b1 := within(p.b, q*p.ldb, len(row)), within(p.b, (q+1)*p.ldb, len(row))
		b2, b3 := within(p.b, (q+2)*p.ldb, len(row)), within(p.b, (q+3)*p.ldb, len(row))
		for j := range row {
			row[j] += a0*b0[j] + a1*b1[j] + a2*b2[j] + a3*b3[j]
		}
	}
	for ; q < p.k; q++ {
		axpyPlain(p.alpha*a[q*p.csa], within(p.b, q*p.ldb, len(row)), row)
	}
}

func axpyPlain[T Float](alpha T, x, y []T) {
	y = within(y, 0, len(x))
	for i, v := range x {
		y[i] += alpha * v
	}
}

func scalePlain[T Float](dst []T, alpha T, x []T) {
	dst = within(dst, 0, len(x))
	for i, v := range x {
		dst[i] = alpha * v
	}
}

func affinePlain[T Float](dst []T, alpha T, x []T, beta T) {
	dst = within(dst, 0, len(x))
	for i, v := range x {
		dst[i] = alpha*v + beta
	}
}

func addPlain[T Float](dst, x, y []T) {
	dst, y = within(dst, 0, len(x)), within(y, 0, len(x))
	for i, v := range x {
		dst[i] = v + y[i]
	}
}

func subPlain[T Float](dst, x, y []T) {
	dst, y = within(dst, 0, len(x)), within(y, 0, len(x))
	for i, v := range x {
		dst[i] = v - y[i]
	}
}

func mulPlain[T Float](dst, x, y []T) {
	dst, y = within(dst, 0, len(x)), within(y, 0, len(x))
	for i, v := range x {
		dst[i] = v * y[i]
	}
}

func mulAddPlain[T Float](dst, x, y []T) {
	dst, y = within(dst, 0, len(x)), within(y, 0, len(x))
	for i, v := range x {
		dst[i] += v * y[i]
	}
}

func dotPlain[T Float](x, y []T) T {
	y = within(y, 0, len(x))
	var s float64
	for i, v := range x {
		s += float64(v) * float64(y[i])
	}
	return T(s)
}

func sumPlain[T Float](x []T) T {
	var s float64
	for _, v := range x {
		s += float64(v)
	}
	return T(s)
}

// expPlain, logPlain, tanhPlain and sigmoidPlain are of one number; the functions of float32 are those of float64, rounded.

func tanhPlain[T Float](x T) T { return T(math.Tanh(float64(x))) }

func sigmoidPlain[T Float](x T) T {
	if x >= 0 {
		return T(1 / (1 + math.Exp(-float64(x))))
	}
	e := math.Exp(float64(x))
	return T(e / (1 + e))
}

// expPlain does not leave the largest numbers to math.Exp, which has some of them infinite on amd64; there the 1 that math.Expm1 lacks is
// nothing.
func expPlain[T Float](x T) T {
	if x > 709 {
		return T(math.Expm1(float64(x)))
	}
	return T(math.Exp(float64(x)))
}

// logPlain does not leave subnormal numbers to math.Log, which has them wrong on amd64.
func logPlain[T Float](x T) T {
	if 0 < x && float64(x) < 0x1p-1022 {
		return T(math.Log(float64(x)*0x1p54) - 54*math.Ln2)
	}
	return T(math.Log(float64(x)))
}
