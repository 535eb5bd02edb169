package judge

import (
	"errors"
	"fmt"
	"math"
	"reflect"
)

var errorType = reflect.TypeFor[error]()

// measured holds the derivatives at a point. What no derivative gave is nil.
type measured struct {
	u, v      []float64   // the direction and the adjoint that were drawn
	columns   [][]float64 // of J: columns[i][j] is dy[j]/dx[i]
	ju        []float64   // J·u, by one call
	pulled    []float64   // Jᵀ·v
	gradients []gradient
}

// gradient is what FGrad or FValueGrad returned.
type gradient struct {
	name   string
	fn     any
	values []float64
}

// vanishes reports whether nothing depends on x, apart from memory on what it held. The first elements of x, as
// many as scalars says, are not memory.
func (m *measured) vanishes(scalars int) bool {
	for i, c := range m.columns {
		if sum := absolute(c); sum != 0 && (i < scalars || sum > 2) {
			return false // a cell that is left alone counts twice: as memory before, and after the call
		}
	}
	for _, g := range m.gradients {
		if absolute(g.values) != 0 {
			return false
		}
	}
	return m.columns != nil || m.gradients != nil
}

// absolute returns the sum of the absolute values.
func absolute(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += math.Abs(x)
	}
	return sum
}

// measure calls all derivatives at the point.
func (p *point) measure() (*measured, error) {
	m := &measured{u: vector(p.rng, len(p.x))}
	m.v = vector(p.rng, p.countResults()+len(cells(p.kept(p.args)...)))
	var err error
	if p.JVP != nil {
		if m.columns, m.ju, err = p.jacobian(m.u); err != nil {
			return nil, err
		}
	}
	if p.VJP != nil {
		if m.pulled, err = p.pull(m.v); err != nil {
			return nil, err
		}
	}
	for _, d := range p.derivatives() {
		if d.gradient && d.fn != nil {
			g, err := p.gradient(d.name, d.fn)
			if err != nil {
				return nil, err
			}
			if g != nil {
				m.gradients = append(m.gradients, gradient{d.name, d.fn, g})
			}
		}
	}
	return m, nil
}

// countResults returns the number of floats in the results of F.
func (p *point) countResults() int { return len(places(outputs(p.want.results)...)) }

// jacobian returns the columns of J, and J·u, from forward mode.
func (p *point) jacobian(u []float64) (columns [][]float64, ju []float64, err error) {
	unit := make([]float64, len(p.x))
	for i := range p.x {
		unit[i] = 1
		c, err := p.push(unit)
		if err != nil {
			return nil, nil, err
		}
		unit[i] = 0
		columns = append(columns, c)
	}
	ju, err = p.push(u)
	return columns, ju, err
}

// push returns J·u from FJVP: of the results, of the memory that the arguments led to, and of what they lead to.
func (p *point) push(u []float64) ([]float64, error) {
	args, tangents := copies(p.args, nil), shadows(p.args)
	fill(p.inputs(tangents), u)
	before := cells(p.kept(tangents)...)
	in := append([]reflect.Value{}, args...)
	for _, w := range p.Wrt {
		in = append(in, tangents[w])
	}
	rest, err := p.returned("JVP", call(reflect.ValueOf(p.JVP), in, args), true)
	if err != nil {
		return nil, err
	}
	for i, k := range p.kept(args) {
		if t := p.kept(tangents)[i]; !sameShape(k, t) {
			return nil, fmt.Errorf("JVP: the tangent %s has not the shape of %s", plain(t), plain(k))
		}
	}
	out := append(numbers(places(rest...)), numbers(before)...)
	if len(out) != p.countResults()+len(before) {
		return nil, errors.New("JVP: the tangents of the results have not their shape")
	}
	return append(out, numbers(places(p.kept(tangents)...))...), nil
}

// pull returns Jᵀ·v from FVJP. The adjoint of what the parameters lead to after the call is zero.
func (p *point) pull(v []float64) ([]float64, error) {
	args, adjoint := copies(p.args, nil), shadows(p.args)
	results := adjoints(outputs(p.want.results))
	n := p.countResults()
	fill(places(results...), v[:n])
	fill(cells(p.kept(adjoint)...), v[n:])
	given := dump(results...)
	r := call(reflect.ValueOf(p.VJP), p.reverseInputs(args, adjoint, results), args)
	rest, err := p.returned("VJP", r, true)
	if err != nil {
		return nil, err
	}
	if after := dump(results...); after != given {
		return nil, fmt.Errorf("VJP: changes the adjoint of a result from\n%s to\n%s", given, after)
	}
	kept, err := gather(p.kept(p.args), p.kept(adjoint))
	if err != nil {
		return nil, fmt.Errorf("VJP: %v", err)
	}
	return append(numbers(places(rest...)), kept...), nil
}

