// Package gradcheck compares derivatives with differences, for tests.
//
//	func TestLoss(t *testing.T) {
//		gradcheck.ValueGrad(t, (*Model).Loss, (*Model).LossValueGrad, NewModel(), x, 3, gradcheck.Wrt("m"))
//	}
//
// The arguments after the derivative are those of f: methods are given as method expressions, so that the first
// argument is the receiver; numbers may be written as in a call, 1 for a float64, say; nil stands for any nil.
// Options may stand anywhere among them. The types of f and of the derivative must fit each other as godiff
// makes them; where they do not, the error names the type that is expected. What is wrong is reported with the
// name of the parameter and the element, as in
//
//	gradcheck.VJP of nn.(*Model).Loss: dm.Layers[0].B is 2, differences give -2 ± 3e-13: relative error 2
//
// # What is compared
//
// Every float that the parameters to be differentiated (W) lead to, through structs, arrays, slices, pointers,
// maps and interfaces, unexported fields included, is moved by itself; f is called on a copy of all arguments
// each time, which shares memory as the arguments do. Let x be these floats, r the results and m′ the memory of
// the parameters when f has returned. Then, for pseudo-random u and v that are the same in every run,
//
//	Grad, ValueGrad   ∂r/∂x
//	VJP               ⟨u_r, ∂r/∂x⟩ + ⟨u_m, ∂m′/∂x⟩, where u_m are the initial shadows
//	JVP               Σ v ∂r/∂x and Σ v ∂m′/∂x
//	HVP               Σ v ∂²r/∂x²
//	Hessian           ∂²r/∂x²
//	Jacobian          ∂r/∂x, a row for each r
//
// The formula for VJP holds for all memory alike. Where f only reads it, m′ is x and the initial shadow is added
// to; where f overwrites it, the initial shadow is the adjoint of the new contents, and what is left is that of
// the old.
//
// Where arguments share memory that f overwrites, their shadows share as they do, and so must fresh ones. Where
// arguments share memory that f only reads, each has a shadow of its own for its own part. Shadows that are
// given have no spare capacity beyond what other shadows reach. Every slice of a result has an adjoint of its own;
// where they show the same element, what flows into it is the sum.
//
// These are always checked too: the results and the error of the derivative are those of f to the last bit (all
// NaNs being one); the memory of the arguments is what f alone leaves, aliasing included; what is given as an
// adjoint or a direction is not changed; shadows have the shape of their values, are zero where no derivative
// is, and share no memory with anything else; the derivative does not panic. Where f returns an error, derivatives
// must be zero and shadows untouched; there are no differences then.
//
// # Differences
//
// A central difference quotient has an error that is a series in the even powers of the step h,
//
//	(f(x+h) − f(x−h)) / 2h = f′(x) + c₂h² + c₄h⁴ + …
//
// so that those for several h can be combined to cancel one term after the other (Richardson). Ridders' method
// does so for a sequence of shrinking h and takes the estimate that changes least, which also tells its error.
// Second derivatives are extrapolated from mixed differences in the same way. Steps begin at a tenth of the size
// of x (a quarter for float32) and are tried shorter, and longer for small x, until the estimate is good.
// A bound for what rounding may do is part of the error; it takes f to compute with numbers of size 1 at least.
//
// A derivative d and an estimate e ± err agree where
//
//	|d − e| ≤ tol · max(|d|, |e|, 1e-6·max, 1e-6) + 2·err
//
// where max is the largest estimate of the check. By default tol is 1e-6, and 1e-5 for second derivatives; where
// there is a float32 in W or in the results it is 1e-2, and 1e-1. [Tol] sets another.
//
// Where differences cannot tell, because f has a kink or a jump at the arguments, is not finite near them, or is
// noise, the check fails and says that they do not converge: nothing passes unseen. That is so where
//
//	err > √tol · max(|e|, max/1000, 1e-3)
//
// where the slopes on the left and on the right differ by twice as much, and where the values on both sides approach
// another number than f's at the arguments. Conventions at kinks are to be tested by value. A function whose values
// are all below 1e-12 is refused; check a multiple of it.
//
// # Limits
//
// Functions, channels and unsafe pointers in arguments are shared by all calls, and so are package-level variables: f
// must not change what these lead to. Types for which it matters where they lie are not copied either (those of
// context, errors, os, reflect, runtime and testing; time.Location). f must be deterministic, and end when its float
// arguments are moved: leave a tolerance, say, out of W, or by [Without] out of a parameter. Shadows of results that
// have maps with pointers for keys, and complex numbers, are not supported. What f overwrites is found by calling it
// with other numbers; to swap two floats and swap them back does not count.
package gradcheck
