package kernel

// The rules of convolutions. With G the adjoint of y, which is added to and so keeps it,
//
//	x̄ += the transposed convolution of G with w        w̄ += the products of x and G
//
// (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4). Each of the three functions is linear in
// either of its arguments, and their derivatives are each other.

// ConvAddAdjoint: y += x∗w.
//
//godiff:derivative of=ConvAdd writes=y
func ConvAddAdjoint[T Float](y, x, w []T, n int, g Conv, dy, dx, dw []T) {
	ConvTransposedAdd(dx, dy, w, n, g)
	ConvWeightsAdd(dw, x, dy, n, g)
}

// ConvAddAdjointX is [ConvAddAdjoint] for y and x.
//
//godiff:derivative of=ConvAdd wrt=y,x
func ConvAddAdjointX[T Float](y, x, w []T, n int, g Conv, dy, dx []T) {
	ConvTransposedAdd(dx, dy, w, n, g)
}

// ConvAddAdjointW is [ConvAddAdjoint] for y and w.
//
//godiff:derivative of=ConvAdd wrt=y,w
func ConvAddAdjointW[T Float](y, x, w []T, n int, g Conv, dy, dw []T) {
	ConvWeightsAdd(dw, x, dy, n, g)
}

// ConvAddAdjointY is [ConvAddAdjoint] for y.
//
//godiff:derivative of=ConvAdd wrt=y
func ConvAddAdjointY[T Float](y, x, w []T, n int, g Conv, dy []T) {}

// ConvAddTangent is the forward rule of ConvAdd.
//
//godiff:derivative of=ConvAdd mode=jvp
func ConvAddTangent[T Float](y, x, w []T, n int, g Conv, dy, dx, dw []T) {
	ConvAdd(dy, dx, w, n, g)
	ConvAdd(dy, x, dw, n, g)
	ConvAdd(y, x, w, n, g)
}

// ConvTransposedAddAdjoint: x += y∗ᵀw.
//
//godiff:derivative of=ConvTransposedAdd writes=x
func ConvTransposedAddAdjoint[T Float](x, y, w []T, n int, g Conv, dx, dy, dw []T) {
	ConvAdd(dy, dx, w, n, g)
	ConvWeightsAdd(dw, dx, y, n, g)
}

// ConvTransposedAddAdjointY is [ConvTransposedAddAdjoint] for x and y.
//
//godiff:derivative of=ConvTransposedAdd wrt=x,y
func ConvTransposedAddAdjointY[T Float](x, y, w []T, n int, g Conv, dx, dy []T) {
	ConvAdd(dy, dx, w, n, g)
}

// ConvTransposedAddAdjointW is [ConvTransposedAddAdjoint] for x and w.
//
//godiff:derivative of=ConvTransposedAdd wrt=x,w
func ConvTransposedAddAdjointW[T Float](x, y, w []T, n int, g Conv, dx, dw []T) {
	ConvWeightsAdd(dw, dx, y, n, g)
}

// ConvTransposedAddAdjointX is [ConvTransposedAddAdjoint] for x.
//
//godiff:derivative of=ConvTransposedAdd wrt=x
func ConvTransposedAddAdjointX[T Float](x, y, w []T, n int, g Conv, dx []T) {}

// ConvTransposedAddTangent is the forward rule of ConvTransposedAdd.
//
//godiff:derivative of=ConvTransposedAdd mode=jvp
func ConvTransposedAddTangent[T Float](x, y, w []T, n int, g Conv, dx, dy, dw []T) {
	ConvTransposedAdd(dx, dy, w, n, g)
	ConvTransposedAdd(dx, y, dw, n, g)
	ConvTransposedAdd(x, y, w, n, g)
}

// ConvWeightsAddAdjoint: w += the products of x and y.
//
//godiff:derivative of=ConvWeightsAdd writes=w
func ConvWeightsAddAdjoint[T Float](w, x, y []T, n int, g Conv, dw, dx, dy []T) {
	ConvTransposedAdd(dx, y, dw, n, g)
	ConvAdd(dy, x, dw, n, g)
}

// ConvWeightsAddAdjointX is [ConvWeightsAddAdjoint] for w and x.
//
//godiff:derivative of=ConvWeightsAdd wrt=w,x
func ConvWeightsAddAdjointX[T Float](w, x, y []T, n int, g Conv, dw, dx []T) {
	ConvTransposedAdd(dx, y, dw, n, g)
}

// ConvWeightsAddAdjointY is [ConvWeightsAddAdjoint] for w and y.
//
//godiff:derivative of=ConvWeightsAdd wrt=w,y
func ConvWeightsAddAdjointY[T Float](w, x, y []T, n int, g Conv, dw, dy []T) {
	ConvAdd(dy, x, dw, n, g)
}

// ConvWeightsAddAdjointW is [ConvWeightsAddAdjoint] for w.
//
//godiff:derivative of=ConvWeightsAdd wrt=w
func ConvWeightsAddAdjointW[T Float](w, x, y []T, n int, g Conv, dw []T) {}

// ConvWeightsAddTangent is the forward rule of ConvWeightsAdd.
//
//godiff:derivative of=ConvWeightsAdd mode=jvp
func ConvWeightsAddTangent[T Float](w, x, y []T, n int, g Conv, dw, dx, dy []T) {
	ConvWeightsAdd(dw, dx, y, n, g)
	ConvWeightsAdd(dw, x, dy, n, g)
	ConvWeightsAdd(w, x, y, n, g)
}
