package gradcheck

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
)

// A mode is a kind of derivative.
type mode struct {
	name  string
	shape func(*signature) (shape, error)
	tol   tolerances
	check func(*check)
}

// tolerances are the default relative tolerances, by precision.
type tolerances struct{ double, single float64 }

var (
	firstOrder  = tolerances{1e-6, 1e-2}
	secondOrder = tolerances{1e-5, 1e-1}
)

// A check is one comparison of a derivative with f at some arguments.
type check struct {
	findings
	options
	sig        *signature
	primal     func(*instance) (outcome, error) // calls f
	derivative reflect.Value

	joint       *image         // the arguments, sharing memory as the caller's do
	inputs      *image         // the arguments as differences and shadows see them: they share what f overwrites
	groups      [][]int        // the arguments that share memory in inputs
	wrt         *reach         // the floats of W, in inputs
	constants   []bool         // which of these the derivative takes for constants
	overwritten map[place]bool // the floats that f overwrites, in inputs
	base        outcome        // of f at the arguments
	rest        outcome        // the same of f at inputs
	single      bool           // float32 occurs in W or in the results
	random      *rand.Rand
	slopeSize   float64 // the size of the largest estimate so far
	valueSize   float64 // the size of the largest number that f gave in differences
}

// An outcome is what a call of f left.
type outcome struct {
	args    *instance
	results []reflect.Value // without the error
	err     reflect.Value   // the error, where f has one
}

// failed reports whether f returned an error.
func (o outcome) failed() bool { return o.err.IsValid() && !o.err.IsNil() }

// newCheck sets up the check of derivative, or says why it cannot be one.
func newCheck(m mode, f, derivative any, args []any) (*check, error) {
	fn, err := function("f", f)
	if err != nil {
		return nil, err
	}
	d, err := function("derivative", derivative)
	if err != nil {
		return nil, err
	}
	args, o, err := splitOptions(args)
	if err != nil {
		return nil, err
	}
	sig := newSignature(fn)
	sig.learnNames(fn, d)
	if sig, err = sig.resolve(o.wrt, demand{m.shape, d.Type()}); err != nil {
		return nil, err
	}
	c := &check{options: o, sig: sig, derivative: d}
	c.primal = func(x *instance) (outcome, error) {
		out, err := call(fn, x.values())
		if err != nil {
			return outcome{}, err
		}
		return sig.outcome(x, out, sig.errAt), nil
	}
	return c, c.prepare(args, m.tol)
}

// outcome splits what f, or a derivative, returned when it was called with x. At is where an error is: last in derivatives.
func (s *signature) outcome(x *instance, out []reflect.Value, at int) outcome {
	o := outcome{args: x, results: out}
	if s.errAt >= 0 {
		o.results, o.err = slices.Delete(slices.Clone(out), at, at+1), out[at]
	}
	return o
}

// prepare copies the arguments and calls f to see what it does with them.
func (c *check) prepare(args []any, tol tolerances) error {
	values, err := c.sig.bind(args)
	if err != nil {
		return err
	}
	var names []string
	for _, p := range c.sig.params {
		names = append(names, p.name)
	}
	c.joint = &image{}
	if err := c.joint.add(names, values...); err != nil {
		return err
	}
	if c.base, err = c.primal(c.joint.instance()); err != nil {
		return fmt.Errorf("%s panics at these arguments: %w", c.sig.name, err)
	}
	c.join()
	if err := c.separate(names, values); err != nil {
		return err
	}
	c.setPrecision(tol)
	return c.findConstants()
}

// setInputs sets what differences and shadows see.
func (c *check) setInputs(g *image, groups [][]int) {
	c.inputs, c.groups = g, groups
	c.overwritten = c.writes()
	c.wrt = c.reachParams(g)
	c.random = rand.New(rand.NewPCG(1, 2))
}

// reachParams returns what is reached from the parameters in W.
func (c *check) reachParams(g *image) *reach {
	scopes := map[int]scope{}
	for i, p := range c.sig.params {
		if p.wrt {
			scopes[i] = c.scope(p)
		}
	}
	return newReach(g, scopes)
}

// scope returns which floats of a parameter or result count.
func (c *check) scope(v variable) scope { return scope{c.sig.pkg, v.hidden} }

