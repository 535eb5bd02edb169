package gradcheck

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"unsafe"
)

// product are the default tolerances of Adjoint, which has no error but rounding.
var product = tolerances{1e-10, 1e-4}

// Adjoint checks that vjp and jvp, of the forms FVJP and FJVP for the same F, belong together: that
// ⟨v, Jᵀu⟩ = ⟨Jv, u⟩ for pseudo-random u and v, to 1e-10 of the sum of the sizes of all terms (1e-4 where
// float32 occurs). It takes no differences, so that it sees errors that these cannot; but it does not see one
// that both derivatives make. Results and memory must be the same too. Where F returns an error, both must return
// it, derivatives that are zero, and shadows as they were given. A variadic argument is given as a slice.
func Adjoint(t testing.TB, vjp, jvp any, args ...any) {
	t.Helper()
	c, err := newAdjointCheck(vjp, jvp, args)
	if err != nil {
		t.Fatalf("gradcheck.Adjoint: %v", err)
		return
	}
	c.checkAdjoint()
	if len(c.list) > 0 && c.writesUnseen() {
		c.checkAdjoint()
	}
	tell(t, "Adjoint", &c.check)
}

// An adjointCheck is a check in which the forward mode stands for f.
type adjointCheck struct {
	check
	jvp reflect.Value
}

func newAdjointCheck(vjp, jvp any, args []any) (*adjointCheck, error) {
	reverse, err := function("vjp", vjp)
	if err != nil {
		return nil, err
	}
	forward, err := function("jvp", jvp)
	if err != nil {
		return nil, err
	}
	args, o, err := splitOptions(args)
	if err != nil {
		return nil, err
	}
	sig, err := commonSignature(reverse, forward, len(args), o.wrt)
	if err != nil {
		return nil, err
	}
	c := &adjointCheck{check{options: o, sig: sig, derivative: reverse}, forward}
	c.primal = func(x *instance) (outcome, error) {
		r := c.reachParams(x.image)
		o, _, err := c.push(x, r.newShadow(x, make([]float64, len(r.cells))))
		return o, err
	}
	return c, c.prepare(args, product)
}

// commonSignature returns the signature of the function with n parameters that the two are derivatives of.
func commonSignature(vjp, jvp reflect.Value, n int, wrt []string) (*signature, error) {
	all := newSignature(jvp)
	if len(all.params) < n {
		return nil, fmt.Errorf("%d arguments for %s, which takes %d", n, all.name, len(all.params))
	}
	src, err := sourceOf(jvp)
	all.nameless = err
	misfit := errors.New("the two are not of the forms FVJP and FJVP")
	for m := range len(all.results) + 1 {
		s := *all
		s.params, s.results = all.params[:n:n], all.results[:m:m]
		s.setNames(source{params: src.params})
		if _, err := s.resolve(wrt, demand{jvpShape, jvp.Type()}); err != nil {
			continue
		}
		common, err := s.resolve(wrt, demand{jvpShape, jvp.Type()}, demand{vjpShape, vjp.Type()})
		if err == nil {
			return common, nil
		}
		misfit = err
	}
	return nil, misfit
}

// push calls the forward mode with tangents and returns what f returned, and the tangents of the results.
func (c *adjointCheck) push(x *instance, tangents *shadow) (outcome, []reflect.Value, error) {
	out, err := call(c.jvp, append(x.values(), c.wrtRoots(tangents)...))
	if err != nil {
		return outcome{}, nil, err
	}
	o := c.sig.outcome(x, out, len(out)-1)
	n := len(c.sig.results)
	results, returned := o.results[:n], o.results[n:]
	o.results = results
	return o, returned, nil
}

func (c *adjointCheck) checkAdjoint() {
	along := c.tangent().speeds()
	tangents, returned, pushed := c.pushForward(along)
	adjoints, seeds, pulled := c.pullBack()
	if !pushed || !pulled {
		return
	}
	reverse, reverseSize := dot(along, adjoints)
	left, leftSize := dot(seeds.memory, tangents.loads())
	out, outSize := dot(seeds.results, c.resultTangents(returned))
	size := max(reverseSize, leftSize+outSize)
	if diff := math.Abs(reverse - (left + out)); !(diff <= c.tol*size) {
		c.report("product", "⟨v, Jᵀu⟩ is %v and ⟨Jv, u⟩ is %v: they differ by %.2g of the size of their terms", reverse, left+out, diff/size)
	}
}

// pushForward calls the forward mode with the tangents along and returns the shadow with them as it left it, and
// the tangents of the results. It is false where there are none. All else must be as it is where tangents are zero:
// that stands for f.
func (c *adjointCheck) pushForward(along []float64) (*shadow, []reflect.Value, bool) {
	x := c.joint.instance()
	tangents := c.inputShadows(x, along)
	o, returned, err := c.push(x, tangents)
	if err != nil {
		c.report("panic", "the forward mode panics: %v", err)
		return nil, nil, false
	}
	c.about = "the forward mode where tangents are not zero: "
	defer func() { c.about = "" }()
	c.compareErrors(o)
	c.compareMemory(x)
	c.compareResults(o.results, x)
	if c.base.failed() {
		c.compareZero(c.sig.carried(), returned)
		c.compareKept(tangents, "beside an error")
		return nil, nil, false
	}
	return tangents, returned, true
}

// resultTangents returns the floats of the tangents of the results, in the order in which results are read.
func (c *adjointCheck) resultTangents(returned []reflect.Value) []float64 {
	r, err := c.reachResults(c.base)
	if err != nil {
		c.report("results", "%v", err)
		return nil
	}
	list := make([]float64, len(r.cells))
	w := newWalk(r.image)
	w.wrong = c.misshapen(r.image)
	w.cell = func(cell cell, m unsafe.Pointer) { list[r.index[cell.place]] = load(m, cell.single) }
	for i, v := range returned {
		w.root(i, r.scopes[i], address(v))
	}
	return list
}

// dot returns the inner product of a and b, and that of their absolute values. Where a is zero the term is zero,
// whatever b is.
func dot(a, b []float64) (sum, size float64) {
	for i, x := range a {
		if x != 0 {
			sum += x * b[i]
			size += math.Abs(x * b[i])
		}
	}
	return sum, size
}
