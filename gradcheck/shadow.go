package gradcheck

import (
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// A shadow is memory that a derivative is given, with the numbers that were put into it.
type shadow struct {
	*instance
	cells []cell
	seeds []float64
}

// newShadow returns the shadow of all that r reaches, with the given numbers in its floats. The keys of maps
// are those of the primal instance.
func (r *reach) newShadow(primal *instance, seeds []float64) *shadow {
	s := &shadow{r.shadow(primal), r.cells, seeds}
	for i, cell := range r.cells {
		s.store(cell, seeds[i])
	}
	return s
}

// loads returns the numbers that are in the shadow now.
func (s *shadow) loads() []float64 {
	list := make([]float64, len(s.cells))
	for i, cell := range s.cells {
		list[i] = s.load(cell)
	}
	return list
}

// primalOf returns the instance whose keys the shadows of x's values have.
func (c *check) primalOf(x *instance) *instance {
	if c.inputs == c.joint {
		return x
	}
	return c.inputs.instance()
}

// inputShadows returns the shadow of W for the derivative that is called with x.
func (c *check) inputShadows(x *instance, seeds []float64) *shadow {
	return c.wrt.newShadow(c.primalOf(x), seeds)
}

// resultShadows returns the shadow of the results that carry a derivative, and its values; the seeds are
// pseudo-random.
func (c *check) resultShadows() (*shadow, []reflect.Value) {
	r, err := c.reachResults(c.base)
	if err != nil {
		c.report("results", "%v", err)
		return &shadow{}, nil
	}
	s := r.newShadow(r.image.instance(), c.seeds(len(r.cells)))
	return s, s.values()
}

func (c *check) seeds(n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = c.seed()
	}
	return list
}

// compareGiven checks that the derivative left a shadow, named by the prefix and its value, as it was given.
func (c *check) compareGiven(prefix string, s *shadow) {
	c.compareLinks(prefix, s)
	for i, v := range s.loads() {
		if !sameFloat(v, s.seeds[i]) {
			c.report("given", "%s%s, which was given, is changed from %v to %v", prefix, s.image.path(s.cells[i].place), s.seeds[i], v)
		}
	}
}

// compareLinks checks that the derivative left the shape of the shadow as it was given; where f fails, beside what f itself has replaced.
func (c *check) compareLinks(prefix string, s *shadow) {
	var replaced []place
	if c.base.failed() {
		if c.inputs != c.joint {
			return
		}
		replaced = c.base.args.reshaped()
	}
	for _, p := range s.reshaped() {
		if slices.Contains(replaced, p) {
			continue
		}
		c.report("given", "%s%s, which was given, points elsewhere or has another length", prefix, s.image.path(p))
	}
}

// readings are the numbers in shadows that a derivative returned, by the cells of W. Where several shadows
// belong to one float, their numbers add up.
type readings struct {
	sum  []float64
	read []bool
}

// fresh reads the shadows that the derivative, called with x, returned for the parameters in W that satisfy
// the condition. They must have the shape of their values, share memory only as these do and none with what was
// given, and be zero where no derivative is.
func (c *check) fresh(which func(variable) bool, out []reflect.Value, x *instance, given ...*instance) readings {
	r := readings{make([]float64, len(c.wrt.cells)), make([]bool, len(c.wrt.cells))}
	owners := map[unsafe.Pointer]place{}
	w := newWalk(c.inputs)
	w.clean = true
	w.wrong = c.misshapen(c.inputs)
	w.link = func(i int, m unsafe.Pointer) {
		if p, ok := x.find(m); ok {
			c.report("shadow", "the shadow of %s shares memory with %s", c.inputs.path(c.inputs.links[i].from), c.joint.path(p))
		}
		for _, g := range given {
			if _, ok := g.find(m); ok {
				c.report("shadow", "the shadow of %s shares memory with what was given", c.inputs.path(c.inputs.links[i].from))
			}
		}
	}
	w.cell = func(cell cell, m unsafe.Pointer) {
		owner, owned := owners[m]
		switch {
		case !owned:
			owners[m] = cell.place
			c.add(&r, cell, load(m, cell.single))
		case owner != cell.place:
			c.report("shadow", "%s and %s have one shadow", c.inputs.path(owner), c.inputs.path(cell.place))
		}
	}
	for i, p := range c.sig.params {
		if p.wrt && which(p) {
			w.root(i, c.scope(p), address(out[0]))
			out = out[1:]
		}
	}
	return r
}

// add adds a number to r. Memory that f overwrites must have one shadow however it is reached.
func (c *check) add(r *readings, cell cell, v float64) {
	n := c.wrt.index[cell.place]
	if r.read[n] && c.overwritten[cell.place] {
		c.report("shadow", "%s, which f overwrites, is reached twice and has two shadows", c.inputs.path(cell.place))
	}
	r.sum[n] += v
	r.read[n] = true
}

// misshapen returns what a walk of g calls to report a shadow of another shape than its value.
func (c *check) misshapen(g *image) func(place, string, ...any) {
	return func(at place, format string, args ...any) {
		c.report("shadow", "%s %s", g.path(at), fmt.Sprintf(format, args...))
	}
}

func anyParam(variable) bool { return true }

func isValueLike(p variable) bool { return p.class == valueLike }

// compareZero checks what derivatives are returned, called by the fields of their shape, beside an error.
func (c *check) compareZero(fields []field, out []reflect.Value) {
	for i, f := range fields {
		if !isZero(out[i]) {
			c.report("error", "%s is not zero beside an error", f.name)
		}
	}
}

// isZero reports whether all floats that v leads to are zero.
func isZero(v reflect.Value) bool {
	g := &image{}
	if err := g.add([]string{""}, v); err != nil {
		return false
	}
	all := newReach(g, map[int]scope{0: {hidden: true}}).loads()
	return !slices.ContainsFunc(all, func(x float64) bool { return x != 0 })
}
