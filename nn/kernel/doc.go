// Package kernel holds the inner loops of neural networks: products of matrices, sums and products of vectors, and functions of every
// element, for float32 and float64. They work on slices that the caller has, and allocate nothing.
//
// Matrices lie row by row: element (i, j) of an m×n matrix is x[i*n+j], or x[i*ld+j] where rows have a stride ld. A layer of n neurons
// for a batch of m examples with k features is
//
//	kernel.MatMul(y, x, w, m, k, n) // y = x·w
//	kernel.AddRow(y, b, m, n)       // + b for each example
//	kernel.Tanh(y, y)
//
// # Derivatives
//
// Functions that call these can be differentiated by godiff, in reverse and in forward mode and twice: every kernel has its rules here, whose
// names end in Adjoint and Tangent, and more where a rule is for some of the parameters. Derivatives are calls of the same kernels. Of
// the layer above, with y's adjoint in dy, the reverse sweep is
//
//	kernel.TanhAdjoint(y, y, dy, dy)
//	kernel.AddRowAdjoint(y, b, m, n, dy, db)
//	kernel.MatMulAdjoint(y, x, w, m, k, n, dy, dx, dw)
//
// The rules are not meant to be called by hand. Memory that a kernel overwrites has a shadow that holds the adjoint of the new contents
// before, and of the old ones after.
//
// # Processors
//
// On amd64 processors with AVX2 and FMA the kernels are assembly, elsewhere plain Go, which also says what they compute. The two may
// differ in the order of sums and in that products are not rounded before they are added, so that results differ in their last bits from
// one kind of processor to the other. On one processor the same call gives the same bits, on however many threads.
//
// # Shared memory
//
// What a function may write over is said with it: mostly an argument that is the same slice as the destination. Slices that overlap
// otherwise give anything. Where the derivative needs what is overwritten, it panics.
package kernel
