package kernel

import godiff "github.com/godiff/godiff/runtime"

// apart panics unless dst and x, shadows of slices, share no memory.
func apart[T Float](name string, dst, x []T) {
	if !godiff.DisjointLen(dst, x) {
		panic("kernel: " + name + " overwrites what its derivative needs")
	}
}

// same reports whether shadows of slices of the same length are the same.
func same[T Float](x, y []T) bool { return len(x) > 0 && len(y) > 0 && &x[0] == &y[0] }

// AxpyAdjoint: y += α·x.
//
//godiff:derivative of=Axpy writes=y
func AxpyAdjoint[T Float](alpha T, x, y, dx, dy []T) (dalpha T) {
	apart("Axpy", dy, dx)
	Axpy(alpha, dy, dx)
	return Dot(dy, x)
}

// AxpyAdjointX is [AxpyAdjoint] for x and y. Where they are the same, y is multiplied by 1+α, and its adjoint is too.
//
//godiff:derivative of=Axpy wrt=x,y
func AxpyAdjointX[T Float](alpha T, x, y, dx, dy []T) { Axpy(alpha, dy, dx) }

// AxpyAdjointAlpha is [AxpyAdjoint] for α and y.
//
//godiff:derivative of=Axpy wrt=alpha,y
func AxpyAdjointAlpha[T Float](alpha T, x, y, dy []T) (dalpha T) { return Dot(dy, x) }

// AxpyAdjointY is [AxpyAdjoint] for y.
//
//godiff:derivative of=Axpy wrt=y
func AxpyAdjointY[T Float](alpha T, x, y, dy []T) {}

// AxpyTangent is the forward rule of Axpy.
//
//godiff:derivative of=Axpy mode=jvp
func AxpyTangent[T Float](alpha T, x, y []T, dalpha T, dx, dy []T) {
	Axpy(alpha, dx, dy)
	Axpy(dalpha, x, dy)
	Axpy(alpha, x, y)
}

// ScaleAdjoint: dst = α·x.
//
//godiff:derivative of=Scale writes=dst
func ScaleAdjoint[T Float](dst []T, alpha T, x, ddst, dx []T) (dalpha T) {
	apart("Scale", ddst, dx)
	dalpha = Dot(ddst, x)
	ScaleAdjointX(dst, alpha, x, ddst, dx)
	return dalpha
}

// ScaleAdjointX is [ScaleAdjoint] for dst and x.
//
//godiff:derivative of=Scale wrt=dst,x
func ScaleAdjointX[T Float](dst []T, alpha T, x, ddst, dx []T) {
	if same(ddst, dx) {
		Scale(dx, alpha, ddst)
		return
	}
	Axpy(alpha, ddst, dx)
	clear(ddst)
}

// ScaleTangent is the forward rule of Scale.
//
//godiff:derivative of=Scale mode=jvp
func ScaleTangent[T Float](dst []T, alpha T, x, ddst []T, dalpha T, dx []T) {
	Scale(ddst, alpha, dx)
	Axpy(dalpha, x, ddst)
	Scale(dst, alpha, x)
}

// AffineTangent is the forward rule of affine.
//
//godiff:derivative of=affine mode=jvp writes=dst
func AffineTangent[T Float](dst []T, alpha T, x []T, beta T, ddst []T, dalpha T, dx []T, dbeta T) {
	affine(ddst, alpha, dx, dbeta)
	Axpy(dalpha, x, ddst)
	affine(dst, alpha, x, beta)
}

// AddAdjoint: dst = x + y.
//
//godiff:derivative of=Add writes=dst
func AddAdjoint[T Float](dst, x, y, ddst, dx, dy []T) {
	if same(ddst, dy) {
		dx, dy = dy, dx
	}
	Axpy(1, ddst, dy) // twice what was there where all are the same
	AddAdjointX(dst, x, y, ddst, dx)
}

