package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A walk is a way through slices, some vectors at a time, the rest with masks.
type walk struct {
	format
	n        GPVirtual
	pointers []GPVirtual
	mask     VecVirtual // nil but in the rest
}

func newWalk(f format, names ...string) *walk {
	w := &walk{format: f, n: param("n")}
	for _, name := range names {
		w.pointers = append(w.pointers, param(name))
	}
	return w
}

// at returns where vector j of slice i is.
func (w *walk) at(i, j int) Mem { return Mem{Base: w.pointers[i], Disp: j * 32} }

// get loads vector j of slice i.
func (w *walk) get(i, j int) VecVirtual {
	v := YMM()
	if w.mask != nil {
		w.maskLoad(w.mask, w.at(i, j), v)
	} else {
		w.load(w.at(i, j), v)
	}
	return v
}

// set stores vector j of slice i.
func (w *walk) set(i, j int, v VecVirtual) {
	if w.mask != nil {
		w.maskStore(w.mask, v, w.at(i, j))
	} else {
		w.store(v, w.at(i, j))
	}
}

// do writes the loops: do(j) is for vector j of those at hand. It goes through several at a time first, then one, then a part of one.
func (w *walk) do(several int, do func(j int)) {
	loop := func(name string, vectors int) {
		lanes := uint64(vectors * w.lanes)
		SUBQ(Imm(lanes), w.n)
		JLT(LabelRef(name + "done"))
		Label(name)
		for j := range vectors {
			do(j)
		}
		for _, p := range w.pointers {
			ADDQ(Imm(uint64(vectors*32)), p)
		}
		SUBQ(Imm(lanes), w.n)
		JGE(LabelRef(name))
		Label(name + "done")
		ADDQ(Imm(lanes), w.n)
	}
	if several > 1 {
		loop("several", several)
	}
	loop("one", 1)
	TESTQ(w.n, w.n)
	JEQ(LabelRef("rest"))
	w.mask = w.format.mask(w.n)
	do(0)
	w.mask = nil
	Label("rest")
}

func finish() {
	VZEROUPPER()
	RET()
}

// scalar returns the parameter of a name in all lanes.
func (f format) scalar(name string) VecVirtual {
	address, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := YMM()
	f.broadcast(address.Addr, v)
	return v
}

// vectors writes the kernels that add and multiply.
func vectors(f format) {
	f.text("axpy", "adds α·x to y.", "func(n int, alpha E, x, y *E)")
	w := newWalk(f, "x", "y")
	alpha := f.scalar("alpha")
	w.do(4, func(j int) {
		x, y := w.get(0, j), w.get(1, j)
		f.fma(alpha, x, y)
		w.set(1, j, y)
	})
	finish()

	f.text("scale", "sets dst to α·x.", "func(n int, alpha E, dst, x *E)")
	w = newWalk(f, "dst", "x")
	alpha = f.scalar("alpha")
	w.do(4, func(j int) {
		x := w.get(1, j)
		f.mul(x, alpha, x)
		w.set(0, j, x)
	})
	finish()

	f.text("affine", "sets dst to α·x + β.", "func(n int, alpha, beta E, dst, x *E)")
	w = newWalk(f, "dst", "x")
	alpha = f.scalar("alpha")
	beta := f.scalar("beta")
	w.do(4, func(j int) {
		x := w.get(1, j)
		f.mulAdd(x, alpha, beta)
		w.set(0, j, x)
	})
	finish()

	binary(f, "add", "sets dst to x + y.", f.add)
	binary(f, "sub", "sets dst to x − y.", f.sub)
	binary(f, "mul", "sets dst to x∘y.", f.mul)

	f.text("mulAdd", "adds x∘y to dst.", "func(n int, dst, x, y *E)")
	w = newWalk(f, "dst", "x", "y")
	w.do(4, func(j int) {
		d, x, y := w.get(0, j), w.get(1, j), w.get(2, j)
		f.fma(x, y, d)
		w.set(0, j, d)
	})
	finish()

	reduce(f, "dot", "returns the sum of x∘y.", "func(n int, x, y *E) E", []string{"x", "y"}, func(w *walk, j int, acc VecVirtual) {
		x, y := w.get(0, j), w.get(1, j)
		f.fma(x, y, acc)
	})
	reduce(f, "sum", "returns the sum of x.", "func(n int, x *E) E", []string{"x"}, func(w *walk, j int, acc VecVirtual) {
		f.add(acc, w.get(0, j), acc)
	})
}

// binary writes a kernel for an operation with two operands.
func binary(f format, name, doc string, op func(x, y, dst Op)) {
	f.text(name, doc, "func(n int, dst, x, y *E)")
	w := newWalk(f, "dst", "x", "y")
	w.do(4, func(j int) {
		x, y := w.get(1, j), w.get(2, j)
		op(x, y, x)
		w.set(0, j, x)
	})
	finish()
}