// reverseInputs returns the arguments of FVJP.
func (p *point) reverseInputs(args, adjoint, results []reflect.Value) []reflect.Value {
	in := append([]reflect.Value{}, args...)
	for _, k := range p.kept(adjoint) {
		if classify(k.Type()) == mixed {
			k = k.Addr()
		}
		in = append(in, k)
	}
	return append(in, results...)
}

// gradient returns the gradient from FGrad or FValueGrad, or nil where it may refuse to give one.
func (p *point) gradient(name string, fn any) ([]float64, error) {
	args := copies(p.args, nil)
	rest, err := p.returned(name, call(reflect.ValueOf(fn), args, args), hasValue(name))
	if err != nil {
		return nil, err
	}
	if hasValue(name) {
		return p.gathered(name, rest)
	}
	return p.byParameter(name, rest)
}

// byParameter returns the elements of results that are given by parameter, an error last.
func (p *point) byParameter(name string, rest []reflect.Value) ([]float64, error) {
	if p.fallible() {
		last := rest[len(rest)-1]
		if !last.IsNil() {
			return nil, fmt.Errorf("%s: error %v where F returns none", name, last.Interface())
		}
		rest = rest[:len(rest)-1]
	}
	return p.gathered(name, rest)
}

// gathered is byParameter without an error.
func (p *point) gathered(name string, rest []reflect.Value) ([]float64, error) {
	byArg := make([]reflect.Value, len(p.args))
	for i, w := range p.Wrt {
		byArg[w] = rest[i]
	}
	kept, err := gather(p.kept(p.args), p.kept(byArg))
	if err != nil {
		return nil, fmt.Errorf("%s: %v", name, err)
	}
	return append(numbers(places(p.scalars(byArg)...)), kept...), nil
}

// compareModes compares J·u, Jᵀ·v and the gradients with the columns of J.
func (p *point) compareModes(m *measured) error {
	if m.columns == nil {
		return nil
	}
	for j := range m.ju {
		sum, scale := 0.0, 0.0
		for i, c := range m.columns {
			sum, scale = sum+m.u[i]*c[j], scale+math.Abs(m.u[i]*c[j])
		}
		if !p.agree(m.ju[j], sum, scale) && !p.roundingOf(m, j, m.ju[j]-sum) {
			return contradiction(fmt.Sprintf("JVP is not linear: output %d of the sum is %v, the sum of the outputs %v", j, m.ju[j], sum), m.ju[j], sum)
		}
	}
	for i, c := range m.columns {
		if err := p.compareColumn(m, i, c); err != nil {
			return err
		}
	}
	return nil
}

// compareColumn compares the element i of Jᵀ·v and of the gradients with the column i of J.
func (p *point) compareColumn(m *measured, i int, c []float64) error {
	if m.pulled != nil {
		want, scale := dot(m.v, c)
		if got := m.pulled[i]; !p.agree(got, want, scale) && !p.rounding(m, i, got-want) {
			return contradiction(fmt.Sprintf("VJP: d%s: reverse mode %v, forward mode %v", p.label(i), got, want), got, want)
		}
	}
	for _, g := range m.gradients {
		if got := g.values[i]; !p.agree(got, c[0], math.Abs(c[0])) && !p.rounding(m, i, got-c[0]) {
			return contradiction(fmt.Sprintf("%s: d%s: reverse mode %v, forward mode %v", g.name, p.label(i), got, c[0]), got, c[0])
		}
	}
	return nil
}

// dot returns the inner product of v with the first elements of c, and that of their absolute values.
func dot(v, c []float64) (sum, scale float64) {
	for j, w := range v {
		sum, scale = sum+w*c[j], scale+math.Abs(w*c[j])
	}
	return sum, scale
}

