package kernel_test

import "github.com/godiff/godiff/nn/kernel"

//godiff:vjp
//godiff:jvp
func rnnCell[T kernel.Float](h, x []T, at, ldx, m, n int) { kernel.RNNCell(h, x, at, ldx, m, n) }

//godiff:vjp
//godiff:jvp
func lstmCell[T kernel.Float](h, c, squashed, gates, x []T, at, ldx int, before []T, m, n int) {
	kernel.LSTMCell(h, c, squashed, gates, x, at, ldx, before, m, n)
}

//godiff:vjp
//godiff:jvp
func gruCell[T kernel.Float](h, candidate, gates, x []T, at, ldx int, before []T, m, n int) {
	kernel.GRUCell(h, candidate, gates, x, at, ldx, before, m, n)
}

//godiff:vjp
//godiff:jvp
func copyRows[T kernel.Float](dst []T, at, ldd int, x []T, m, n int) {
	kernel.CopyRows(dst, at, ldd, x, m, n)
}

//godiff:vjp
//godiff:jvp
func maskedSoftmax[T kernel.Float](dst, src []T, lengths []int, examples, heads, steps, n int, causal bool) {
	kernel.MaskedSoftmax(dst, src, lengths, examples, heads, steps, n, causal)
}

//godiff:vjp
//godiff:jvp
func maskedSoftmaxSelf[T kernel.Float](x []T, lengths []int, examples, heads, steps, n int, causal bool) {
	kernel.MaskedSoftmax(x, x, lengths, examples, heads, steps, n, causal)
}
