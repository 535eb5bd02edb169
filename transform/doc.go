// Package transform turns a lowered function into its derivative: a function in the same representation, which package printer
// writes as Go. It is pure: it reads trees, which nobody changes, and returns new ones.
//
// # The way through
//
// The passes are one table (see passes.go). For reverse mode they are
//
//	normal     what must stand alone gets a statement of its own          t := g(x); y = a * t
//	exits      the forward sweep ends at the end                          if c { y = a } else { rest }
//	shadows    slices and pointers have shadows beside them               row, drow := w[i], dw[i]
//	fuse       what can be is swept forward and back at once
//	reverse    reversed code, which speaks of past values
//	constants, dead, declare                                              var dx; dx += e  ─►  dx := e
//	sections, undo                                                        what may be read where it is, if in a copy
//	saved      past values are read in place, computed again or remembered
//	reached, unused, common, keep, invariants, temps, firsts, scope
//
// and for forward mode normal, forward and those of the last line. What several passes ask for is kept in side tables of a derivation, never
// on the nodes.
//
// # What matters
//
// A cell of memory is active if it depends on what is differentiated with respect to and something that is returned or left behind
// depends on it (activity.go). Cells come from a graph of locations (location.go): a variable, a field, the elements of a slice, what
// a pointer points to. Two places can be one only if they have a cell in common; what two inputs refer to is taken to be apart, and
// a derivative for which that matters asks when it runs (sharing.go). A callee is analysed once, and its graph is copied into that
// of the caller at each call (effects.go); a derivative of a callee is written for what the call knows of its arguments.
//
// # Reversal
//
// The function is a tree of parts (tree.go): lists of statements that run one after the other, each exactly once whenever the part is
// entered. To reverse a part is to reverse its statements from the last to the first,
//
//	z = x * y                     dx += dz * y
//	                              dy += dz * x
//	                              dz = 0
//
//	x[i] = f(x[i], k)             t := dx[i]
//	                              dx[i] = t * ∂f/∂x
//	                              dk += t * ∂f/∂k
//
// where the coefficients come from pushing an adjoint down the expression (linear.go), with the rules for the functions that it calls
// (rulebook.go). Reversed code asks for a value of the forward sweep by saying which expression it means and where (ast.Past). What
// becomes of the question is decided last (saved.go), when the code that nobody needs is gone.
//
// # At once
//
// The two sweeps of a part follow each other in one scope. Where the adjoints of what a loop, a branch or a call makes are known
// before it, its own sweeps are done where it stands (sweep.go, atonce.go):
//
//	sum := 0.0                                  dsum := 1 / n
//	for _, v := range x {                       for i, v := range x {
//		z := f(v, w)                                z := f(v, w)
//		sum += z * z                                sum += z * z
//	}                                               dz := dsum * 2 * z
//	return sum / n                                  …
//
// Then nothing of it is remembered. A loop can be swept so if its iterations meet only in sums (independent.go).
//
// # Calls
//
// A call of a function of the module is differentiated in one of three ways (calls.go): at once, if the adjoint of its result is known
// before it; again, if the callee is a small leaf, by a function that computes its adjoints from its arguments; else split into
// gForward, which returns what g returns and what must be remembered, and gBackward, which takes it. Where a user has written a rule
// for g, the reverse sweep calls that, with the arguments, results and memory of then (rulecall.go).
//
// # Forward mode
//
// Every assignment of an active value is preceded by the assignment of its tangent, which reads the same values (forward.go). The
// coefficients are those of reverse mode. It is a transformation of its own, and the other half of every test of the first.
//
// # What users say
//
// A rule takes the place of what would be derived, in one function or in two halves (rulecall.go). It may say what a function without source
// writes. Of opaque types, whose floats no derivative can reach, functions make the shadows and add them (opaque.go). A hook is called
// with an adjoint in the reverse sweep (hook.go). A loop with checkpoints, or a parallel one, becomes a call of a function for a part of
// its iterations (outline.go): that is run again in the reverse sweep (checkpoint.go), or on several cores (parallel.go). So does a loop that
// starts goroutines and waits for them, of which none touches what another one writes (goroutines.go).
//
// # Second order
//
// A derivative that another goes on with is printed and lowered again, like any function: a Hessian-vector product is the forward mode of a
// gradient (second.go). Its variables are none of the user's, and what it stores where nobody reads goes away (stores.go). Jacobians and
// Hessians are made of products (matrix.go), several at once where these are of numbers and slices and arrays of them (lanes.go,
// directions.go).
package transform