// rounding reports whether a disagreement about element i of x is of the size of what rounding x does to the
// derivatives, or of what rounding the largest derivative there leaves where its terms cancel. Factors such as 1 + sin(x) that vanish leave
// nothing but rounding of derivatives that are far below that of x itself.
func (p *point) rounding(m *measured, i int, gap float64) bool {
	if math.Abs(gap) <= p.unit()*m.largest() {
		return true
	}
	columns := p.nudged(m)
	if columns == nil || len(columns[i]) != len(m.columns[i]) {
		return false
	}
	noise := 0.0
	for j, d := range m.columns[i] {
		noise += math.Abs(d - columns[i][j])
	}
	cancelled := 0.0 // by how much a derivative is not linear
	for _, k := range []float64{3, 5, 7} {
		if pulled, err := p.pull(scaled(m.v, k)); err == nil && m.pulled != nil && len(pulled) == len(m.pulled) {
			cancelled = max(cancelled, math.Abs(pulled[i]/k-m.pulled[i]))
		}
		unit := make([]float64, len(p.x))
		unit[i] = k
		if c, err := p.push(unit); err == nil && len(c) == len(m.columns[i]) {
			for j := range c {
				cancelled = max(cancelled, math.Abs(c[j]/k-m.columns[i][j]))
			}
		}
	}
	return math.Abs(gap) <= 100*noise || cancelled < p.tiny && math.Abs(gap) <= 100*cancelled
}

// largest returns the largest derivative, or what some may have been that cancelled.
func (m *measured) largest() float64 {
	largest := 0x1p-8
	for _, c := range m.columns {
		for _, d := range c {
			largest = max(largest, math.Abs(d))
		}
	}
	return largest
}

// unit is what rounding leaves of a number of size 1; a few roundings of float32 where F has some.
func (p *point) unit() float64 {
	if p.Wide != nil {
		return 0x1p-20
	}
	return 0x1p-52
}

// roundingOf reports whether a disagreement about output j along u is of the size of what the length of u does to it: where terms
// cancel, the tangents along u and 3u differ by more than the factor. Or it is of the size of what rounding the largest derivative leaves.
func (p *point) roundingOf(m *measured, j int, gap float64) bool {
	length := 0.0
	for _, d := range m.u {
		length = max(length, math.Abs(d))
	}
	if math.Abs(gap) <= p.unit()*m.largest()*length {
		return true
	}
	noise := 0.0
	for _, k := range []float64{3, 5, 7} {
		ju, err := p.push(scaled(m.u, k))
		if err != nil || len(ju) != len(m.ju) {
			return false
		}
		noise = max(noise, math.Abs(ju[j]/k-m.ju[j]))
	}
	for i, c := range m.columns {
		unit := make([]float64, len(p.x))
		unit[i] = 3
		if tripled, err := p.push(unit); err == nil && len(tripled) == len(c) {
			noise = max(noise, math.Abs(m.u[i]*(tripled[j]/3-c[j])))
		}
	}
	return noise < p.tiny && math.Abs(gap) <= 100*noise
}

// undefined is a disagreement about a derivative that is not a number in one of the modes, or differs by infinitely much.
type undefined struct{ error }

// contradiction returns an error about derivatives that contradict each other or a difference.
func contradiction(message string, ds ...float64) error {
	err := errors.New(message)
	if within(ds, math.Inf(1)) {
		return err
	}
	return undefined{err}
}

// at is element i of xs, or none if there are fewer.
func at[T any](xs []T, i int, none T) T {
	if i < len(xs) {
		return xs[i]
	}
	return none
}

// nudged returns the columns of the Jacobian at arguments that differ in their last bits, or nil if F fails there.
func (p *point) nudged(m *measured) [][]float64 {
	q := *p
	q.args = copies(p.args, nil)
	unit := 0x1p-50
	if p.Wide != nil {
		unit = 0x1p-21
	}
	for _, c := range q.inputs(q.args) {
		c.set(c.get() * (1 + unit))
	}
	after := copies(q.args, nil)
	q.want = call(reflect.ValueOf(q.F), after, after)
	if q.want.panics != "" || q.failed() || q.countResults() != p.countResults() {
		return nil
	}
	columns, _, err := q.jacobian(m.u)
	if err != nil || len(columns) != len(m.columns) {
		return nil
	}
	return columns
}

// compareDifferences compares derivatives with differences of F along m.u. Skipped says that some output had no
// reliable one.
func (p *point) compareDifferences(m *measured) (skipped bool, err error) {
	if len(p.x) == 0 || !p.similar() {
		return len(p.x) > 0, nil
	}
	const first = 0x1p-6
	along := func(t float64) ([]float64, bool) { return p.evaluate(t, m.u) }
	ds := differences(along, first)
	if ds == nil {
		return true, nil
	}
	again := func(shorter float64) []estimate { return differences(along, first/shorter) }
	if m.columns != nil {
		return p.compareForward(m, ds, again)
	}
	return p.compareReverse(m, ds, again)
}

