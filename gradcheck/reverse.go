package gradcheck

import (
	"reflect"
	"slices"
)

// checkGrad checks a derivative of the form FGrad.
func checkGrad(c *check) {
	x := c.joint.instance()
	if out, ok := c.derive(x); ok {
		c.compareGradient(out, x)
	}
}

// checkValueGrad checks a derivative of the form FValueGrad.
func checkValueGrad(c *check) {
	x := c.joint.instance()
	if out, ok := c.derive(x); ok {
		n := len(c.sig.results)
		c.compareResults(out[:n], x)
		c.compareGradient(out[n:], x)
	}
}

// compareGradient compares fresh shadows with the gradient of the one result.
func (c *check) compareGradient(out []reflect.Value, x *instance) {
	if c.base.failed() {
		c.compareZero(c.sig.shadows("d"), out)
		return
	}
	got := c.fresh(anyParam, out, x)
	var items []item
	for i := range c.wrt.cells {
		if got.read[i] {
			want := c.slopesBy(i, 1, c.readResults, []float64{1})[0]
			items = append(items, c.cellItem("d", i, got.sum[i], want))
		}
	}
	c.judge(items)
}

// cellItem returns the item for the shadow of cell i of W.
func (c *check) cellItem(prefix string, i int, got float64, want estimate) item {
	kind := prefix + c.sig.params[c.wrt.owner[i]].name
	return item{kind, prefix + c.inputs.path(c.wrt.cells[i].place), got, want}
}

// checkVJP checks a derivative of the form FVJP. With seeds u for the results r and for the shadows m of
// memory, the derivative must leave in the shadow of each float x, or return,
//
//	⟨u_r, ∂r/∂x⟩ + ⟨u_m, ∂m′/∂x⟩
//
// where m′ is the memory that f leaves. For memory that f only reads that is the seed of x and what is added to
// it; for memory that f overwrites it is the adjoint of the old contents.
func checkVJP(c *check) {
	got, seeds, ok := c.pullBack()
	if !ok {
		return
	}
	want := c.adjoints(seeds)
	var items []item
	for i := range c.wrt.cells {
		items = append(items, c.cellItem("d", i, got[i], want[i]))
	}
	c.judge(items)
}

// adjointSeeds are what VJP is given.
type adjointSeeds struct {
	results []float64 // for the floats of the results
	memory  []float64 // for the floats of W; zero for those of value-like parameters, which have no shadow
}

// pullBack calls the derivative, of the form FVJP, with seeds and returns what it then has for each float of W.
// It is false where there are no adjoints to compare. All else that the derivative must do and not do is
// checked.
func (c *check) pullBack() ([]float64, adjointSeeds, bool) {
	x := c.joint.instance()
	results, dr := c.resultShadows()
	seeds := adjointSeeds{results.seeds, c.memorySeeds()}
	given := c.inputShadows(x, seeds.memory)
	out, ok := c.derive(x, append(c.givenRoots(given), dr...)...)
	if !ok {
		return nil, seeds, false
	}
	n := len(c.sig.results)
	c.compareResults(out[:n], x)
	c.compareGiven("d", results)
	c.compareLinks("d", given)
	if c.base.failed() {
		c.compareZero(c.sig.returnedShadows(), out[n:])
		c.compareKept(given, "beside an error")
		return nil, seeds, false
	}
	returned := c.fresh(isValueLike, out[n:], x)
	adjoints := given.loads()
	for i, read := range returned.read {
		if read {
			adjoints[i] = returned.sum[i]
		}
	}
	return adjoints, seeds, true
}

// memorySeeds returns seeds for the floats of W whose shadows VJP is given, and zero for the others and for constants.
func (c *check) memorySeeds() []float64 {
	seeds := c.seeds(len(c.wrt.cells))
	for i, owner := range c.wrt.owner {
		if isValueLike(c.sig.params[owner]) || c.constants[i] {
			seeds[i] = 0
		}
	}
	return seeds
}

// givenRoots returns the shadows that VJP is given: of mixed parameters a pointer to the shadow.
func (c *check) givenRoots(s *shadow) []reflect.Value {
	var list []reflect.Value
	for i, v := range s.values() {
		switch p := c.sig.params[i]; {
		case !p.wrt || p.class == valueLike:
		case p.class == mixed:
			list = append(list, v.Addr())
		default:
			list = append(list, v)
		}
	}
	return list
}

// adjoints estimates what VJP leaves for each float of W. Memory that f does not overwrite keeps its seed; only
// the rest takes part in differences.
func (c *check) adjoints(seeds adjointSeeds) []estimate {
	rewritten := c.rewritten()
	weights := slices.Clone(seeds.results)
	for _, i := range rewritten {
		weights = append(weights, seeds.memory[i])
	}
	read := func(o outcome) []float64 {
		list := c.readResults(o)
		if len(list) != len(seeds.results) {
			return nil
		}
		for _, i := range rewritten {
			list = append(list, o.args.load(c.wrt.cells[i]))
		}
		return list
	}
	want := make([]estimate, len(c.wrt.cells))
	for i, cell := range c.wrt.cells {
		if len(weights) > 0 {
			want[i] = c.slopesBy(i, 1, read, weights)[0]
		}
		if !c.overwritten[cell.place] {
			want[i].value += seeds.memory[i]
		}
	}
	return want
}

// rewritten returns the positions of the floats of W that f overwrites, but for constants.
func (c *check) rewritten() []int {
	var list []int
	for i, cell := range c.wrt.cells {
		if c.overwritten[cell.place] && !c.constants[i] {
			list = append(list, i)
		}
	}
	return list
}

// compareKept checks that the numbers in a shadow are what was given, except those of memory that f overwrites.
func (c *check) compareKept(given *shadow, why string) {
	for i, v := range given.loads() {
		if cell := c.wrt.cells[i]; !c.overwritten[cell.place] && !sameFloat(v, given.seeds[i]) {
			c.report("given", "d%s is changed from %v to %v %s", c.inputs.path(cell.place), given.seeds[i], v, why)
		}
	}
}