// AddAdjointX is [AddAdjoint] for dst and x.
//
//godiff:derivative of=Add wrt=dst,x
func AddAdjointX[T Float](dst, x, y, ddst, dx []T) {
	if !same(ddst, dx) {
		Axpy(1, ddst, dx)
		clear(ddst)
	}
}

// AddAdjointY is [AddAdjoint] for dst and y.
//
//godiff:derivative of=Add wrt=dst,y
func AddAdjointY[T Float](dst, x, y, ddst, dy []T) { AddAdjointX(dst, y, x, ddst, dy) }

// AddTangent is the forward rule of Add.
//
//godiff:derivative of=Add mode=jvp
func AddTangent[T Float](dst, x, y, ddst, dx, dy []T) {
	Add(ddst, dx, dy)
	Add(dst, x, y)
}

// SubAdjoint: dst = x − y.
//
//godiff:derivative of=Sub writes=dst
func SubAdjoint[T Float](dst, x, y, ddst, dx, dy []T) {
	switch {
	case same(ddst, dx):
		Axpy(-1, ddst, dy)
	case same(ddst, dy):
		Axpy(1, ddst, dx)
		Scale(dy, -1, ddst)
	default:
		Axpy(1, ddst, dx)
		Axpy(-1, ddst, dy)
		clear(ddst)
	}
}

// SubTangent is the forward rule of Sub.
//
//godiff:derivative of=Sub mode=jvp
func SubTangent[T Float](dst, x, y, ddst, dx, dy []T) {
	Sub(ddst, dx, dy)
	Sub(dst, x, y)
}

// MulAdjoint: dst = x∘y.
//
//godiff:derivative of=Mul writes=dst
func MulAdjoint[T Float](dst, x, y, ddst, dx, dy []T) {
	apart("Mul", ddst, dx)
	apart("Mul", ddst, dy)
	MulAdd(dx, ddst, y)
	MulAdd(dy, ddst, x)
	clear(ddst)
}

// MulAdjointX is [MulAdjoint] for dst and x, which may be the same.
//
//godiff:derivative of=Mul wrt=dst,x
func MulAdjointX[T Float](dst, x, y, ddst, dx []T) {
	if same(ddst, dx) {
		Mul(dx, ddst, y)
		return
	}
	MulAdd(dx, ddst, y)
	clear(ddst)
}

// MulAdjointY is [MulAdjoint] for dst and y, which may be the same.
//
//godiff:derivative of=Mul wrt=dst,y
func MulAdjointY[T Float](dst, x, y, ddst, dy []T) { MulAdjointX(dst, y, x, ddst, dy) }

// MulTangent is the forward rule of Mul.
//
//godiff:derivative of=Mul mode=jvp
func MulTangent[T Float](dst, x, y, ddst, dx, dy []T) {
	apart("Mul", ddst, dx)
	apart("Mul", ddst, dy)
	Mul(ddst, dx, y)
	MulAdd(ddst, x, dy)
	Mul(dst, x, y)
}

// MulAddAdjoint: dst += x∘y.
//
//godiff:derivative of=MulAdd writes=dst
func MulAddAdjoint[T Float](dst, x, y, ddst, dx, dy []T) {
	apart("MulAdd", ddst, dx)
	apart("MulAdd", ddst, dy)
	MulAdd(dx, ddst, y)
	MulAdd(dy, ddst, x)
}

// MulAddAdjointX is [MulAddAdjoint] for dst and x.
//
//godiff:derivative of=MulAdd wrt=dst,x
func MulAddAdjointX[T Float](dst, x, y, ddst, dx []T) { MulAdd(dx, ddst, y) }

// MulAddAdjointY is [MulAddAdjoint] for dst and y.
//
//godiff:derivative of=MulAdd wrt=dst,y
func MulAddAdjointY[T Float](dst, x, y, ddst, dy []T) { MulAdd(dy, ddst, x) }

// MulAddTangent is the forward rule of MulAdd.
//
//godiff:derivative of=MulAdd mode=jvp
func MulAddTangent[T Float](dst, x, y, ddst, dx, dy []T) {
	apart("MulAdd", ddst, dx)
	apart("MulAdd", ddst, dy)
	MulAdd(ddst, dx, y)
	MulAdd(ddst, x, dy)
	MulAdd(dst, x, y)
}

