package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// transposes writes the kernels that pack rows into panels: column after column.
func transposes(f format) {
	transpose(f, "transpose", "writes k columns of as many rows as a vector has lanes, each to a whole vector of dst, stride after the one before.", f.lanes)
	transpose(f, "transposeSix", "is the same of six rows. Behind each six elements of dst it spoils two.", 6)
	copyRows(f)
}

// copyRows writes the kernel that packs rows that are the panel's own.
func copyRows(f format) {
	f.text("copyRows", "copies two vectors of each of k rows, ld apart. k is positive.", "func(k int, dst, src *E, ld int)")
	k, dst, src, ld := param("k"), param("dst"), param("src"), param("ld")
	SHLQ(f.shift(), ld)
	Label("loop")
	first, second := YMM(), YMM()
	f.load(Mem{Base: src}, first)
	f.load(Mem{Base: src, Disp: 32}, second)
	f.store(first, Mem{Base: dst})
	f.store(second, Mem{Base: dst, Disp: 32})
	ADDQ(ld, src)
	ADDQ(Imm(64), dst)
	DECQ(k)
	JNE(LabelRef("loop"))
	finish()
}

// transpose writes a kernel for so many rows. Rows that are missing for whole vectors are the last one again, and are overwritten by the next column.
func transpose(f format, name, doc string, rows int) {
	f.text(name, doc+"\nk is a positive multiple of the number of lanes.", "func(k int, dst *E, stride int, src *E, ld int)")
	k, dst, stride, src, ld := param("k"), param("dst"), param("stride"), param("src"), param("ld")
	SHLQ(f.shift(), stride)
	SHLQ(f.shift(), ld)
	src3, src6 := GP64(), GP64()
	LEAQ(Mem{Base: src, Index: ld, Scale: 2}, src3)
	ADDQ(ld, src3)
	if rows > 6 {
		LEAQ(Mem{Base: src3, Index: ld, Scale: 2}, src6)
		ADDQ(ld, src6)
	}
	row := func(i int) Mem {
		i = min(i, rows-1)
		m := Mem{Base: []Register{src, src3, src6}[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = ld, uint8(i%3)
		}
		return m
	}
	Label("loop")
	var blocks [][]VecVirtual // each as many columns as there are lanes, for that many rows
	for first := 0; first < rows; first += f.lanes {
		v := vecs(f.lanes)
		for i := range v {
			f.load(row(first+i), v[i])
		}
		if f.bits == 32 {
			v = square8(v)
		} else {
			v = square4(v)
		}
		blocks = append(blocks, v)
	}
	for p := range f.lanes {
		for b, v := range blocks {
			f.store(v[p], Mem{Base: dst, Disp: b * f.lanes * f.size})
		}
		ADDQ(stride, dst)
	}
	ADDQ(Imm(32), src)
	ADDQ(Imm(32), src3)
	if rows > 6 {
		ADDQ(Imm(32), src6)
	}
	SUBQ(Imm(uint64(f.lanes)), k)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// square8 transposes 8×8 elements of 32 bits.
func square8(v []VecVirtual) []VecVirtual {
	pairs := make([]VecVirtual, 8) // of rows 2i, 2i+1: columns 0, 1 and 2, 3 of each half
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPS(v[i+1], v[i], pairs[i])
		VUNPCKHPS(v[i+1], v[i], pairs[i+1])
	}
	quads := make([]VecVirtual, 8) // quads[4h+c]: rows 4h to 4h+3 of columns c and 4+c
	for h := 0; h < 8; h += 4 {
		for c := range 4 {
			quads[h+c] = YMM()
			VSHUFPS(Imm([]uint64{0x44, 0xee}[c%2]), pairs[h+2+c/2], pairs[h+c/2], quads[h+c])
		}
	}
	out := make([]VecVirtual, 8)
	for c := range 4 {
		out[c], out[4+c] = YMM(), YMM()
		VPERM2F128(Imm(0x20), quads[4+c], quads[c], out[c])
		VPERM2F128(Imm(0x31), quads[4+c], quads[c], out[4+c])
	}
	return out
}

// square4 transposes 4×4 elements of 64 bits.
func square4(v []VecVirtual) []VecVirtual {
	pairs := vecs(4) // columns 0, 2 and 1, 3 of rows 0, 1; then of rows 2, 3
	for i := 0; i < 4; i += 2 {
		VUNPCKLPD(v[i+1], v[i], pairs[i])
		VUNPCKHPD(v[i+1], v[i], pairs[i+1])
	}
	out := vecs(4)
	for c := range 2 {
		VPERM2F128(Imm(0x20), pairs[2+c], pairs[c], out[c])
		VPERM2F128(Imm(0x31), pairs[2+c], pairs[c], out[2+c])
	}
	return out
}
