package gradcheck

import (
	"math"
	"reflect"
	"slices"
	"unsafe"
)

// checkJVP checks a derivative of the form FJVP: the tangents that it returns, and those that it leaves for the
// memory of the parameters, must be the derivatives of results and memory along the tangents given.
func checkJVP(c *check) {
	x := c.joint.instance()
	along := c.tangent()
	given := c.inputShadows(x, along.speeds())
	out, ok := c.derive(x, c.wrtRoots(given)...)
	if !ok {
		return
	}
	n := len(c.sig.results)
	c.compareResults(out[:n], x)
	if c.base.failed() {
		c.compareZero(c.sig.carried(), out[n:])
		return
	}
	c.compareKept(given, "though f does not overwrite its value")
	want := c.slopes(c.readAfter, nil, along, c.plansAlong(along))
	c.judge(c.tangents(outcome{args: x, results: out[:n]}, given, out[n:], want))
}

// speeds returns how fast the floats move along d.
func (d direction) speeds() []float64 {
	list := make([]float64, len(d))
	for i, v := range d {
		list[i] = v.by
	}
	return list
}

// wrtRoots returns the shadows of the parameters in W.
func (c *check) wrtRoots(s *shadow) []reflect.Value {
	var list []reflect.Value
	for i, v := range s.values() {
		if c.sig.params[i].wrt {
			list = append(list, v)
		}
	}
	return list
}

// reachAfter returns what is reached, when f has returned, from the parameters in W and then from the results.
func (c *check) reachAfter(o outcome) (*reach, error) {
	g, scopes := &image{}, map[int]scope{}
	var names []string
	var values []reflect.Value
	at := map[int]int{} // positions among those in W
	for i, v := range o.args.values() {
		if p := c.sig.params[i]; p.wrt {
			at[i] = len(values)
			scopes[len(values)] = c.scope(p)
			names, values = append(names, p.name), append(values, v)
		}
	}
	var groups [][]int
	for _, group := range c.groups {
		var members []int
		for _, i := range group {
			if c.sig.params[i].wrt {
				members = append(members, at[i])
			}
		}
		groups = append(groups, members)
	}
	if err := g.addGroups(groups, names, values); err != nil {
		return nil, err
	}
	if err := c.addResults(g, scopes, o); err != nil {
		return nil, err
	}
	return newReach(g, scopes), nil
}

// readAfter is the reading of all that f leaves: memory and results.
func (c *check) readAfter(o outcome) []float64 {
	r, err := c.reachAfter(o)
	if err != nil {
		return nil
	}
	return r.loads()
}

// tangents returns an item for each number of readAfter: its tangent in the shadows given or in those returned, beside
// its estimate. A number that is reached twice may have two. It reports tangents of another shape than what they
// belong to, and those that share memory otherwise.
func (c *check) tangents(o outcome, given *shadow, returned []reflect.Value, want []estimate) []item {
	r, err := c.reachAfter(o)
	if err != nil {
		c.report("results", "%v", err)
		return nil
	}
	if len(r.cells) != len(want) {
		c.report("shadow", "%d tangents for %d values", len(r.cells), len(want))
		return nil
	}
	var items []item
	known := map[mirrored]bool{}
	w := newWalk(r.image)
	w.clean = true
	w.wrong = c.misshapen(r.image)
	w.cell = func(cell cell, m unsafe.Pointer) {
		if known[mirrored{cell.place, m}] {
			return
		}
		known[mirrored{cell.place, m}] = true
		if math.IsNaN(r.image.load(cell)) && c.keeps(r.image, cell.place, m, given) {
			return
		}
		i := r.index[cell.place]
		if c.isConstant(r.image, cell.place) {
			want[i] = estimate{}
		}
		kind := r.image.regions[r.image.roots[r.owner[i]]].name
		items = append(items, item{"d" + kind, "d" + r.image.path(cell.place), load(m, cell.single), want[i]})
	}
	w.link = func(i int, m unsafe.Pointer) { c.compareAliasing(r.image, r.image.links[i], m, o.args, given) }
	for i, mirror := range append(c.wrtRoots(given), returned...) {
		w.root(i, r.scopes[i], address(mirror))
	}
	return items
}

// keeps reports whether f leaves what is at a place of an image, and m is the tangent that was given for it: this is
// compared by compareKept.
func (c *check) keeps(g *image, at place, m unsafe.Pointer, given *shadow) bool {
	if g.regions[at.region].role == root && slices.Index(g.roots, at.region) < len(c.sig.wrt()) {
		return true
	}
	p, ok := given.find(m)
	return ok && !c.overwritten[p]
}

// mirrored is a place with the memory that mirrors it.
type mirrored struct {
	place
	mirror unsafe.Pointer
}

// compareAliasing checks that the tangent m of what link l of an image points to lies where it must: in the
// tangent given for it where l points into memory of an argument x, else in memory of its own.
func (c *check) compareAliasing(g *image, l link, m unsafe.Pointer, x *instance, given *shadow) {
	if l.target == nil || l.typ.Kind() == reflect.Slice && l.length == 0 {
		return
	}
	if p, ok := x.find(m); ok {
		c.report("shadow", "the tangent of %s shares memory with %s", g.path(l.from), c.joint.path(p))
	}
	if c.inputs != c.joint {
		return // one of several tangents is right
	}
	value, own := x.find(l.target)
	tangent, shares := given.find(m)
	own = own && given.mem[value.region].IsValid()
	switch {
	case own && (!c.spans(value, l) || c.lacksRoom(value.region)):
	case own && !(shares && tangent == value):
		c.report("shadow", "%s shares memory with %s, but its tangent does not share that of d%[2]s", g.path(l.from), c.joint.path(value))
	case !own && shares:
		c.report("shadow", "the tangent of %s shares memory with d%s, but the value does not", g.path(l.from), c.joint.path(tangent))
	}
}

// lacksRoom reports whether a slice that leads to a region has spare capacity which the shadows given leave out, and into which f may
// have appended. Then the tangents of all that f left there may lie in memory of their own.
func (c *check) lacksRoom(region int) bool {
	return slices.ContainsFunc(c.inputs.links, func(l link) bool {
		return l.to.region == region && l.typ.Kind() == reflect.Slice && l.capacity > l.length &&
			!c.wrt.reaches(l.to, l.typ.Elem().Size(), l.length, l.capacity)
	})
}

// spans reports whether the shadows given reach as far as what link l points to at a place: f may have appended
// to a slice in its spare capacity, where its shadow has none.
func (c *check) spans(at place, l link) bool {
	if l.typ.Kind() != reflect.Slice {
		return true
	}
	elem := l.typ.Elem()
	last := at.plus(uintptr(l.length-1) * elem.Size())
	return !slices.ContainsFunc(floats(last, elem), func(cell cell) bool {
		_, ok := c.wrt.index[cell.place]
		return !ok
	})
}