// reduce writes a kernel for a sum, in four vectors.
func reduce(f format, name, doc, signature string, slices []string, add func(w *walk, j int, acc VecVirtual)) {
	f.text(name, doc, signature)
	w := newWalk(f, slices...)
	acc := vecs(4)
	for _, v := range acc {
		f.zero(v)
	}
	w.do(4, func(j int) { add(w, j, acc[j]) })
	f.add(acc[0], acc[1], acc[0])
	f.add(acc[2], acc[3], acc[2])
	f.add(acc[0], acc[2], acc[0])
	half := XMM()
	VEXTRACTF128(Imm(1), acc[0], half)
	low := acc[0].AsX()
	if f.bits == 32 {
		VADDPS(half, low, low)
		VHADDPS(low, low, low)
		VHADDPS(low, low, low)
	} else {
		VADDPD(half, low, low)
		VHADDPD(low, low, low)
	}
	Store(low, ReturnIndex(0))
	finish()
}

// dots writes the kernel of scalar products of four rows with a vector, which is loaded once.
func dots(f format) {
	f.text("dots", "sets dst to the scalar products of x and four rows of a, ld apart.", "func(n int, dst, a *E, ld int, x *E)")
	dst, ld := param("dst"), param("ld")
	SHLQ(f.shift(), ld)
	ld3 := GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	w := newWalk(f, "a", "x")
	acc := vecs(8)
	for _, v := range acc {
		f.zero(v)
	}
	w.do(2, func(j int) {
		x := w.get(1, j)
		for i := range 4 {
			m := w.at(0, j)
			switch i {
			case 1, 2:
				m.Index, m.Scale = ld, uint8(i)
			case 3:
				m.Index, m.Scale = ld3, 1
			}
			if w.mask == nil {
				f.fma(x, m, acc[4*j+i])
				continue
			}
			row := YMM()
			f.maskLoad(w.mask, m, row)
			f.fma(x, row, acc[4*j+i])
		}
	})
	for i := range 4 {
		f.add(acc[i], acc[4+i], acc[i])
	}
	if f.bits == 32 {
		VHADDPS(acc[1], acc[0], acc[0])
		VHADDPS(acc[3], acc[2], acc[2])
		VHADDPS(acc[2], acc[0], acc[0])
		half := XMM()
		VEXTRACTF128(Imm(1), acc[0], half)
		VADDPS(half, acc[0].AsX(), half)
		VMOVUPS(half, Mem{Base: dst})
	} else {
		VHADDPD(acc[1], acc[0], acc[0])
		VHADDPD(acc[3], acc[2], acc[2])
		VPERM2F128(Imm(0x20), acc[2], acc[0], acc[4])
		VPERM2F128(Imm(0x31), acc[2], acc[0], acc[5])
		VADDPD(acc[5], acc[4], acc[4])
		VMOVUPD(acc[4], Mem{Base: dst})
	}
	finish()
}

// largest writes the kernel of maxima. The instruction for a maximum forgets NaNs, which are collected beside.
func largest(f format) {
	f.text("largest", "returns the largest element of x, −Inf of none and NaN if one is.", "func(n int, x *E) E")
	w := newWalk(f, "x")
	acc, lowest, nan := vecs(4), YMM(), YMM()
	f.load(f.constant(math.Inf(-1)), lowest)
	f.zero(nan)
	for i := range acc {
		f.load(f.constant(math.Inf(-1)), acc[i])
	}
	w.do(4, func(j int) {
		x, which := w.get(0, j), YMM()
		f.compare(unordered, x, x, which)
		f.or(nan, which, nan)
		if w.mask != nil {
			f.blend(w.mask, lowest, x, x)
		}
		f.max(x, acc[j], acc[j])
	})
	f.max(acc[0], acc[1], acc[0])
	f.max(acc[2], acc[3], acc[2])
	f.max(acc[0], acc[2], acc[0])
	half, low := XMM(), acc[0].AsX()
	VEXTRACTF128(Imm(1), acc[0], half)
	f.max(low, half, low)
	VPERMILPD(Imm(1), low, half)
	f.max(low, half, low)
	if f.bits == 32 {
		VPERMILPS(Imm(1), low, half)
		f.max(low, half, low)
	}
	any := GP32()
	of(f, VMOVMSKPS, VMOVMSKPD)(nan, any)
	TESTL(any, any)
	JEQ(LabelRef("number"))
	f.load(f.constant(math.NaN()), acc[0])
	Label("number")
	Store(acc[0].AsX(), ReturnIndex(0))
	finish()
}
