package judge

import (
	"fmt"
	"math"
	"reflect"
)

// second is a way to multiply the Hessian of F with a direction.
type second struct {
	name  string
	times func(u []float64) ([]float64, error)
}

// products returns those that there are.
func (p *point) products() []second {
	var list []second
	if p.HVP != nil {
		list = append(list, second{"HVP", p.product})
	}
	if p.Hessian != nil {
		list = append(list, second{"Hessian", p.times})
	}
	return list
}

// product returns H·u, the product of the Hessian of F and a direction, from FHVP.
func (p *point) product(u []float64) ([]float64, error) {
	args, directions := copies(p.args, nil), shadows(p.args)
	fill(p.inputs(directions), u)
	given := dump(directions...)
	in := append([]reflect.Value{}, args...)
	for _, w := range p.Wrt {
		in = append(in, directions[w])
	}
	rest, err := p.returned("HVP", call(reflect.ValueOf(p.HVP), in, args), false)
	if err != nil {
		return nil, err
	}
	if after := dump(directions...); after != given {
		return nil, fmt.Errorf("HVP: changes the direction from\n%s to\n%s", given, after)
	}
	return p.byParameter("HVP", rest)
}

// compareSecond compares H·u with differences of the gradient along u, element by element, and ⟨w, H·u⟩ with ⟨u, H·w⟩. Skipped says that
// some element had no reliable difference.
func (p *point) compareSecond(by second) (skipped bool, err error) {
	u, w := vector(p.rng, len(p.x)), vector(p.rng, len(p.x))
	hu, err := by.times(u)
	if err != nil {
		return false, err
	}
	hw, err := by.times(w)
	if err != nil {
		return false, err
	}
	a, scale := dot(w, hu)
	b, more := dot(u, hw)
	if !agree(a, b, scale+more, 1e-6) && within([]float64{a, b}, 1e100) && !p.cancelled(by, u, w, a, b) {
		return false, fmt.Errorf("%s: ⟨w, H·u⟩ is %v and ⟨u, H·w⟩ is %v", by.name, a, b)
	}
	const first = 0x1p-7
	along := func(t float64) ([]float64, bool) { return p.gradientAt(t, u) }
	ds := differences(along, first)
	if ds == nil {
		return true, nil
	}
	again := func(shorter float64) []estimate { return differences(along, first/shorter) }
	for i, d := range ds {
		if !d.ok || math.Abs(hu[i]) > 1e6 {
			skipped = true
			continue
		}
		if p.disagree(hu[i], d, 1+math.Abs(hu[i])) && p.refuted(hu[i], 1+math.Abs(hu[i]), func(shorter float64) estimate { return at(again(shorter), i, estimate{}) }) {
			return false, contradiction(fmt.Sprintf("%s: h%s is %v, differences of the gradient %v ± %.1g", by.name, p.label(i), hu[i], d.value, d.err), hu[i])
		}
	}
	return skipped, nil
}

// cancelled reports whether wᵀHu and uᵀHw differ by what rounding leaves where the terms of H cancel: then the products with k·u and k·w
// are not k times as large either.
func (p *point) cancelled(by second, u, w []float64, a, b float64) bool {
	noise := 0.0
	for _, k := range []float64{3, 5, 7} {
		hu, err := by.times(scaled(u, k))
		if err != nil {
			return false
		}
		hw, err := by.times(scaled(w, k))
		if err != nil {
			return false
		}
		x, _ := dot(w, hu)
		y, _ := dot(u, hw)
		noise = max(noise, math.Abs(x/k-a), math.Abs(y/k-b))
	}
	return noise < p.tiny && math.Abs(a-b) <= 100*noise
}

func scaled(u []float64, k float64) []float64 {
	v := make([]float64, len(u))
	for i := range u {
		v[i] = k * u[i]
	}
	return v
}

// gradientAt returns the gradient at x + t·u.
func (p *point) gradientAt(t float64, u []float64) ([]float64, bool) {
	q := *p
	q.args = copies(p.args, nil)
	for i, c := range q.inputs(q.args) {
		c.set(p.x[i] + t*u[i])
	}
	args := copies(q.args, nil)
	q.want = call(reflect.ValueOf(p.F), args, args)
	if q.want.panics != "" || q.failed() {
		return nil, false
	}
	for _, d := range q.derivatives() {
		if d.gradient && d.fn != nil {
			g, err := q.gradient(d.name, d.fn)
			return g, err == nil && g != nil && within(g, 1e6)
		}
	}
	return nil, false
}
