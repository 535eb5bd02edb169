package gradcheck

import (
	"math"
	"slices"
)

// A direction is in the space of the floats of W; it says how fast each moves.
type direction []velocity

type velocity struct {
	cell cell
	by   float64
}

// axis is the direction of one cell.
func axis(c cell) direction { return direction{{c, 1}} }

// A reading is what is differentiated: outputs of f as numbers, nil where there are none.
type reading func(outcome) []float64

// evaluate returns what read sees after f was called with inputs moved by h along each direction. It is nil
// where f panics or returns an error.
func (c *check) evaluate(read reading, moves ...move) []float64 {
	return c.evaluateFrom(c.inputs.instance(), read, moves...)
}

// evaluateFrom is evaluate with inputs in x.
func (c *check) evaluateFrom(x *instance, read reading, moves ...move) []float64 {
	for _, m := range moves {
		for _, v := range m.along {
			x.move(v.cell, m.h*v.by)
		}
	}
	o, err := c.primal(x)
	if err != nil || o.failed() {
		return nil
	}
	return read(o)
}

// A move is a step of length h along a direction.
type move struct {
	along direction
	h     float64
}

// slopes estimates the derivative of what read sees along d: that of each number, or that of their weighted
// sum where there are weights.
func (c *check) slopes(read reading, weights []float64, d direction, plans []plan) []estimate {
	middle := read(c.rest)
	n := len(middle)
	if weights != nil {
		n = 1
	}
	if !c.canMove(d) {
		return c.slopesAtRest(read, middle, weights, d)
	}
	size := c.relativeSize(d)
	return c.noteSlopes(extrapolate(n, plans, func(h, _ float64) (sample, bool) {
		right, left := c.evaluate(read, move{d, h}), c.evaluate(read, move{d, -h})
		if len(right) != len(middle) || len(left) != len(middle) || right == nil || left == nil {
			return sample{}, false
		}
		s := newSample(len(middle))
		for i, m := range middle {
			r, l := right[i], left[i]
			c.noteValues(r, l)
			if r == l && r == m && !isFinite(m) {
				continue
			}
			s.slope[i] = (r - l) / (2 * h)
			s.bend[i] = ((r - m) - (m - l)) / h
			s.noise[i] = c.epsilon() / h * (rounded(r) + rounded(l) + size*math.Abs(s.slope[i]))
		}
		return s.contract(weights), true
	}, c.good))
}

// rounded returns the size of the largest number that is taken to have been rounded on the way to y. A sum may be
// smaller than its terms; that these are about 1 at least is an assumption.
func rounded(y float64) float64 { return max(math.Abs(y), 1) }

// noteValues takes note of the size of what f gives.
func (c *check) noteValues(values ...float64) {
	for _, y := range values {
		c.valueSize = max(c.valueSize, math.Abs(y))
	}
}

// mixedSlope estimates the second derivative of the one number that read sees along d and e.
func (c *check) mixedSlope(read reading, d, e direction, plans []plan) estimate {
	for _, by := range [][2]direction{{d, e}, {e, d}} {
		if !c.canMove(by[0]) {
			return c.slopeAtRest(read, by[0], by[1])
		}
	}
	size := c.relativeSize(d) + c.relativeSize(e)
	return c.noteSlopes(extrapolate(1, plans, func(h, ratio float64) (sample, bool) {
		k := h * ratio
		var corners [4]float64
		var sum float64
		for i, signs := range [4][2]float64{{1, 1}, {-1, -1}, {1, -1}, {-1, 1}} {
			y := c.evaluate(read, move{d, h * signs[0]}, move{e, k * signs[1]})
			if len(y) != 1 {
				return sample{}, false
			}
			corners[i] = y[0]
			sum += rounded(y[0])
			c.noteValues(y[0])
		}
		s := newSample(1)
		s.slope[0] = ((corners[0] - corners[2]) + (corners[1] - corners[3])) / (4 * h * k)
		s.noise[0] = c.epsilon() * (sum/(4*h*k) + size*math.Abs(s.slope[0])/h)
		return s, true
	}, c.good))[0]
}

func newSample(n int) sample {
	return sample{make([]float64, n), make([]float64, n), make([]float64, n)}
}