// compareForward compares J·u with differences, output by output.
func (p *point) compareForward(m *measured, ds []estimate, again func(shorter float64) []estimate) (skipped bool, err error) {
	if len(ds) != len(m.ju) {
		return false, fmt.Errorf("JVP has %d outputs, F %d", len(m.ju), len(ds))
	}
	for j, d := range ds {
		if !d.ok {
			skipped = true
			continue
		}
		scale := 1.0
		for i, c := range m.columns {
			scale += math.Abs(m.u[i] * c[j])
		}
		if p.disagree(m.ju[j], d, scale) && p.refuted(m.ju[j], scale, func(shorter float64) estimate { return at(again(shorter), j, estimate{}) }) {
			return false, contradiction(fmt.Sprintf("JVP: output %d of %d: forward mode %v, differences %v ± %.1g", j, len(ds), m.ju[j], d.value, d.err), m.ju[j])
		}
	}
	return skipped, nil
}

// compareReverse compares ⟨Jᵀ·v, u⟩, or ⟨gradient, u⟩, with differences.
func (p *point) compareReverse(m *measured, ds []estimate, again func(shorter float64) []estimate) (skipped bool, err error) {
	check := func(name string, g, v []float64) error {
		got, scale := dot(m.u, g)
		want := combine(ds, v)
		if !want.ok {
			skipped = true
			return nil
		}
		if !p.disagree(got, want, 1+scale) || !p.refuted(got, 1+scale, func(shorter float64) estimate { return combine(again(shorter), v) }) {
			return nil
		}
		return contradiction(fmt.Sprintf("%s: reverse mode %v, differences %v ± %.1g", name, got, want.value, want.err), got)
	}
	if m.pulled == nil && m.gradients == nil { // F alone: does it have derivatives?
		return !combine(ds, m.v).ok, nil
	}
	if m.pulled != nil {
		err = check("VJP", m.pulled, m.v)
	}
	for _, g := range m.gradients {
		if err == nil {
			err = check(g.name, g.values, []float64{1})
		}
	}
	return skipped, err
}

// combine returns the estimate of ⟨v, y⟩.
func combine(ds []estimate, v []float64) estimate {
	if len(ds) < len(v) {
		return estimate{}
	}
	e := estimate{ok: true}
	for j, w := range v {
		e.value += w * ds[j].value
		e.err += math.Abs(w) * ds[j].err
		e.ok = e.ok && ds[j].ok
	}
	return e
}

// disagree reports whether a derivative differs from a reliable estimate of it.
func (p *point) disagree(got float64, d estimate, scale float64) bool {
	return d.ok && !(math.Abs(got-d.value) <= p.tol.quotient*scale+10*d.err)
}

// refuted reports whether shorter steps disagree too. Where F oscillates faster than steps are long, two sets of them may happen to give the
// same wrong slope. Then the slope over steps that are shorter than its waves is the derivative, far nearer to it than what they have given.
func (p *point) refuted(got, scale float64, d func(shorter float64) estimate) bool {
	long := d(8)
	if !p.disagree(got, long, scale) {
		return false
	}
	for _, shorter := range []float64{1 << 20, 1 << 25} {
		if near := d(shorter); math.Abs(near.value-got) <= math.Abs(long.value-got)/100 {
			return false
		}
	}
	return true
}

// evaluate returns y at x + t·u, from the twin in float64 where there is one.
func (p *point) evaluate(t float64, u []float64) ([]float64, bool) {
	fn, args := p.twin()
	for i, c := range p.inputs(args) {
		c.set(p.x[i] + t*u[i])
	}
	before := cells(p.kept(args)...)
	r := call(fn, args, args)
	if r.panics != "" || failed(r.results) {
		return nil, false
	}
	y := numbers(append(append(places(outputs(r.results)...), before...), places(p.kept(args)...)...))
	return y, within(y, 1e6)
}

// twin returns the function of which differences are taken, and arguments for it.
func (p *point) twin() (reflect.Value, []reflect.Value) {
	if p.Wide == nil {
		return reflect.ValueOf(p.F), copies(p.args, nil)
	}
	fn := reflect.ValueOf(p.Wide)
	types := make([]reflect.Type, len(p.args))
	for i := range types {
		types[i] = fn.Type().In(i)
	}
	return fn, copies(p.args, types)
}

// similar reports whether the twin computes what F does, but for rounding.
func (p *point) similar() bool {
	if p.Wide == nil {
		return true
	}
	wide, ok := p.evaluate(0, make([]float64, len(p.x)))
	narrow := *p
	narrow.Case = &Case{F: p.F, Wrt: p.Wrt}
	y, _ := narrow.evaluate(0, make([]float64, len(p.x)))
	if !ok || len(y) != len(wide) {
		return false
	}
	for j := range y {
		if !agree(y[j], wide[j], 1, 1e-4) {
			return false
		}
	}
	return true
}
