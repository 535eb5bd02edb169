package judge

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
)

// Case is a function with its derivatives. Derivatives that do not exist are nil.
type Case struct {
	// Name is what verdicts call the case.
	Name string
	// Params are the names of F's parameters, the receiver first.
	Params []string
	// Wrt are the indices of the parameters in W, ascending; nil means all that carry a derivative.
	Wrt []int
	// F is the function; a method is given as a method expression.
	F any
	// Wide is F with float64 in place of float32, or nil where F has no float32.
	Wide any
	// VJP, JVP, HVP, Grad, ValueGrad, Jacobian and Hessian are the derivatives.
	VJP, JVP, HVP, Grad, ValueGrad, Jacobian, Hessian any
	// Seed determines arguments and directions.
	Seed uint64
	// Points is the number of points; 0 means 3.
	Points int
	// Spare says that slice arguments have spare capacity.
	Spare bool
	// Aliased says that slice arguments may share memory, if all that carry a derivative are in W. A derivative may
	// then panic with a reason where F writes.
	Aliased bool
}

// Verdict is what Judge found.
type Verdict struct {
	// Points counts points at which F returned without an error, Skipped those of them at which differences
	// said nothing.
	Points, Skipped int
	// Panics and Errors count points at which F panicked or returned an error.
	Panics, Errors int
	// Vanished says that all derivatives were zero at every point.
	Vanished bool
	// Failure says what is wrong; empty means nothing.
	Failure string
	// Undefined says that what is wrong is a derivative that is not a number, at point At.
	Undefined bool
	At        int
}

// tolerances of comparisons, for float64 and for programs with float32.
type tolerances struct {
	adjoint  float64 // between modes
	quotient float64 // between a derivative and differences
}

// Judge runs the derivatives of c at random points, up to the first failure.
func Judge(c Case) Verdict {
	v := Verdict{Vanished: true}
	c.complete()
	if err := c.signatures(); err != nil {
		v.Failure = err.Error()
		return v
	}
	for i := range c.Points {
		p := newPoint(&c, uint64(i))
		if err := p.judge(&v); err != nil {
			v.Failure = fmt.Sprintf("point %d (%s): %v", i, p.arguments(), err)
			v.Undefined, v.At = errors.As(err, new(undefined)), i
			return v
		}
	}
	return v
}

// complete fills in what c leaves to the judge.
func (c *Case) complete() {
	if c.Points == 0 {
		c.Points = 3
	}
	if c.Wrt == nil {
		c.Wrt = differentiable(reflect.TypeOf(c.F))
	}
}

// differentiable returns the indices of the parameters of f that carry a derivative.
func differentiable(f reflect.Type) []int {
	var is []int
	for i, t := range inTypes(f) {
		if classify(t) != passive {
			is = append(is, i)
		}
	}
	return is
}

// btoi returns 1 for true.
func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// point is a set of arguments, with what F makes of them.
type point struct {
	*Case
	rng  *rand.Rand
	tol  tolerances
	tiny float64         // above it no cancellation explains that a derivative is not linear, below it …
	zero float64         // … and what is smaller than this may have underflowed
	args []reflect.Value // variables; never written
	x    []float64       // what the cells in W hold
	want run
}

// run is what a call left behind.
type run struct {
	results []reflect.Value
	panics  string // empty where it returned
	memory  string // results and memory, to the bit
}

func newPoint(c *Case, i uint64) *point {
	p := &point{Case: c, rng: rand.New(rand.NewPCG(c.Seed, i)), tol: tolerances{1e-8, 1e-5}, tiny: 1e-12, zero: 1e-60}
	if c.Wide != nil {
		p.tol, p.tiny, p.zero = tolerances{2e-3, 5e-3}, 1e-5, 1e-36
	}
	t := reflect.TypeOf(c.F)
	d := drawer{rng: p.rng, spare: c.Spare, aliased: c.Aliased && len(c.Wrt) == len(differentiable(t))}
	for i := range t.NumIn() {
		v := reflect.New(t.In(i)).Elem()
		d.value(v)
		p.args = append(p.args, v)
	}
	p.x = numbers(p.inputs(p.args))
	return p
}

// arguments prints the arguments.
func (p *point) arguments() string {
	var parts []string
	for i, a := range p.args {
		parts = append(parts, fmt.Sprintf("%s = %s", p.Params[i], plain(a)))
	}
	return strings.Join(parts, ", ")
}

// plain prints v with what its pointers point to.
func plain(v reflect.Value) string {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		return "&" + plain(v.Elem())
	}
	return fmt.Sprintf("%+v", v.Interface())
}

// inW returns those of the arguments that belong to W and are value-like, or are not.
func (p *point) inW(args []reflect.Value, ofValues bool) []reflect.Value {
	var vs []reflect.Value
	for _, w := range p.Wrt {
		if v := args[w]; (classify(v.Type()) == valueLike) == ofValues {
			vs = append(vs, v)
		}
	}
	return vs
}

// scalars returns the arguments in W whose derivative is a result of FVJP.
func (p *point) scalars(args []reflect.Value) []reflect.Value { return p.inW(args, true) }