// contract returns s for the weighted sum of its outputs, or s itself where there are no weights.
func (s sample) contract(weights []float64) sample {
	if weights == nil {
		return s
	}
	sum := newSample(1)
	for i, w := range weights {
		sum.slope[0] += w * s.slope[i]
		sum.bend[0] += w * s.bend[i]
		sum.noise[0] += math.Abs(w) * s.noise[i]
	}
	return sum
}

// good reports whether an estimate is as good as judge needs it, for all that is known by now of its scale.
func (c *check) good(e estimate) bool {
	size := math.Abs(e.value)
	return e.err <= 0.1*c.allowed(size) && e.bend <= c.limit(size) && e.jump == 0
}

// allowed returns how far apart numbers of the given size may be besides the error of the estimate.
func (c *check) allowed(size float64) float64 {
	return c.tol * max(size, 1e-6*c.slopeSize, 1e-6)
}

// limit returns the error from which on an estimate of the given size is too poor to tell.
func (c *check) limit(size float64) float64 {
	return math.Sqrt(c.tol) * max(size, 1e-3*c.slopeSize, 1e-3)
}

// noteSlopes takes note of the size of estimates and returns them.
func (c *check) noteSlopes(list []estimate) []estimate {
	for _, e := range list {
		if v := math.Abs(e.value); e.err < v/100 {
			c.slopeSize = max(c.slopeSize, v)
		}
	}
	return list
}

// epsilon returns the relative rounding error of f.
func (c *check) epsilon() float64 {
	if c.single {
		return 0x1p-23
	}
	return 0x1p-52
}

// canMove reports whether all floats that move along d are finite.
func (c *check) canMove(d direction) bool {
	return !slices.ContainsFunc(d, func(v velocity) bool { return v.by != 0 && !isFinite(c.initial(v.cell)) })
}

// relativeSize returns how large the floats are that move along d, relative to how fast they move.
func (c *check) relativeSize(d direction) float64 {
	size := 0.0
	for _, v := range d {
		if v.by != 0 {
			size = max(size, math.Abs(c.initial(v.cell)/v.by))
		}
	}
	return size
}

// slopesAtRest returns the derivatives along d, the axis of a float that is not finite: zero of what is the same
// whatever that float is, and unknown of all else.
func (c *check) slopesAtRest(read reading, middle, weights []float64, d direction) []estimate {
	n := len(middle)
	if weights != nil {
		n = 1
	}
	list := make([]estimate, n)
	for _, y := range c.elsewhere(read, d) {
		for i, m := range middle {
			switch still := len(y) == len(middle) && y[i] == m; {
			case weights == nil && !still:
				list[i] = unknown
			case weights != nil && weights[i] != 0 && !still:
				list[0] = unknown
			}
		}
	}
	return list
}

// slopeAtRest returns the second derivative along d, the axis of a float that is not finite, and e.
func (c *check) slopeAtRest(read reading, d, e direction) estimate {
	moves := []move{{}}
	if c.canMove(e) {
		h := c.firstStep() * c.scale(e)
		moves = []move{{e, h}, {e, -h}}
	}
	for _, m := range moves {
		want := c.evaluate(read, m)
		for _, y := range c.elsewhere(read, d, m) {
			if len(want) != 1 || !slices.Equal(y, want) {
				return unknown
			}
		}
	}
	return estimate{}
}

// elsewhere evaluates with other numbers in place of a float that is not finite: large ones for an infinity.
func (c *check) elsewhere(read reading, d direction, moves ...move) [][]float64 {
	at := d[0].cell
	numbers := []float64{0, 1, -1e3, math.Inf(1)}
	if v := c.initial(at); math.IsInf(v, 0) {
		numbers = []float64{1e30, 1e20, 1e10}
		for i := range numbers {
			numbers[i] = math.Copysign(numbers[i], v)
		}
	}
	var list [][]float64
	for _, v := range numbers {
		x := c.inputs.instance()
		x.store(at, v)
		list = append(list, c.evaluateFrom(x, read, moves...))
	}
	return list
}

// initial returns the float of a cell of inputs before f is called.
func (c *check) initial(at cell) float64 { return c.inputs.load(at) }

// firstStep is the longest step relative to the size of what moves.
func (c *check) firstStep() float64 {
	if c.single {
		return 0.25
	}
	return 0.1
}