// setPrecision finds out whether float32 occurs, and sets the tolerance where the caller did not.
func (c *check) setPrecision(tol tolerances) {
	cells := c.wrt.cells
	if r, err := c.reachResults(c.base); err == nil {
		cells = slices.Concat(cells, r.cells)
	}
	for _, cell := range cells {
		c.single = c.single || cell.single
	}
	switch {
	case c.tol != 0:
	case c.single:
		c.tol = tol.single
	default:
		c.tol = tol.double
	}
}

// writes returns the floats of inputs that f overwrites. A value may be overwritten with itself, so f is called again
// with all floats changed a little, those of values that it is given among them.
func (c *check) writes() map[place]bool {
	changed := map[place]bool{}
	all, cells := c.inputs.inputFloats(), c.inputs.sharedFloats()
	random := rand.New(rand.NewPCG(3, 4))
	for run := range 4 {
		before, after := c.inputs.instance(), c.inputs.instance()
		for _, cell := range all {
			v := load(before.place(cell.place), cell.single)
			if run > 0 {
				v += (math.Abs(v)/1024 + 1.0/(1<<20)) * random.Float64()
			}
			before.store(cell, v)
			after.store(cell, v)
		}
		if _, err := c.primal(after); err != nil {
			continue
		}
		for _, cell := range cells {
			if !sameFloat(load(before.place(cell.place), cell.single), after.load(cell)) {
				changed[cell.place] = true
			}
		}
	}
	return changed
}

// inputFloats returns the floats of an image but those of keys.
func (g *image) inputFloats() []cell {
	return g.floatsIn(func(r role) bool { return r != key })
}

// sharedFloats returns the floats in memory that a function can overwrite for its caller to see.
func (g *image) sharedFloats() []cell {
	return g.floatsIn(func(r role) bool { return r != root && r != key })
}

// floatsIn returns the floats of the regions with certain roles.
func (g *image) floatsIn(in func(role) bool) []cell {
	var cells []cell
	for i, r := range g.regions {
		if in(r.role) {
			cells = append(cells, g.floatsOf(i)...)
		}
	}
	return cells
}

// floatsOf returns the floats of region i.
func (g *image) floatsOf(i int) []cell {
	var cells []cell
	r := g.regions[i]
	for j := range r.mem.Len() {
		cells = append(cells, floats(place{i, uintptr(j) * r.elem.Size()}, r.elem)...)
	}
	return cells
}

// derive calls the derivative with x and what else it is given, and checks what it does to the memory and
// the error of f. It returns the results without the error, or false where there are none.
func (c *check) derive(x *instance, more ...reflect.Value) ([]reflect.Value, bool) {
	out, err := call(c.derivative, append(x.values(), more...))
	if err != nil {
		c.report("panic", "the derivative panics: %v", err)
		return nil, false
	}
	o := c.sig.outcome(x, out, len(out)-1)
	c.compareErrors(o)
	c.compareMemory(x)
	return o.results, true
}

// compareMemory checks that x, which the derivative was called with, is what f alone leaves.
func (c *check) compareMemory(x *instance) {
	newComparison(c.base.args, x, func(where, format string, args ...any) {
		c.report("memory", "memory after the call: %s %s", where, fmt.Sprintf(format, args...))
	}).memory()
}

// compareErrors checks that the derivative returns the error of f.
func (c *check) compareErrors(o outcome) {
	if c.sig.errAt < 0 {
		return
	}
	want, got := c.base.err.Interface(), o.err.Interface()
	if reflect.TypeOf(want) != reflect.TypeOf(got) || fmt.Sprint(want) != fmt.Sprint(got) {
		c.report("error", "the derivative returns the error %v, want %v", got, want)
	}
}

// compareResults checks that the derivative, called with x, returns the results of f.
func (c *check) compareResults(out []reflect.Value, x *instance) {
	same := newComparison(c.base.args, x, func(where, format string, args ...any) {
		c.report("results", "result %s %s", where, fmt.Sprintf(format, args...))
	})
	for i, want := range c.base.results {
		name := c.sig.results[i].name
		same.value(want.Type(), address(want), address(out[i]), func(by uintptr) string { return subpath(name, want.Type(), nil, by) })
	}
}
