package gradcheck

import (
	"reflect"
	"slices"
	"unsafe"
)

// join makes the arguments share memory in inputs as the caller's do.
func (c *check) join() {
	c.rest = c.base
	c.setInputs(c.joint, [][]int{positions(len(c.joint.roots))})
}

// separate makes inputs an image in which arguments share only memory that f overwrites, where that is less than
// they do share. It must be joint before.
func (c *check) separate(names []string, values []reflect.Value) error {
	groups := c.joint.groups(func(region int) bool {
		return slices.ContainsFunc(c.joint.floatsOf(region), func(cell cell) bool { return c.overwritten[cell.place] })
	})
	apart := &image{}
	if err := apart.addGroups(groups, names, values); err != nil {
		return err
	}
	if len(apart.regions) == len(c.joint.regions) {
		return nil
	}
	if o, err := c.primal(apart.instance()); err == nil && slices.EqualFunc(c.base.numbers(), o.numbers(), sameFloat) {
		c.rest = o
		c.setInputs(apart, groups)
	}
	return nil
}

// numbers returns the floats of all that f left, in an order that does not depend on what is shared.
func (o outcome) numbers() []float64 {
	var list []float64
	for _, v := range slices.Concat(o.args.values(), o.results) {
		g := &image{}
		if err := g.add([]string{""}, unfold(v)); err == nil {
			list = append(list, newReach(g, map[int]scope{0: {hidden: true}}).loads()...)
		}
	}
	return list
}

// groups returns the roots, by their positions, in groups: those that lead to a region of which shared is true are in
// one.
func (g *image) groups(shared func(region int) bool) [][]int {
	all := make([][]int, len(g.roots)) // by one of the members
	member := positions(len(g.roots))  // the group of a root
	for i := range all {
		all[i] = []int{i}
	}
	for region, roots := range g.owners() {
		if len(roots) < 2 || !shared(region) {
			continue
		}
		to := member[roots[0]]
		for _, r := range roots[1:] {
			from := member[r]
			if from == to {
				continue
			}
			for _, i := range all[from] {
				member[i] = to
			}
			all[to], all[from] = append(all[to], all[from]...), nil
		}
	}
	return slices.DeleteFunc(all, func(group []int) bool { return group == nil })
}

// owners returns for each region the roots that lead to it, by their positions, in order.
func (g *image) owners() [][]int {
	next := make([][]int, len(g.regions))
	for _, l := range g.links {
		next[l.from.region] = append(next[l.from.region], g.targets(l)...)
	}
	owners := make([][]int, len(g.regions))
	for i, r := range g.roots {
		met := map[int]bool{r: true}
		for todo := []int{r}; len(todo) > 0; {
			region := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			owners[region] = append(owners[region], i)
			for _, n := range next[region] {
				if !met[n] {
					met[n] = true
					todo = append(todo, n)
				}
			}
		}
	}
	return owners
}

// targets returns the regions that l leads to.
func (g *image) targets(l link) []int {
	if l.typ.Kind() == reflect.Map {
		return slices.Concat(g.mappings[l.mapping].keys, g.mappings[l.mapping].elements)
	}
	return []int{l.to.region}
}

// writesUnseen reports whether f overwrites memory that arguments share with what it held, whatever that is: by scaling
// it down and up again, say. Then inputs are joint. All these floats are set to a signalling NaN, which no
// arithmetic leaves as it is. But f may not end then: this is called only where a check fails that takes f to
// read these floats only.
func (c *check) writesUnseen() bool {
	if c.inputs == c.joint {
		return false
	}
	x := c.joint.instance()
	var cells []cell
	for region, roots := range c.joint.owners() {
		if len(roots) > 1 && c.joint.regions[region].role == shared {
			cells = append(cells, c.joint.floatsOf(region)...)
		}
	}
	for _, cell := range cells {
		setBits(x.place(cell.place), cell.single)
	}
	if _, err := c.primal(x); err != nil {
		return false
	}
	if !slices.ContainsFunc(cells, func(cell cell) bool { return !hasBits(x.place(cell.place), cell.single) }) {
		return false
	}
	c.join()
	c.findings = findings{}
	return true
}

// The bits of signalling NaNs.
const (
	doubleNaN = 0x7ff4_0000_0000_0000
	singleNaN = 0x7fa0_0000
)

// setBits sets the float at p to a signalling NaN, which loading and storing it as a float64 might make quiet.
func setBits(p unsafe.Pointer, single bool) {
	if single {
		*(*uint32)(p) = singleNaN
	} else {
		*(*uint64)(p) = doubleNaN
	}
}

// hasBits reports whether the float at p is as setBits sets it.
func hasBits(p unsafe.Pointer, single bool) bool {
	if single {
		return *(*uint32)(p) == singleNaN
	}
	return *(*uint64)(p) == doubleNaN
}
