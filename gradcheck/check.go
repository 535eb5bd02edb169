package gradcheck

import (
	"errors"
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
	inputs      *image         // the arguments as differences and shadows see them: joint, or each on its own
	wrt         *reach         // the floats of W, in inputs
	overwritten map[place]bool // the floats that f overwrites, in joint
	base        outcome        // of f at the arguments
	single      bool           // float32 occurs in W or in the results
	random      *rand.Rand
	largest     float64 // the size of the largest estimate so far
	loudest     float64 // the size of the largest number that f gave in differences
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
		return sig.outcome(x, out), nil
	}
	return c, c.prepare(args, m.tol)
}

// function returns the function f, which the caller knows as name.
func function(name string, f any) (reflect.Value, error) {
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func {
		return v, fmt.Errorf("%s has type %T; it must be a function", name, f)
	}
	if v.IsNil() {
		return v, fmt.Errorf("%s is nil", name)
	}
	return v, nil
}

// learnNames takes the names of parameters and results from the source of f, or else those of the parameters
// from that of its derivative, which begins with the same ones.
func (s *signature) learnNames(f, derivative reflect.Value) {
	src, err := sourceOf(f)
	if err != nil {
		s.nameless = err
		if src, err = sourceOf(derivative); err == nil {
			s.nameless = nil
			src.results = nil
		}
	}
	s.setNames(src)
}

// outcome splits what f returned when it was called with x.
func (s *signature) outcome(x *instance, out []reflect.Value) outcome {
	o := outcome{args: x, results: out}
	if s.fails {
		o.results, o.err = out[:len(out)-1], out[len(out)-1]
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
	c.overwritten = c.writes()
	c.inputs = c.joint
	if len(c.overwritten) == 0 {
		if err := c.separate(names, values); err != nil {
			return err
		}
	}
	c.wrt = c.reachParams(c.inputs)
	c.setPrecision(tol)
	c.random = rand.New(rand.NewPCG(1, 2))
	return nil
}

// separate makes inputs an image in which the arguments share nothing, where they do share memory.
func (c *check) separate(names []string, values []reflect.Value) error {
	apart := &image{}
	for i, v := range values {
		if err := apart.add(names[i:], v); err != nil {
			return err
		}
	}
	if len(apart.regions) > len(c.joint.regions) {
		c.inputs = apart
	}
	return nil
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

// writes returns the floats that f overwrites. A value may be overwritten with itself, so f is called a second
// time with all floats changed a little.
func (c *check) writes() map[place]bool {
	changed := map[place]bool{}
	cells := c.joint.sharedFloats()
	compare := func(before, after *instance) {
		for _, cell := range cells {
			if !sameFloat(load(before.place(cell.place), cell.single), after.load(cell)) {
				changed[cell.place] = true
			}
		}
	}
	compare(c.joint.instance(), c.base.args)

	before, after := c.joint.instance(), c.joint.instance()
	for _, cell := range cells {
		v := load(before.place(cell.place), cell.single)
		v += math.Abs(v)/1024 + 1.0/(1<<20)
		before.store(cell, v)
		after.store(cell, v)
	}
	if _, err := c.primal(after); err == nil {
		compare(before, after)
	}
	return changed
}

// sharedFloats returns the floats in memory that a function can overwrite for its caller to see.
func (g *image) sharedFloats() []cell {
	var cells []cell
	for i, r := range g.regions {
		if r.role == root || r.role == key {
			continue
		}
		for j := range r.mem.Len() {
			cells = append(cells, floats(place{i, uintptr(j) * r.elem.Size()}, r.elem)...)
		}
	}
	return cells
}

// bind returns the values of the parameters for args. A variadic parameter takes any number of them, or one
// slice.
func (s *signature) bind(args []any) ([]reflect.Value, error) {
	n := len(s.params)
	if s.variadic && (len(args) != n || !assignable(args[n-1], s.params[n-1].typ)) {
		if len(args) < n-1 {
			return nil, fmt.Errorf("%d arguments for %s, which takes at least %d", len(args), s.name, n-1)
		}
		rest, err := s.collect(args[n-1:])
		if err != nil {
			return nil, err
		}
		args = append(args[:n-1:n-1], rest)
	}
	if len(args) != n {
		return nil, fmt.Errorf("%d arguments for %s, which takes %d", len(args), s.name, n)
	}
	var values []reflect.Value
	for i, a := range args {
		v, err := s.argument(a, s.params[i].name, s.params[i].typ)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// collect returns the slice for a variadic parameter; as in a call, it is nil for no arguments.
func (s *signature) collect(args []any) (any, error) {
	p := s.params[len(s.params)-1]
	list := reflect.Zero(p.typ)
	for _, a := range args {
		v, err := s.argument(a, p.name, p.typ.Elem())
		if err != nil {
			return nil, err
		}
		list = reflect.Append(list, v)
	}
	return list.Interface(), nil
}

func assignable(arg any, t reflect.Type) bool {
	return arg != nil && reflect.TypeOf(arg).AssignableTo(t)
}

// argument returns arg as a value of type t: one that is assignable to it, nil, or a number that could be
// written as a constant of type t.
func (s *signature) argument(arg any, name string, t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	a := reflect.ValueOf(arg)
	switch {
	case arg == nil && canBeNil(t):
	case arg == nil:
		return v, fmt.Errorf("argument %s of %s is nil; it must be a %v", name, s.name, t)
	case a.Type().AssignableTo(t):
		v.Set(a)
	case isConstant(a, t):
		v.Set(a.Convert(t))
	default:
		return v, fmt.Errorf("argument %s of %s is a %v; it must be a %v", name, s.name, a.Type(), t)
	}
	return v, nil
}

func canBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	}
	return false
}

// isConstant reports whether a, which has the default type of a constant, could be written where a value of
// type t is wanted.
func isConstant(a reflect.Value, t reflect.Type) bool {
	number := reflect.TypeFor[float64]()
	switch a.Type() {
	case reflect.TypeFor[string](), reflect.TypeFor[bool]():
		return t.Kind() == a.Kind()
	case reflect.TypeFor[int](), number:
		if isFloat(t) {
			return true
		}
		return t.ConvertibleTo(number) && a.Convert(number).Equal(a.Convert(t).Convert(number))
	}
	return false
}

// A panicked is the error for a call that panicked.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint(p.value) }

// call calls fn, whose last argument is a slice where it is variadic.
func call(fn reflect.Value, in []reflect.Value) (out []reflect.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked{p}
		}
	}()
	if fn.Type().IsVariadic() {
		return fn.CallSlice(in), nil
	}
	return fn.Call(in), nil
}

// derive calls the derivative with x and what else it is given, and checks what it does to the memory and
// the error of f. It returns the results without the error, or false where there are none.
func (c *check) derive(x *instance, more ...reflect.Value) ([]reflect.Value, bool) {
	out, err := call(c.derivative, append(x.values(), more...))
	if p := (panicked{}); errors.As(err, &p) {
		c.report("panic", "the derivative panics: %v", p.value)
		return nil, false
	}
	o := c.sig.outcome(x, out)
	c.compareErrors(o)
	newComparison(c.base.args, x, func(where, format string, args ...any) {
		c.report("memory", "memory after the call: %s %s", where, fmt.Sprintf(format, args...))
	}).memory()
	return o.results, true
}

// compareErrors checks that the derivative returns the error of f.
func (c *check) compareErrors(o outcome) {
	if !c.sig.fails {
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
