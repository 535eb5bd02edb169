// Package floatsrule holds the derivatives of the functions of gonum.org/v1/gonum/floats that godiff cannot derive, since what they
// call is written in assembly. A package that imports it, if only for that,
//
//	import (
//		"gonum.org/v1/gonum/floats"
//
//		_ "github.com/godiff/godiff/rules/gonum/floatsrule"
//	)
//
// can differentiate functions that call them:
//
//	y := floats.Dot(w, x)                // forward sweep
//	floatsrule.Dot(w, x, y, dy, dw, dx)  // reverse sweep: dw += dy·x, dx += dy·w
//
// The rule of a function has its name, its forward rule ends in JVP; one for some of the parameters has their names at its end, and one
// that remembers something is in two halves, ending in Forward and Backward. What is not here godiff derives by itself: Max, Min, Prod,
// Mul, MulTo, LogSumExp, Span, LogSpan, Reverse.
//
// # Overwriting
//
// Most of these functions overwrite a destination. The shadow of it holds the adjoint of the new contents when the rule is called
// and that of the old contents when it returns. So the rule takes an element of it, clears it, and adds what it has taken to the
// shadows of what the new contents were computed from:
//
//	g := ddst[i]        // of dst[i] = s[i] + t[i]
//	ddst[i] = 0
//	ds[i] += g
//	dt[i] += g
//
// In this order it is right also where dst is s or t itself: their shadows are one then too. A destination that overlaps an argument
// in another way is refused by a panic, for what the kernels do then depends on the machine. So is one that is the argument itself
// where the rule needs what has been overwritten: the factor of ScaleTo, the multiple of AddScaled and AddScaledTo, the divisor of
// DivTo, the factors of CumProd.
//
// What the functions return beside, the destination, has an adjoint of its own, which is added.
package floatsrule

//go:generate go tool godiff generate
