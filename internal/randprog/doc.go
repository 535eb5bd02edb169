// Package randprog draws small random Go programs and judges the derivatives that a compiler makes of them.
//
// # The programs
//
// A [Program] is one source file with a function F that carries godiff's directives, and the types, methods and
// functions that F calls. [Generate] draws it from a seed: equal seeds give equal text. Random text would not
// compile, and random arithmetic would overflow, so every choice keeps five invariants:
//
//   - Types: an expression is drawn for a type, from the variables that are visible where it stands. A name that
//     the program hides (a parameter called len) is not used for what it hides.
//
//   - Ranges: an index is a constant below the least length of its slice, the variable of a loop over that slice,
//     or is reduced modulo the length. A slice in memory, an argument or a result has between 2 and 6 elements.
//
//   - Magnitude: every expression has a bound that holds if each variable it reads is about 3. One that exceeds
//     what its place may hold is scaled or wrapped:
//
//     s = s*t*u   →   s = math.Sin(s * t * u)
//
//     Divisors are 1 + x*x or constants, factors of *= are at most about 1. So nothing overflows, and a
//     derivative is neither lost below the rounding of a difference quotient nor chaotic.
//
//   - Time: loops have a trip count bounded by construction, and a call is only made where the product of the
//     trip counts around it and the cost of the callee is small.
//
//   - Defined order: a call that may write memory is a statement of its own, since Go leaves open when an
//     operand that reads that memory is evaluated.
//
// What the derivative of a program depends on is to vary: control flow with every kind of exit, every way to give memory a second name,
// functions in every form, in data and of another package (other, which also has rules for a type of a third, gauge). Constructs need
// each other (a type switch needs an interface, which needs types with methods), so what is declared is followed, now and then, by a use
// of it. A [Census] counts in how many programs each kind of node, exit, alias and construct occurs.
//
// Go's rule that a variable must be used is met at the end of each block: what nothing has read is added to
// something that lives on, so that little of a program is dead.
//
// # The judge
//
// Package judge runs F and its derivatives. F is seen as a map from the floats x behind the parameters in W to
// the floats y in its results and in the memory behind the parameters after the call. With J its Jacobian,
//
//	FJVP computes  J·u   from tangents u   (memory: updated in place)
//	FVJP computes  Jᵀ·v  from adjoints v   (memory: the shadow holds v on entry, Jᵀ·v on return)
//
// so ⟨v, J·u⟩ = ⟨Jᵀ·v, u⟩ for all u and v, nearly to the last bit. Both modes can be wrong together, hence J·u is also
// compared with extrapolated central differences. Where these do not converge (a kink, or another branch taken
// nearby) they say nothing: such points are counted as skipped. For float32 the difference quotients are those of
// a twin of the program in which float32 is spelled float64. Results and memory must agree with F's to the bit.
//
// # The harness
//
// [Check] writes programs into a scratch module, many to a package, since one go build of 500 programs takes seconds
// and 500 builds take minutes. Identifiers of the package level get a suffix:
//
//	type Body struct{ X float64 }        type Body0017 struct{ X float64 }
//	func F(b *Body) float64          →   func F0017(b *Body0017) float64
//
// It then has the derivatives made, drops the programs that were refused, builds a driver, runs it, and reports.
// A Generate that panics or fails without naming a file costs many runs, for the guilty are found by halving; it is
// better that it turns its own mistakes into diagnostics with a position too.
//
// [Minimise] shrinks a failing program by removing and replacing pieces of its syntax tree while it still compiles
// and still fails.
//
// # In tests
//
//	go test ./internal/randprog -run RandomPrograms -randprog.n=5000 -randprog.seed=10000
//	go test ./internal/randprog -run RandomPrograms -randprog.n=20000 -timeout=2h -v
//	go test ./internal/randprog -run RandomPrograms -randprog.n=1 -randprog.seed=17 -randprog.minimise
//	go test ./internal/randprog -run RandomPrograms -randprog.without=pointer,append-loop
//	go test ./internal/randprog -fuzz FuzzPrograms
//
// With -v the census is printed.
package randprog
