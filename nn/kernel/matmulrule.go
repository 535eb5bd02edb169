package kernel

// The rules of products of matrices. With G the adjoint of c = op(a)·op(b) after the call,
//
//	ā += G·op(b)ᵀ        b̄ += op(a)ᵀ·G
//
// transposed where a or b is (Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008,
// section 2.2): products by the same kernels. Then G is cleared, unless the function adds to c. Rules that end in A, B and C are for what
// is active beside c: a, b, and neither.

// MatMulAdjoint: c = a·b.
//
//godiff:derivative of=MatMul writes=c
func MatMulAdjoint[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTBAdd(da, dc, b, m, n, k)
	MatMulTAAdd(db, a, dc, k, m, n)
	clear(dc)
}

// MatMulAdjointA is [MatMulAdjoint] for c and a.
//
//godiff:derivative of=MatMul wrt=c,a
func MatMulAdjointA[T Float](c, a, b []T, m, k, n int, dc, da []T) {
	MatMulTBAdd(da, dc, b, m, n, k)
	clear(dc)
}

// MatMulAdjointB is [MatMulAdjoint] for c and b.
//
//godiff:derivative of=MatMul wrt=c,b
func MatMulAdjointB[T Float](c, a, b []T, m, k, n int, dc, db []T) {
	MatMulTAAdd(db, a, dc, k, m, n)
	clear(dc)
}

// MatMulAdjointC is [MatMulAdjoint] for c.
//
//godiff:derivative of=MatMul wrt=c
func MatMulAdjointC[T Float](c, a, b []T, m, k, n int, dc []T) {
	clear(dc)
}

// MatMulTangent is the forward rule of MatMul.
//
//godiff:derivative of=MatMul mode=jvp
func MatMulTangent[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMul(dc, da, b, m, k, n)
	MatMulAdd(dc, a, db, m, k, n)
	MatMul(c, a, b, m, k, n)
}

// MatMulAddAdjoint: c += a·b.
//
//godiff:derivative of=MatMulAdd writes=c
func MatMulAddAdjoint[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTBAdd(da, dc, b, m, n, k)
	MatMulTAAdd(db, a, dc, k, m, n)
}

// MatMulAddAdjointA is [MatMulAddAdjoint] for c and a.
//
//godiff:derivative of=MatMulAdd wrt=c,a
func MatMulAddAdjointA[T Float](c, a, b []T, m, k, n int, dc, da []T) {
	MatMulTBAdd(da, dc, b, m, n, k)
}

// MatMulAddAdjointB is [MatMulAddAdjoint] for c and b.
//
//godiff:derivative of=MatMulAdd wrt=c,b
func MatMulAddAdjointB[T Float](c, a, b []T, m, k, n int, dc, db []T) {
	MatMulTAAdd(db, a, dc, k, m, n)
}

// MatMulAddAdjointC is [MatMulAddAdjoint] for c.
//
//godiff:derivative of=MatMulAdd wrt=c
func MatMulAddAdjointC[T Float](c, a, b []T, m, k, n int, dc []T) {}

// MatMulAddTangent is the forward rule of MatMulAdd.
//
//godiff:derivative of=MatMulAdd mode=jvp
func MatMulAddTangent[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulAdd(dc, da, b, m, k, n)
	MatMulAdd(dc, a, db, m, k, n)
	MatMulAdd(c, a, b, m, k, n)
}

// MatMulTAAdjoint: c = aᵀ·b.
//
//godiff:derivative of=MatMulTA writes=c
func MatMulTAAdjoint[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTBAdd(da, b, dc, k, n, m)
	MatMulAdd(db, a, dc, k, m, n)
	clear(dc)
}

// MatMulTAAdjointA is [MatMulTAAdjoint] for c and a.
//
//godiff:derivative of=MatMulTA wrt=c,a
func MatMulTAAdjointA[T Float](c, a, b []T, m, k, n int, dc, da []T) {
	MatMulTBAdd(da, b, dc, k, n, m)
	clear(dc)
}

// MatMulTAAdjointB is [MatMulTAAdjoint] for c and b.
//
//godiff:derivative of=MatMulTA wrt=c,b
func MatMulTAAdjointB[T Float](c, a, b []T, m, k, n int, dc, db []T) {
	MatMulAdd(db, a, dc, k, m, n)
	clear(dc)
}

// MatMulTAAdjointC is [MatMulTAAdjoint] for c.
//
//godiff:derivative of=MatMulTA wrt=c
func MatMulTAAdjointC[T Float](c, a, b []T, m, k, n int, dc []T) {
	clear(dc)
}

// MatMulTATangent is the forward rule of MatMulTA.
//
//godiff:derivative of=MatMulTA mode=jvp
func MatMulTATangent[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTA(dc, da, b, m, k, n)
	MatMulTAAdd(dc, a, db, m, k, n)
	MatMulTA(c, a, b, m, k, n)
}

