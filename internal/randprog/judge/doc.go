// Package judge runs a function and its derivatives at random points and reports where they disagree.
//
// A function F maps x, the floats behind the parameters in W, to y: the floats in its results, the floats in the
// memory that the parameters led to before the call, and those that they lead to after it. A float in memory is a
// cell. A cell is part of x and, unless it belongs to a value-like parameter, of y as well, whether F writes it or
// not: where F leaves it alone, y repeats x. So one Jacobian J describes effects on memory and results alike,
//
//	FJVP(p, dp)         returns the part of J·u that belongs to results and leaves the rest in dp, which held u
//	FVJP(p, dp, dr)     adds: dp held the part of v for memory and dr that for results; then dp holds Jᵀ·v
//	FGrad, FValueGrad   are Jᵀ·v for v = 1 at the result and 0 in memory
//	FHVP(p, vp)         is H·v, of the Hessian at the result, and leaves v alone
//	FJacobian, FHessian are the part of J for the results, and H, row by row, if W is one number, slice or array
//
// and the judge checks, at each point, that
//
//   - results, errors, panics and memory after the call are those of F, to the last bit;
//   - what the caller gives as the adjoint of a result is not changed;
//   - J, column by column from FJVP, agrees with Jᵀ·v from FVJP, FGrad and FValueGrad, and with FJacobian;
//   - J·u for a random u agrees with extrapolated central differences of F, element by element;
//   - H·u, by FHVP and by FHessian, agrees with those of the gradient, and H is symmetric.
//
// Differences near a kink or a jump of F say nothing. They are recognised by a tableau that does not converge or
// by one-sided differences that disagree. Nor do those where values of F exceed 1e6, whose sines turn within a step;
// beyond 1e100, where a product may overflow in the order of one mode and not in that of the other, nothing is
// compared. Such points are counted as skipped. A disagreement that is not larger than what the derivative changes
// when x moves by a few units in the last place is rounding, not an error.
//
// Shadows that the judge gives have garbage in fields that carry no derivative and no spare capacity, since a
// derivative must read neither.
package judge