// kept returns the arguments in W that have shadows in memory; their cells are part of y too.
func (p *point) kept(args []reflect.Value) []reflect.Value { return p.inW(args, false) }

// inputs returns the cells of x.
func (p *point) inputs(args []reflect.Value) []cell {
	return append(cells(p.scalars(args)...), cells(p.kept(args)...)...)
}

// label names an element of x.
func (p *point) label(i int) string {
	for _, ofValues := range []bool{true, false} {
		for _, w := range p.Wrt {
			one := []reflect.Value{p.args[w]}
			if (classify(one[0].Type()) == valueLike) != ofValues {
				continue
			}
			n := len(cells(one...))
			if i < n {
				return fmt.Sprintf("%s, float %d", p.Params[w], i)
			}
			i -= n
		}
	}
	return "shared memory"
}

// judge compares all derivatives at the point, and counts what it did in v.
func (p *point) judge(v *Verdict) error {
	args := copies(p.args, nil)
	p.want = call(reflect.ValueOf(p.F), args, args)
	if p.Aliased {
		p.dropRefusals()
	}
	switch {
	case p.want.panics != "":
		v.Panics++
		return p.panics()
	case p.failed():
		v.Errors++
		return p.errors()
	}
	v.Points++
	y := numbers(append(places(p.want.results...), places(args...)...))
	if !within(y, 1e100) {
		v.Skipped++
		return nil
	}
	m, err := p.measure()
	if err != nil {
		return err
	}
	v.Vanished = v.Vanished && m.vanishes(len(cells(p.scalars(args)...)))
	if err := errors.Join(p.compareModes(m), p.compareJacobian(m)); err != nil {
		return err
	}
	if !within(y, 1e6) {
		v.Skipped++
		return nil
	}
	skipped, err := p.compareDifferences(m)
	for _, d := range p.products() {
		if err == nil && p.Wide == nil && len(p.x) > 0 {
			var more bool
			more, err = p.compareSecond(d)
			skipped = skipped || more
		}
	}
	v.Skipped += btoi(skipped)
	return err
}

// within reports whether numbers are finite and smaller than limit.
func within(xs []float64, limit float64) bool {
	for _, x := range xs {
		if !(math.Abs(x) < limit) {
			return false
		}
	}
	return true
}

// call calls fn and notes the memory that args, its own arguments among them, lead to.
func call(fn reflect.Value, in, args []reflect.Value) (r run) {
	held := regions(args)
	defer func() {
		if e := recover(); e != nil {
			r.panics = fmt.Sprintf("panic: %v", e)
		}
	}()
	if fn.Type().IsVariadic() {
		r.results = variables(fn.CallSlice(in))
	} else {
		r.results = variables(fn.Call(in))
	}
	r.memory = dump(append(held, args...)...)
	return r
}

// failed reports whether F returned an error.
func (p *point) failed() bool { return failed(p.want.results) }

func failed(results []reflect.Value) bool {
	n := len(results)
	return n > 0 && results[n-1].Kind() == reflect.Interface && !results[n-1].IsNil()
}

// outputs returns the results that carry a derivative.
func outputs(results []reflect.Value) []reflect.Value {
	var out []reflect.Value
	for _, r := range results {
		if classify(r.Type()) != passive {
			out = append(out, r)
		}
	}
	return out
}

// returned compares what a derivative returned and left in memory with what F did. From the results of the
// derivative it returns those that are not F's.
func (p *point) returned(name string, r run, values bool) ([]reflect.Value, error) {
	if r.panics != "" {
		return nil, fmt.Errorf("%s: %s; F returns", name, r.panics)
	}
	if r.memory != p.want.memory {
		return nil, fmt.Errorf("%s: memory after the call is\n%s, F leaves\n%s", name, r.memory, p.want.memory)
	}
	if !values {
		return r.results, nil
	}
	mine, rest := p.split(r.results)
	if got, want := dump(mine...), dump(p.want.results...); got != want {
		return nil, fmt.Errorf("%s: returns\n%s, F returns\n%s", name, got, want)
	}
	return rest, nil
}

// split returns F's own results among those of a derivative, an error last, and the others.
func (p *point) split(results []reflect.Value) (mine, rest []reflect.Value) {
	n := len(p.want.results)
	if p.fallible() {
		last := len(results) - 1
		return append(results[:n-1:n-1], results[last]), results[n-1 : last]
	}
	return results[:n], results[n:]
}

// fallible reports whether F has an error as its last result.
func (c *Case) fallible() bool {
	t := reflect.TypeOf(c.F)
	return t.NumOut() > 0 && t.Out(t.NumOut()-1) == errorType
}

// agree reports whether two modes agree that a derivative is a and b: see the function agree.
func (p *point) agree(a, b, scale float64) bool {
	return agree(a, b, scale, p.tol.adjoint) || math.Abs(a-b) <= p.zero
}

// agree reports whether a and b agree to tol relative to scale, which covers what cancelled in them. What is tiny may be zero: products
// underflow in the order of one mode and not in that of the other.
func agree(a, b, scale, tol float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return a == b || math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Abs(a-b) <= tol*(math.Abs(a)+math.Abs(b)+scale)+1e-60
}
