package kernel_test

import "github.com/godiff/godiff/nn/kernel"

//go:generate go run ../../cmd/godiff generate

// The functions here call each kernel; TestRules compares their derivatives with differences.

//godiff:vjp
//godiff:vjp wrt=c,a name=matMulVJPa
//godiff:vjp wrt=c,b name=matMulVJPb
//godiff:vjp wrt=c name=matMulVJPc
//godiff:jvp
func matMul[T kernel.Float](c, a, b []T, m, k, n int) { kernel.MatMul(c, a, b, m, k, n) }

//godiff:vjp
//godiff:vjp wrt=c,a name=matMulAddVJPa
//godiff:vjp wrt=c,b name=matMulAddVJPb
//godiff:vjp wrt=c name=matMulAddVJPc
//godiff:jvp
func matMulAdd[T kernel.Float](c, a, b []T, m, k, n int) { kernel.MatMulAdd(c, a, b, m, k, n) }

//godiff:vjp
//godiff:vjp wrt=c,a name=matMulTAVJPa
//godiff:vjp wrt=c,b name=matMulTAVJPb
//godiff:vjp wrt=c name=matMulTAVJPc
//godiff:jvp
func matMulTA[T kernel.Float](c, a, b []T, m, k, n int) { kernel.MatMulTA(c, a, b, m, k, n) }

//godiff:vjp
//godiff:vjp wrt=c,a name=matMulTAAddVJPa
//godiff:vjp wrt=c,b name=matMulTAAddVJPb
//godiff:vjp wrt=c name=matMulTAAddVJPc
//godiff:jvp
func matMulTAAdd[T kernel.Float](c, a, b []T, m, k, n int) { kernel.MatMulTAAdd(c, a, b, m, k, n) }

//godiff:vjp
//godiff:vjp wrt=c,a name=matMulTBVJPa
//godiff:vjp wrt=c,b name=matMulTBVJPb
//godiff:vjp wrt=c name=matMulTBVJPc
//godiff:jvp
func matMulTB[T kernel.Float](c, a, b []T, m, k, n int) { kernel.MatMulTB(c, a, b, m, k, n) }

//godiff:vjp
//godiff:vjp wrt=c,a name=matMulTBAddVJPa
//godiff:vjp wrt=c,b name=matMulTBAddVJPb
//godiff:vjp wrt=c name=matMulTBAddVJPc
//godiff:jvp
func matMulTBAdd[T kernel.Float](c, a, b []T, m, k, n int) { kernel.MatMulTBAdd(c, a, b, m, k, n) }

