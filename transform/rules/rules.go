// Package rules holds godiff's own derivatives of package math and of the builtins min and max, one Go function each.
//
// # What a rule is
//
// Reverse mode walks a program backwards and turns the adjoint of each result into adjoints of what it was computed
// from. Where the program calls a function whose body is assembly or a table of magic numbers, mathematics knows the
// derivative better than the body does, and a rule says so in Go:
//
//	// Tanh: tanh′ x = sech² x = 1 − tanh² x. DLMF 4.34.3.
//	//
//	//godiff:derivative of=math.Tanh
//	func Tanh(x, y, dy float64) (dx float64) { return dy * (1 - y*y) }
//
// The parameters of the rule are those of the function, under the same names, then its results, then the adjoints of
// the results that are floats; the results of the rule are the adjoints of the parameters that are floats. This is the
// form of a rule that a user writes: here is nothing but rules that happen to come with godiff.
//
// The compiler reads the rules as source (see [Files]) and substitutes them where the function was called:
//
//	z = math.Tanh(k * u)        dt := dz * (1 - z*z)
//	                            dk += dt * u
//	                            du += dt * k
//
// With wrt= a rule covers only some of the parameters. The compiler takes the smallest rule that covers what is active,
// so that math.Pow(x, 2) never asks for a logarithm of x. Each function of several float parameters has a rule for
// every subset of them, and all of these agree to the bit.
//
// # The form
//
// A rule's body is any number of statements
//
//	if cond { return … }
//
// and one return; no variables, no loops, no else. So the compiler can inline it, and fold it: with a constant exponent
// of 2 every guard of [PowX] is a constant false and what remains is dz * (2 * x). For the same reason a condition on
// what is likely to be constant comes first. What cannot be said in this form is a function of its own, unexported,
// which the compiler copies beside the code that needs it; there is one, digamma.
//
// A partial derivative is written after the adjoint, dy * (…) or dy / (…), with y, the value that is at hand anyway, in
// place of x where that costs no accuracy that matters.
//
// # Where a partial derivative is not finite
//
// A rule is itself differentiated for second derivatives, and what a guard took away is missing there. Hence:
//
//   - Where the value is finite and the partial derivative is not (Sqrt, Cbrt and Pow at 0; Asin, Acos and Acosh at ±1;
//     Hypot and Atan2 at the origin) a zero adjoint contributes zero: the gradient of 0*math.Sqrt(x) at 0 is 0, not NaN.
//     The guard tests that the partial is not finite, never the adjoint alone: w*math.Sqrt(x) at x = 4, w = 0 has the
//     mixed second derivative ¼, which the guard dy == 0 would turn into 0.
//   - The same holds outside of the domain of Sqrt, Asin, Acos and Acosh: a callee may not have used the value.
//   - Where else the value is not finite IEEE 754 applies, as it does at the pole of an operator: 1/x at 0.
//   - A partial that is finite but too large for a float64 is an infinity, and times a zero adjoint NaN.
//   - At −0 signs follow IEEE 754: the partial of Sqrt is +Inf at +0 and −Inf at −0, as Sqrt(−0) is −0.
//
// Formulas are chosen to neither overflow nor cancel where the partial itself is an ordinary number: x/r for Hypot, and
// (1−x)(1+x), not 1−x², for Asin. The exception is Tanh, where 1−y² is accurate to an ulp of 1 only; that is the form
// that everybody expects, and it needs x no more.
//
// # Adding a rule
//
// Write the function with its directive into the file where it belongs, with the subsets if it has several float
// parameters, and cite the formula. The tests find the rule by its directive and ask for sample points, where they
// compare it with extrapolated differences to first and second order.
//
// Formulas are cited from the NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov (DLMF).
package rules

import (
	"embed"
	"io/fs"
)

//go:embed arith.go builtin.go explog.go special.go trig.go
var files embed.FS

// Files returns the source of the rules: the Go files of this package that hold rules and the functions that they call,
// in one directory. They import nothing but math.
func Files() fs.FS { return files }
