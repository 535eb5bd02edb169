package judge

import (
	"fmt"
	"reflect"
	"strings"
)

// panics checks that each derivative panics as F does.
func (p *point) panics() error {
	for _, d := range p.derivatives() {
		if d.fn == nil {
			continue
		}
		args, shadow := copies(p.args, nil), shadows(p.args)
		in := d.inputs(args, shadow)
		if in == nil {
			continue
		}
		if r := call(reflect.ValueOf(d.fn), in, args); r.panics != p.want.panics {
			return fmt.Errorf("%s: %s; F: %s", d.name, orReturns(r.panics), p.want.panics)
		}
	}
	return nil
}

func orReturns(panics string) string {
	if panics == "" {
		return "returns"
	}
	return panics
}

// derivative is one of the derivatives of a case.
type derivative struct {
	name   string
	fn     any
	inputs func(args, shadow []reflect.Value) []reflect.Value

	gradient bool
}

// derivatives returns those of the case, with how they are called.
func (p *point) derivatives() []derivative {
	primal := func(args, _ []reflect.Value) []reflect.Value { return args }
	forward := func(args, shadow []reflect.Value) []reflect.Value {
		in := append([]reflect.Value{}, args...)
		for _, w := range p.Wrt {
			in = append(in, shadow[w])
		}
		return in
	}
	reverse := func(args, shadow []reflect.Value) []reflect.Value {
		return p.reverseInputs(args, shadow, p.someAdjoints())
	}
	return []derivative{
		{name: "VJP", fn: p.VJP, inputs: reverse}, {name: "JVP", fn: p.JVP, inputs: forward}, {name: "HVP", fn: p.HVP, inputs: forward},
		{name: "Grad", fn: p.Grad, inputs: primal, gradient: true}, {name: "ValueGrad", fn: p.ValueGrad, inputs: primal, gradient: true},
		{name: "Jacobian", fn: p.Jacobian, inputs: primal}, {name: "Hessian", fn: p.Hessian, inputs: primal},
	}
}

// dropRefusals drops the derivatives that give a reason to panic at the point: F writes memory that arguments share, here or elsewhere.
func (p *point) dropRefusals() {
	c := *p.Case
	for i, fn := range []*any{&c.VJP, &c.JVP, &c.HVP, &c.Grad, &c.ValueGrad, &c.Jacobian, &c.Hessian} {
		if *fn == nil {
			continue
		}
		args, shadow := copies(p.args, nil), shadows(p.args)
		in := p.derivatives()[i].inputs(args, shadow)
		if r := call(reflect.ValueOf(*fn), in, args); strings.Contains(r.panics, "share memory") {
			*fn = nil
		}
	}
	p.Case = &c
}

// someAdjoints returns adjoints of F's results. Where F panics its results have no shape: a nil slice has to do.
func (p *point) someAdjoints() []reflect.Value {
	t := reflect.TypeOf(p.F)
	var vs []reflect.Value
	for i := range t.NumOut() {
		if classify(t.Out(i)) != passive {
			vs = append(vs, reflect.New(t.Out(i)).Elem())
		}
	}
	if p.want.panics == "" {
		vs = adjoints(outputs(p.want.results))
		cs := places(vs...)
		fill(cs, vector(p.rng, len(cs)))
	}
	return vs
}

// errors checks that each derivative returns F's error, derivatives that are zero, and shadows unchanged where F
// wrote nothing.
func (p *point) errors() error {
	wrote := p.wroteMemory()
	for _, d := range p.derivatives() {
		if d.fn == nil {
			continue
		}
		args, shadow := copies(p.args, nil), shadows(p.args)
		cs := p.inputs(shadow)
		fill(cs, vector(p.rng, len(cs)))
		before := dump(p.kept(shadow)...)
		r := call(reflect.ValueOf(d.fn), d.inputs(args, shadow), args)
		rest, err := p.returned(d.name, r, hasValue(d.name))
		if err != nil {
			return err
		}
		if err := p.errorResults(d.name, rest); err != nil {
			return err
		}
		if after := dump(p.kept(shadow)...); after != before && !wrote {
			return fmt.Errorf("%s: F returns an error, but the shadows change from\n%s to\n%s", d.name, before, after)
		}
	}
	return nil
}

// wroteMemory reports whether F changed memory.
func (p *point) wroteMemory() bool {
	args := copies(p.args, nil)
	return dump(append(regions(args), args...)...) != p.want.memory
}

// hasValue reports whether a derivative returns F's results.
func hasValue(name string) bool { return name == "VJP" || name == "JVP" || name == "ValueGrad" }

// errorResults checks the results of a derivative besides F's own: zero, and the error where it has only that of them.
func (p *point) errorResults(name string, rest []reflect.Value) error {
	if !hasValue(name) {
		last := rest[len(rest)-1]
		if got, want := dump(last), dump(p.want.results[len(p.want.results)-1]); got != want {
			return fmt.Errorf("%s: error %s, F returns %s", name, got, want)
		}
		rest = rest[:len(rest)-1]
	}
	for _, c := range places(rest...) {
		if c.get() != 0 {
			return fmt.Errorf("%s: F returns an error, but a derivative is %v", name, c.get())
		}
	}
	return nil
}
