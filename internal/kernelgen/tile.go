package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A shape is a form of a tile: so many rows, and vectors a row.
type shape struct {
	rows, vectors int
	masked        bool // the last vector of a row is not whole
}

// tile writes the inner loop of products: a tile of the result, of at most six rows of two vectors, is kept in registers. Tiles of one and
// of two rows may be four and two times as wide, so that there are enough independent sums.
func tile(f format) {
	f.text("tile", "sets a tile of c to α·a·b, or adds that where add is set. The tile has 1 to 6 rows of up to 2 vectors; of 8 where there is one row, of 4\n"+
		"where there are two. Element (i, p) of a is a[i*rsa+p*csa], rows of b lie ldb apart, those of c ldc. k is positive.",
		"func(rows, cols, k int, a *E, rsa, csa int, b *E, ldb int, c *E, ldc int, alpha E, add bool)")
	rows, cols := param("rows"), param("cols")
	CMPQ(cols, Imm(uint64(2*f.lanes)))
	JEQ(LabelRef("full"))
	JGT(LabelRef("wide"))
	CMPQ(cols, Imm(uint64(f.lanes)))
	JGT(LabelRef("two"))
	for _, kind := range []struct {
		name    string
		vectors int
		masked  bool
	}{{"one", 1, true}, {"two", 2, true}, {"full", 2, false}} {
		Label(kind.name)
		for i := 1; i < 6; i++ {
			CMPQ(rows, Imm(uint64(i)))
			JEQ(LabelRef(fmt.Sprint(kind.name, i)))
		}
		for i := 6; i > 0; i-- {
			Label(fmt.Sprint(kind.name, i))
			tileOf(f, shape{i, kind.vectors, kind.masked}, fmt.Sprint(kind.name, i))
		}
	}
	Label("wide")
	CMPQ(rows, Imm(1))
	JEQ(LabelRef("wide1"))
	tileOf(f, shape{2, 4, false}, "wide2")
	Label("wide1")
	tileOf(f, shape{1, 8, false}, "wide1")
}

// tileOf writes the code for tiles of one shape.
func tileOf(f format, s shape, name string) {
	var mask VecVirtual
	if s.masked {
		last := param("cols")
		if s.vectors == 2 {
			SUBQ(Imm(uint64(f.lanes)), last)
		}
		mask = f.mask(last)
	}
	acc := vecs(s.rows * s.vectors)
	for _, v := range acc {
		f.zero(v)
	}
	products(f, s, name, mask, acc)
	results(f, s, name, mask, acc)
	VZEROUPPER()
	RET()
}

// products adds up the products of the columns of a and the rows of b.
func products(f format, s shape, name string, mask VecVirtual, acc []VecVirtual) {
	k, a, rsa, csa, b, ldb := param("k"), param("a"), param("rsa"), param("csa"), param("b"), param("ldb")
	for _, stride := range []Op{rsa, csa, ldb} {
		SHLQ(f.shift(), stride)
	}
	var a3 GPVirtual // row 3 of a
	if s.rows > 3 {
		a3 = GP64()
		LEAQ(Mem{Base: a, Index: rsa, Scale: 2}, a3)
		ADDQ(rsa, a3)
	}
	element := func(i int) Mem {
		m := Mem{Base: a}
		if i >= 3 {
			m.Base = a3
		}
		if i%3 > 0 {
			m.Index, m.Scale = rsa, uint8(i%3)
		}
		return m
	}
	step := func() {
		var row []Op
		for j := range s.vectors {
			m := Mem{Base: b, Disp: j * f.lanes * f.size}
			if s.rows == 1 && !s.masked {
				row = append(row, m)
				continue
			}
			v := YMM()
			if s.masked && j == s.vectors-1 {
				f.maskLoad(mask, m, v)
			} else {
				f.load(m, v)
			}
			row = append(row, v)
		}
		for i := range s.rows {
			x := YMM()
			f.broadcast(element(i), x)
			for j, v := range row {
				f.fma(x, v, acc[i*s.vectors+j])
			}
		}
		ADDQ(csa, a)
		if s.rows > 3 {
			ADDQ(csa, a3)
		}
		ADDQ(ldb, b)
	}
	if !s.masked {
		SUBQ(Imm(unrolled), k)
		JLT(LabelRef(name + "rest"))
		Label(name + "unrolled")
		for range unrolled {
			step()
		}
		SUBQ(Imm(unrolled), k)
		JGE(LabelRef(name + "unrolled"))
		Label(name + "rest")
		ADDQ(Imm(unrolled), k)
		JEQ(LabelRef(name + "done"))
	}
	Label(name + "loop")
	step()
	DECQ(k)
	JNE(LabelRef(name + "loop"))
	Label(name + "done")
}

const unrolled = 4

// results multiplies the sums by α and brings them to c.
func results(f format, s shape, name string, mask VecVirtual, acc []VecVirtual) {
	c, ldc := param("c"), param("ldc")
	SHLQ(f.shift(), ldc)
	alpha := YMM()
	address, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	f.broadcast(address.Addr, alpha)
	add := Load(Param("add"), GP8())
	TESTB(add, add)
	JNE(LabelRef(name + "add"))
	bring := func(adds bool) {
		for i := range s.rows {
			for j := range s.vectors {
				v := acc[i*s.vectors+j]
				m := Mem{Base: c, Disp: j * f.lanes * f.size}
				masked := s.masked && j == s.vectors-1
				switch {
				case adds && masked:
					old := YMM()
					f.maskLoad(mask, m, old)
					f.mulAdd(v, alpha, old)
				case adds:
					f.mulAdd(v, alpha, m)
				default:
					f.mul(v, alpha, v)
				}
				if masked {
					f.maskStore(mask, v, m)
				} else {
					f.store(v, m)
				}
			}
			if i < s.rows-1 {
				ADDQ(ldc, c)
			}
		}
	}
	bring(false)
	VZEROUPPER()
	RET()
	Label(name + "add")
	bring(true)
}
