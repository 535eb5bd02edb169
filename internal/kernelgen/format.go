package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A format is one of the two formats of floats, as it lies in a vector of 256 bits.
type format struct {
	bits  int // 32 or 64
	size  int // bytes of an element
	lanes int // elements of a vector
}

var (
	single = format{bits: 32, size: 4, lanes: 8}
	double = format{bits: 64, size: 8, lanes: 4}
)

// of returns one instruction or the other.
func of[F any](f format, single, double F) F {
	if f.bits == 32 {
		return single
	}
	return double
}

// text begins a function whose name ends in the number of bits. In its signature E stands for the type of an element.
func (f format) text(name, doc, signature string) {
	name = fmt.Sprint(name, f.bits)
	elem := fmt.Sprint("float", f.bits)
	out := ""
	for _, c := range signature {
		if c == 'E' {
			out += elem
		} else {
			out += string(c)
		}
	}
	TEXT(name, NOSPLIT, out)
	Pragma("noescape")
	Doc(strings.Split(name+" "+doc, "\n")...)
}

func (f format) load(src Mem, dst Op)              { of(f, VMOVUPS, VMOVUPD)(src, dst) }
func (f format) store(src Op, dst Mem)             { of(f, VMOVUPS, VMOVUPD)(src, dst) }
func (f format) maskLoad(mask Op, src Mem, dst Op) { of(f, VMASKMOVPS, VMASKMOVPD)(src, mask, dst) }
func (f format) maskStore(mask, src Op, dst Mem)   { of(f, VMASKMOVPS, VMASKMOVPD)(src, mask, dst) }

// broadcast fills dst with the element at src.
func (f format) broadcast(src Op, dst Op) { of(f, VBROADCASTSS, VBROADCASTSD)(src, dst) }

func (f format) zero(dst Op) { of(f, VXORPS, VXORPD)(dst, dst, dst) }

// Operations with two operands are dst = x ∘ y, where y may lie in memory.

func (f format) add(x, y, dst Op) { of(f, VADDPS, VADDPD)(y, x, dst) }
func (f format) sub(x, y, dst Op) { of(f, VSUBPS, VSUBPD)(y, x, dst) }
func (f format) mul(x, y, dst Op) { of(f, VMULPS, VMULPD)(y, x, dst) }
func (f format) div(x, y, dst Op) { of(f, VDIVPS, VDIVPD)(y, x, dst) }
func (f format) and(x, y, dst Op) { of(f, VANDPS, VANDPD)(y, x, dst) }
func (f format) or(x, y, dst Op)  { of(f, VORPS, VORPD)(y, x, dst) }

// andNot sets dst to y without the bits of x.
func (f format) andNot(x, y, dst Op) { of(f, VANDNPS, VANDNPD)(y, x, dst) }

// min and max are y where one of both is NaN.
func (f format) min(x, y, dst Op) { of(f, VMINPS, VMINPD)(y, x, dst) }
func (f format) max(x, y, dst Op) { of(f, VMAXPS, VMAXPD)(y, x, dst) }

// fma adds x·y to acc, where y may lie in memory; fnma takes it away.
func (f format) fma(x, y, acc Op)  { of(f, VFMADD231PS, VFMADD231PD)(y, x, acc) }
func (f format) fnma(x, y, acc Op) { of(f, VFNMADD231PS, VFNMADD231PD)(y, x, acc) }

// mulAdd sets x to x·y + z, where z may lie in memory.
func (f format) mulAdd(x, y, z Op) { of(f, VFMADD213PS, VFMADD213PD)(z, y, x) }

// mulSub sets x to x·y − z.
func (f format) mulSub(x, y, z Op) { of(f, VFMSUB213PS, VFMSUB213PD)(z, y, x) }

// Predicates of compare.
const (
	equal      = 0x00 // false for NaN
	less       = 0x11 // false for NaN
	unordered  = 0x03
	notGreater = 0x1a // true for NaN
	notAtLeast = 0x19 // true for NaN
)

// compare sets the lanes of dst for which x ∘ y holds to ones, the others to zeros.
func (f format) compare(predicate uint8, x, y, dst Op) {
	of(f, VCMPPS, VCMPPD)(U8(predicate), y, x, dst)
}

// blend sets dst to y in the lanes where the mask's sign is set, else to x.
func (f format) blend(mask, x, y, dst Op) { of(f, VBLENDVPS, VBLENDVPD)(mask, y, x, dst) }

// round sets dst to the nearest whole number.
func (f format) round(x, dst Op) { of(f, VROUNDPS, VROUNDPD)(U8(8), x, dst) }

var constants = map[string]Mem{}

// constant returns a vector in memory that holds x in every lane.
func (f format) constant(x float64) Mem {
	if f.bits == 32 {
		return f.pattern(uint64(math.Float32bits(float32(x))))
	}
	return f.pattern(math.Float64bits(x))
}

// pattern is like constant, for bits.
func (f format) pattern(bits uint64) Mem {
	name := fmt.Sprintf("every%d_%0*x", f.bits, f.bits/4, bits)
	m, ok := constants[name]
	if !ok {
		m = f.table(name, bits, f.lanes)
		constants[name] = m
	}
	return m
}

// masks returns a table of ones in as many lanes as a vector has, then as many zeros.
func (f format) masks() Mem {
	name := fmt.Sprintf("masks%d", f.bits)
	m, ok := constants[name]
	if !ok {
		m = f.table(name, math.MaxUint64>>(64-f.bits), f.lanes)
		for i := range f.lanes {
			f.datum((f.lanes+i)*f.size, 0)
		}
		constants[name] = m
	}
	return m
}

func (f format) table(name string, bits uint64, n int) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range n {
		f.datum(i*f.size, bits)
	}
	return m
}

func (f format) datum(offset int, bits uint64) {
	if f.bits == 32 {
		DATA(offset, U32(bits))
	} else {
		DATA(offset, U64(bits))
	}
}

// mask returns the mask of the first n lanes, 1 ≤ n ≤ lanes. It changes n.
func (f format) mask(n GPVirtual) VecVirtual {
	table, mask := GP64(), YMM()
	LEAQ(f.masks(), table)
	SHLQ(f.shift(), n)
	SUBQ(n, table)
	f.load(Mem{Base: table, Disp: f.lanes * f.size}, mask)
	return mask
}

// shift is the binary logarithm of the size of an element.
func (f format) shift() U8 { return of(f, U8(2), U8(3)) }

func vecs(n int) []VecVirtual {
	v := make([]VecVirtual, n)
	for i := range v {
		v[i] = YMM()
	}
	return v
}

func param(name string) GPVirtual { return Load(Param(name), GP64()).(GPVirtual) }