// MatMulTAAddAdjoint: c += aᵀ·b.
//
//godiff:derivative of=MatMulTAAdd writes=c
func MatMulTAAddAdjoint[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTBAdd(da, b, dc, k, n, m)
	MatMulAdd(db, a, dc, k, m, n)
}

// MatMulTAAddAdjointA is [MatMulTAAddAdjoint] for c and a.
//
//godiff:derivative of=MatMulTAAdd wrt=c,a
func MatMulTAAddAdjointA[T Float](c, a, b []T, m, k, n int, dc, da []T) {
	MatMulTBAdd(da, b, dc, k, n, m)
}

// MatMulTAAddAdjointB is [MatMulTAAddAdjoint] for c and b.
//
//godiff:derivative of=MatMulTAAdd wrt=c,b
func MatMulTAAddAdjointB[T Float](c, a, b []T, m, k, n int, dc, db []T) {
	MatMulAdd(db, a, dc, k, m, n)
}

// MatMulTAAddAdjointC is [MatMulTAAddAdjoint] for c.
//
//godiff:derivative of=MatMulTAAdd wrt=c
func MatMulTAAddAdjointC[T Float](c, a, b []T, m, k, n int, dc []T) {}

// MatMulTAAddTangent is the forward rule of MatMulTAAdd.
//
//godiff:derivative of=MatMulTAAdd mode=jvp
func MatMulTAAddTangent[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTAAdd(dc, da, b, m, k, n)
	MatMulTAAdd(dc, a, db, m, k, n)
	MatMulTAAdd(c, a, b, m, k, n)
}

// MatMulTBAdjoint: c = a·bᵀ.
//
//godiff:derivative of=MatMulTB writes=c
func MatMulTBAdjoint[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulAdd(da, dc, b, m, n, k)
	MatMulTAAdd(db, dc, a, n, m, k)
	clear(dc)
}

// MatMulTBAdjointA is [MatMulTBAdjoint] for c and a.
//
//godiff:derivative of=MatMulTB wrt=c,a
func MatMulTBAdjointA[T Float](c, a, b []T, m, k, n int, dc, da []T) {
	MatMulAdd(da, dc, b, m, n, k)
	clear(dc)
}

// MatMulTBAdjointB is [MatMulTBAdjoint] for c and b.
//
//godiff:derivative of=MatMulTB wrt=c,b
func MatMulTBAdjointB[T Float](c, a, b []T, m, k, n int, dc, db []T) {
	MatMulTAAdd(db, dc, a, n, m, k)
	clear(dc)
}

// MatMulTBAdjointC is [MatMulTBAdjoint] for c.
//
//godiff:derivative of=MatMulTB wrt=c
func MatMulTBAdjointC[T Float](c, a, b []T, m, k, n int, dc []T) {
	clear(dc)
}

// MatMulTBTangent is the forward rule of MatMulTB.
//
//godiff:derivative of=MatMulTB mode=jvp
func MatMulTBTangent[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTB(dc, da, b, m, k, n)
	MatMulTBAdd(dc, a, db, m, k, n)
	MatMulTB(c, a, b, m, k, n)
}

// MatMulTBAddAdjoint: c += a·bᵀ.
//
//godiff:derivative of=MatMulTBAdd writes=c
func MatMulTBAddAdjoint[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulAdd(da, dc, b, m, n, k)
	MatMulTAAdd(db, dc, a, n, m, k)
}

// MatMulTBAddAdjointA is [MatMulTBAddAdjoint] for c and a.
//
//godiff:derivative of=MatMulTBAdd wrt=c,a
func MatMulTBAddAdjointA[T Float](c, a, b []T, m, k, n int, dc, da []T) {
	MatMulAdd(da, dc, b, m, n, k)
}

// MatMulTBAddAdjointB is [MatMulTBAddAdjoint] for c and b.
//
//godiff:derivative of=MatMulTBAdd wrt=c,b
func MatMulTBAddAdjointB[T Float](c, a, b []T, m, k, n int, dc, db []T) {
	MatMulTAAdd(db, dc, a, n, m, k)
}

// MatMulTBAddAdjointC is [MatMulTBAddAdjoint] for c.
//
//godiff:derivative of=MatMulTBAdd wrt=c
func MatMulTBAddAdjointC[T Float](c, a, b []T, m, k, n int, dc []T) {}

// MatMulTBAddTangent is the forward rule of MatMulTBAdd.
//
//godiff:derivative of=MatMulTBAdd mode=jvp
func MatMulTBAddTangent[T Float](c, a, b []T, m, k, n int, dc, da, db []T) {
	MatMulTBAdd(dc, da, b, m, k, n)
	MatMulTBAdd(dc, a, db, m, k, n)
	MatMulTBAdd(c, a, b, m, k, n)
}