// DotAdjoint: out = Σ xᵢyᵢ.
//
//godiff:derivative of=Dot writes=none
func DotAdjoint[T Float](x, y []T, out, dout T, dx, dy []T) {
	Axpy(dout, y, dx)
	Axpy(dout, x, dy)
}

// DotAdjointX is [DotAdjoint] for x.
//
//godiff:derivative of=Dot wrt=x
func DotAdjointX[T Float](x, y []T, out, dout T, dx []T) { Axpy(dout, y, dx) }

// DotAdjointY is [DotAdjoint] for y.
//
//godiff:derivative of=Dot wrt=y
func DotAdjointY[T Float](x, y []T, out, dout T, dy []T) { Axpy(dout, x, dy) }

// DotTangent is the forward rule of Dot.
//
//godiff:derivative of=Dot mode=jvp
func DotTangent[T Float](x, y, dx, dy []T) (out, dout T) { return Dot(x, y), Dot(dx, y) + Dot(x, dy) }

// SumAdjoint: y = Σ xᵢ.
//
//godiff:derivative of=Sum writes=none
func SumAdjoint[T Float](x []T, y, dy T, dx []T) {
	for i := range dx {
		dx[i] += dy
	}
}

// SumTangent is the forward rule of Sum.
//
//godiff:derivative of=Sum mode=jvp
func SumTangent[T Float](x, dx []T) (y, dy T) { return Sum(x), Sum(dx) }

// MaxAdjoint: y = xᵢ for the first i for which that holds.
//
//godiff:derivative of=Max writes=none
func MaxAdjoint[T Float](x []T, y, dy T, dx []T) {
	if i := first(x, y); i >= 0 {
		dx[i] += dy
	}
}

// MaxTangent is the forward rule of Max.
//
//godiff:derivative of=Max mode=jvp
func MaxTangent[T Float](x, dx []T) (y, dy T) {
	y = Max(x)
	if i := first(x, y); i >= 0 {
		dy = dx[i]
	}
	return y, dy
}

// first returns the index of the first y in x, which may be NaN, or -1.
func first[T Float](x []T, y T) int {
	for i, v := range x {
		if v == y || v != v && y != y {
			return i
		}
	}
	return -1
}

// AddRowAdjoint: dstᵢⱼ += rowⱼ.
//
//godiff:derivative of=AddRow writes=dst
func AddRowAdjoint[T Float](dst, row []T, m, n int, ddst, drow []T) { SumRows(drow, ddst, m, n) }

// AddRowAdjointDst is [AddRowAdjoint] for dst.
//
//godiff:derivative of=AddRow wrt=dst
func AddRowAdjointDst[T Float](dst, row []T, m, n int, ddst []T) {}

// AddRowTangent is the forward rule of AddRow.
//
//godiff:derivative of=AddRow mode=jvp
func AddRowTangent[T Float](dst, row []T, m, n int, ddst, drow []T) {
	AddRow(ddst, drow, m, n)
	AddRow(dst, row, m, n)
}

// SumRowsAdjoint: dstⱼ += Σᵢ xᵢⱼ.
//
//godiff:derivative of=SumRows writes=dst
func SumRowsAdjoint[T Float](dst, x []T, m, n int, ddst, dx []T) { AddRow(dx, ddst, m, n) }

// SumRowsAdjointDst is [SumRowsAdjoint] for dst.
//
//godiff:derivative of=SumRows wrt=dst
func SumRowsAdjointDst[T Float](dst, x []T, m, n int, ddst []T) {}

// SumRowsTangent is the forward rule of SumRows.
//
//godiff:derivative of=SumRows mode=jvp
func SumRowsTangent[T Float](dst, x []T, m, n int, ddst, dx []T) {
	SumRows(ddst, dx, m, n)
	SumRows(dst, x, m, n)
}
