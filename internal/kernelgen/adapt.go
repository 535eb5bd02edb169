package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// adapt writes the step of optimisers with means.
func adapt(f format) {
	f.text("adapt", "is a step of an optimiser; c points to a Moments.", "func(n int, params, grad, mean, square, c *E)")
	w := newWalk(f, "params", "grad", "mean", "square")
	c := param("c")
	coefficient := vecs(9) // in the order of the fields
	for i, v := range coefficient {
		f.broadcast(Mem{Base: c, Disp: i * f.size}, v)
	}
	keep, l2, beta1, rest1, beta2, rest2 := coefficient[0], coefficient[1], coefficient[2], coefficient[3], coefficient[4], coefficient[5]
	root, rate, epsilon := coefficient[6], coefficient[7], coefficient[8]
	w.do(1, func(j int) {
		x, g, m := w.get(0, j), w.get(1, j), w.get(2, j)
		f.fma(l2, x, g)
		f.mul(m, beta1, m)
		f.fma(rest1, g, m)
		w.set(2, j, m)
		v, t := w.get(3, j), YMM()
		f.mul(v, beta2, v)
		f.mul(rest2, g, t)
		f.fma(t, g, v)
		w.set(3, j, v)
		f.zero(t)
		w.set(1, j, t) // after mean, which may be grad
		of(f, VSQRTPS, VSQRTPD)(v, v)
		f.mulAdd(v, root, epsilon)
		f.mul(m, rate, m)
		f.div(m, v, m)
		f.mul(x, keep, x)
		f.sub(x, m, x)
		w.set(0, j, x)
	})
	finish()
}
