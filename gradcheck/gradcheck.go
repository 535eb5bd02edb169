package gradcheck

import "testing"

// Grad checks that derivative, of the form FGrad(p1..pn) (d_p for p in W), returns the gradient of f at args.
func Grad(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"Grad", gradShape, firstOrder, checkGrad}, f, derivative, args)
}

// ValueGrad checks that derivative, of the form FValueGrad(p1..pn) (r1..rm, d_p for p in W), returns the results
// of f and its gradient at args.
func ValueGrad(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"ValueGrad", valueGradShape, firstOrder, checkValueGrad}, f, derivative, args)
}

// VJP checks that derivative, of the form
//
//	FVJP(p1..pn, d_p for p in W that is not value-like, d_r1..d_rm) (r1..rm, d_p for value-like p in W)
//
// returns the results of f at args and, for pseudo-random adjoints of results and memory, the adjoints of the
// parameters: added to the shadows given where f only reads memory, in place of the seeds where f overwrites it.
//
// The adjoint of a result shares no memory with anything. Where parts of the result overlap, as the rows of
// [][]float64{w, w[1:]} do, each slice has an adjoint of its own, and an element that several of them show gets the
// sum of theirs. Only a pointer or a map that is reached twice has one adjoint.
func VJP(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"VJP", vjpShape, firstOrder, checkVJP}, f, derivative, args)
}

// JVP checks that derivative, of the form FJVP(p1..pn, d_p for p in W) (r1..rm, d_r1..d_rm), returns the results
// of f at args and their tangents for a pseudo-random direction, and leaves the tangents of memory.
func JVP(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"JVP", jvpShape, firstOrder, checkJVP}, f, derivative, args)
}

// HVP checks that derivative, of the form FHVP(p1..pn, v_p for p in W) (h_p for p in W), returns the product of
// the Hessian of f at args and a pseudo-random direction.
func HVP(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"HVP", hvpShape, secondOrder, checkHVP}, f, derivative, args)
}

// Hessian checks that derivative, of the form FHessian(p1..pn) ([][]E), or an E where the one parameter in W is
// a scalar, returns the second derivatives of f at args.
func Hessian(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"Hessian", hessianShape, secondOrder, checkHessian}, f, derivative, args)
}

// Jacobian checks that derivative, of the form FJacobian(p1..pn) ([][]E), returns a row of first derivatives for
// each output of f at args.
func Jacobian(t testing.TB, f, derivative any, args ...any) {
	t.Helper()
	run(t, mode{"Jacobian", jacobianShape, firstOrder, checkJacobian}, f, derivative, args)
}
