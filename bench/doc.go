// Package bench compares derivatives that godiff writes with derivatives written by hand.
//
// Each function with a directive has one of each, of the same signature: that of F is FValueGrad and fByHand. Those
// written by hand are as fast as plain Go makes them, under two rules. They take the computation of the value as it is,
// so that it comes out the same to the last bit: what a better primal would gain, its derivative by godiff would gain
// too. And they are readable: loops are not unrolled by hand. All else is open to them: another mode, closed forms, other
// orders of summation in the gradient, fewer passes, less memory.
//
// [Cases] lists them with the arguments to run them on. The benchmark and the command report both measure it:
//
//	cd bench && go test -bench . -benchtime 1x
//	cd bench && go run ./report
package bench

//go:generate go tool godiff generate