//godiff:vjp
//godiff:vjp wrt=a,b,c name=gemmVJPabc
//godiff:vjp wrt=a,c name=gemmVJPac
//godiff:vjp wrt=b,c name=gemmVJPbc
//godiff:vjp wrt=c name=gemmVJPc
//godiff:jvp
func gemm[T kernel.Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	kernel.Gemm(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

//godiff:vjp
//godiff:vjp wrt=x,y name=axpyVJPxy
//godiff:vjp wrt=alpha,y name=axpyVJPalpha
//godiff:vjp wrt=y name=axpyVJPy
//godiff:jvp
func axpy[T kernel.Float](alpha T, x, y []T) { kernel.Axpy(alpha, x, y) }

//godiff:vjp
//godiff:jvp
func axpySelf[T kernel.Float](x []T) { kernel.Axpy(2, x, x) }

//godiff:vjp
//godiff:vjp wrt=dst,x name=scaleVJPx
//godiff:jvp
func scale[T kernel.Float](dst []T, alpha T, x []T) { kernel.Scale(dst, alpha, x) }

//godiff:vjp
//godiff:jvp
func scaleSelf[T kernel.Float](x []T) { kernel.Scale(x, 3, x) }

//godiff:vjp
//godiff:vjp wrt=dst,x name=addVJPx
//godiff:vjp wrt=dst,y name=addVJPy
//godiff:jvp
func add[T kernel.Float](dst, x, y []T) { kernel.Add(dst, x, y) }

//godiff:vjp
//godiff:jvp
func addSelf[T kernel.Float](x, y []T) {
	kernel.Add(x, x, y)
	kernel.Add(y, x, y)
	kernel.Add(y, y, y)
}

//godiff:vjp
//godiff:jvp
func sub[T kernel.Float](dst, x, y []T) { kernel.Sub(dst, x, y) }

//godiff:vjp
//godiff:jvp
func subSelf[T kernel.Float](x, y []T) {
	kernel.Sub(x, x, y)
	kernel.Sub(y, x, y)
}

// subNothing clears x.
//
//godiff:vjp
//godiff:jvp
func subNothing[T kernel.Float](x []T) { kernel.Sub(x, x, x) }

//godiff:vjp
//godiff:vjp wrt=dst,x name=mulVJPx
//godiff:vjp wrt=dst,y name=mulVJPy
//godiff:jvp
func mul[T kernel.Float](dst, x, y []T) { kernel.Mul(dst, x, y) }

// mask multiplies x by constants, in place.
//
//godiff:vjp wrt=x
func mask[T kernel.Float](x, keep []T) {
	kernel.Mul(x, x, keep)
	kernel.Mul(x, keep, x)
}

// square cannot be differentiated: it overwrites its factors.
//
//godiff:vjp
func square[T kernel.Float](x []T) { kernel.Mul(x, x, x) }

//godiff:vjp
//godiff:vjp wrt=dst,x name=mulAddVJPx
//godiff:vjp wrt=dst,y name=mulAddVJPy
//godiff:jvp
func mulAdd[T kernel.Float](dst, x, y []T) { kernel.MulAdd(dst, x, y) }

//godiff:vjp
//godiff:vjp wrt=x name=dotVJPx
//godiff:vjp wrt=y name=dotVJPy
//godiff:jvp
func dot[T kernel.Float](x, y []T) T { return kernel.Dot(x, y) }

//godiff:vjp
//godiff:jvp
func sum[T kernel.Float](x []T) T { return kernel.Sum(x) }

//godiff:vjp
//godiff:jvp
func largest[T kernel.Float](x []T) T { return kernel.Max(x) }

// logSumExp is log Σ eˣ, which needs the maximum and does not depend on it.
//
//godiff:hvp
func logSumExp[T kernel.Float](x []T) T {
	top := kernel.Max(x)
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = v - top
	}
	kernel.Exp(y, y)
	s := []T{kernel.Sum(y)}
	z := make([]T, 1)
	kernel.Log(z, s)
	return z[0] + top
}

//godiff:vjp
//godiff:vjp wrt=dst name=addRowVJPdst
//godiff:jvp
func addRow[T kernel.Float](dst, row []T, m, n int) { kernel.AddRow(dst, row, m, n) }

//godiff:vjp
//godiff:vjp wrt=dst name=sumRowsVJPdst
//godiff:jvp
func sumRows[T kernel.Float](dst, x []T, m, n int) { kernel.SumRows(dst, x, m, n) }

//godiff:vjp
//godiff:jvp
func exp[T kernel.Float](dst, src []T) { kernel.Exp(dst, src) }

//godiff:vjp
//godiff:jvp
func log[T kernel.Float](dst, src []T) { kernel.Log(dst, src) }

//godiff:vjp
//godiff:jvp
func tanh[T kernel.Float](dst, src []T) { kernel.Tanh(dst, src) }

//godiff:vjp
//godiff:jvp
func sigmoid[T kernel.Float](dst, src []T) { kernel.Sigmoid(dst, src) }

// squash does three functions in place.
//
//godiff:vjp
//godiff:jvp
func squash[T kernel.Float](x []T) {
	kernel.Exp(x, x)
	kernel.Tanh(x, x)
	kernel.Sigmoid(x, x)
}

// logSelf cannot be differentiated: it overwrites its argument.
//
//godiff:vjp
func logSelf[T kernel.Float](x []T) { kernel.Log(x, x) }

// dense sets y, m rows of n, to tanh(x·w + b).
//
//godiff:vjp
//godiff:jvp
func dense[T kernel.Float](y, x, w, b []T, m, k, n int) {
	kernel.MatMul(y, x, w, m, k, n)
	kernel.AddRow(y, b, m, n)
	kernel.Tanh(y, y)
}

// loss is that of two layers.
//
//godiff:grad wrt=w1,b1,w2
//godiff:hvp wrt=w1,b1,w2
func loss[T kernel.Float](w1, b1, w2, x []T, m int) T {
	hidden := len(b1)
	h, e := make([]T, m*hidden), make([]T, m)
	dense(h, x, w1, b1, m, len(x)/m, hidden)
	kernel.Gemm(false, false, m, 1, hidden, 2, h, hidden, w2, 1, 0, e, 1)
	kernel.Exp(e, e)
	p := make([]T, m)
	kernel.Log(p, e)
	kernel.MulAdd(p, e, e)
	kernel.Sigmoid(p, p)
	return kernel.Sum(p) + kernel.Dot(p, p)
}

//godiff:grad wrt=w1,b1,w2
func loss32(w1, b1, w2, x []float32, m int) float32 { return loss(w1, b1, w2, x, m) }