// pace returns the size of x for steps.
func pace(x float64) float64 {
	if x = math.Abs(x); x == 0 || !isFinite(x) {
		return 1
	}
	return x
}

// plansFor returns the plans for the float of a cell. They begin at its size; shorter steps are for functions that
// vary faster, and those of size 1 for a float so small that its own size drowns in rounding errors.
func (c *check) plansFor(at cell) []plan {
	size := pace(c.initial(at))
	plans := shorter(c.firstStep()*size, 5)
	if size < 0.2 {
		plans = append(plans, shorter(c.firstStep(), 2)...)
	}
	return plans
}

// shorter returns n plans, the first of which starts at step and each other where the one before ends.
func shorter(step float64, n int) []plan {
	var plans []plan
	for range n {
		plans = append(plans, plan{start: step})
		step /= 20
	}
	return plans
}

// plansAlong returns the plans for a direction made by tangent.
func (c *check) plansAlong(d direction) []plan {
	plans := shorter(c.firstStep(), 4)
	if s := c.scale(d); s < 1e-3 {
		plans = append(plans, shorter(c.firstStep()*s, 2)...)
	}
	return plans
}

// scale returns the step along d in which some float moves by its size and none by more than that, 1 at most.
func (c *check) scale(d direction) float64 {
	s := 1.0
	for _, v := range d {
		if v.by != 0 {
			s = min(s, pace(c.initial(v.cell))/math.Abs(v.by))
		}
	}
	return s
}

// mixedPlans returns the plans for mixed differences, whose first step begins at size s and whose second at t.
func (c *check) mixedPlans(s, t float64) []plan {
	var plans []plan
	for _, p := range shorter(2*c.firstStep(), 3) {
		plans = append(plans, plan{p.start * s, t / s})
	}
	if s < 0.2 || t < 0.2 {
		s, t = max(s, 1), max(t, 1)
		plans = append(plans, plan{2 * c.firstStep() * s, t / s})
	}
	return plans
}

// seed returns a pseudo-random number, neither small nor large, that float32 holds exactly.
func (c *check) seed() float64 {
	v := float64(32+c.random.IntN(64)) / 64
	if c.random.IntN(2) == 0 {
		return -v
	}
	return v
}

// tangent returns a direction for all floats of W, each moving at about its size, but not much slower or faster than
// the others, and zero for constants and those that are not finite. The numbers are exact in the precision of their cells.
func (c *check) tangent() direction {
	var d direction
	for i, cell := range c.wrt.cells {
		x := c.initial(cell)
		size := pace(x)
		by := c.seed() * min(max(size, 0.01), max(100, 1e-4*size))
		if !isFinite(x) || c.constants[i] {
			by = 0
		}
		if cell.single {
			by = float64(float32(by))
		}
		d = append(d, velocity{cell, by})
	}
	return d
}

// reachResults returns what is reached from the results that carry a derivative, unfolded: nothing is shared but what
// pointers and maps lead to.
func (c *check) reachResults(o outcome) (*reach, error) {
	o.results = slices.Clone(o.results)
	for i, r := range c.sig.results {
		if r.carries() {
			o.results[i] = unfold(o.results[i])
		}
	}
	g, scopes := &image{}, map[int]scope{}
	if err := c.addResults(g, scopes, o); err != nil {
		return nil, err
	}
	return newReach(g, scopes), nil
}

// addResults adds the results that carry a derivative to g, each apart, and their scopes to scopes.
func (c *check) addResults(g *image, scopes map[int]scope, o outcome) error {
	for i, r := range c.sig.results {
		if !r.carries() {
			continue
		}
		scopes[len(g.roots)] = c.scope(r)
		if err := g.add([]string{r.name}, o.results[i]); err != nil {
			return err
		}
	}
	return nil
}

// readResults is the reading of the results that carry a derivative.
func (c *check) readResults(o outcome) []float64 {
	list := []float64{}
	for i, r := range c.sig.results {
		if r.carries() && isFloat(r.typ) {
			list = append(list, o.results[i].Float())
		}
	}
	if len(list) == len(c.sig.carried()) {
		return list
	}
	reached, err := c.reachResults(o)
	if err != nil {
		return nil
	}
	return reached.loads()
}
