package check

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

// A Case is a function with its derivatives; methods are given as method expressions.
type Case struct {
	Name     string
	F        any
	VJP, JVP any
	Wrt      []int          // the parameters in W, the receiver first
	Types    []reflect.Type // what interfaces may hold
}

// A Verdict is what became of a case.
type Verdict struct {
	Name string
	// Ran says that this is no verdict yet: the function by itself has ended at all arguments.
	Ran bool `json:",omitempty"`
	// Good counts the arguments at which both modes agree with converging differences, Partly those at which some
	// differences do not converge and all else agrees, Panics those at which the function and its derivatives panic.
	Good, Partly, Panics int
	// Wrong says what is wrong, and at which arguments.
	Wrong string `json:",omitempty"`
	// NaN says where a derivative is NaN or infinite though the function is finite.
	NaN string `json:",omitempty"`
	// Why says why there are no good arguments, where it is known.
	Why string `json:",omitempty"`
}

const (
	attempts = 48 // arguments that are tried
	wanted   = 4  // of them, those at which differences converge
)

// Run calls the function at all arguments, so that one that does not end is not taken for a derivative that does not.
func (c *Case) Run() {
	for i := range attempts {
		c.call(i)
	}
}

// Check judges a case. It stops at what is wrong.
func Check(c *Case) Verdict {
	v := Verdict{Name: c.Name}
	for i := 0; i < attempts && v.Good < wanted && v.Wrong == ""; i++ {
		c.try(&v, i)
	}
	return v
}

// try judges a case at the arguments with a number.
func (c *Case) try(v *Verdict, i int) {
	results, panics := c.call(i)
	switch {
	case c.varies(i, 1):
		v.Why = varying
		return
	case panics != "":
		v.Panics++
		if what := c.panics(i, panics); what != "" {
			c.accuse(v, i, what)
		}
		return
	case !finite(results):
		return
	}
	doubtful := false
	for _, finding := range c.compare(i) {
		switch {
		case inconclusive(finding):
			v.Why = finding
		case strings.Contains(finding, " is 0, differences give ") && c.constant(i):
			v.Why = "it is constant between jumps that lie close together"
		case notFinite(finding):
			v.NaN, v.Why = finding+c.at(i), "its derivative is NaN or infinite at what was tried"
		case strings.Contains(finding, " differences give ") && c.rough(i):
			v.Why = "its differences depend on the step"
		case strings.Contains(finding, " differences give ") && c.jumps(i):
			v.Why = "rounding errors make it jump"
		default:
			c.accuse(v, i, finding)
			return
		}
		doubtful = true
	}
	if doubtful {
		v.Partly++
	} else {
		v.Good++
	}
}

const varying = "the function gives another result each time"

// accuse says that something is wrong, unless the function varies.
func (c *Case) accuse(v *Verdict, i int, what string) {
	if c.varies(i, 20) {
		v.Why = varying
		return
	}
	v.Wrong = what + c.at(i)
}

// varies reports whether one of several more calls gives something else.
func (c *Case) varies(i, calls int) bool {
	results, panics := c.call(i)
	for range calls {
		again, panicsAgain := c.call(i)
		if dump(again) != dump(results) || panics != panicsAgain {
			return true
		}
	}
	return false
}

// constant reports whether results are the same when all floats are moved a little.
func (c *Case) constant(i int) bool {
	results, _ := c.call(i)
	for _, nudge := range []float64{0x1p-44, -0x1p-44} {
		moved, _ := call(c.F, c.draw(i, func(d *drawer) { d.nudge = nudge }))
		if dump(moved) != dump(results[:len(moved)]) {
			return false
		}
	}
	return true
}

// rough reports whether differences along the arguments depend on the step, so that those of gradcheck say nothing.
func (c *Case) rough(i int) bool {
	var last float64
	for k, nudge := range []float64{0x1p-8, 0x1p-12, 0x1p-16, 0x1p-20} {
		up, _ := call(c.F, c.draw(i, func(d *drawer) { d.nudge = nudge }))
		down, _ := call(c.F, c.draw(i, func(d *drawer) { d.nudge = -nudge }))
		slope := (sum(up) - sum(down)) / (2 * nudge)
		if k > 0 && math.Abs(slope-last) > 0.02*max(1, math.Abs(slope)) {
			return true
		}
		last = slope
	}
	return false
}

// sum adds up the floats that values lead to.
func sum(values []reflect.Value) float64 {
	total := 0.0
	for _, x := range allFloats(nil, values, 0) {
		total += x
	}
	return total
}

// jumps reports whether results jump while all floats move by so little that only rounding errors change. Such a
// function decides by them, say which of two points on a circle comes first, and differences that converge do so by luck.
func (c *Case) jumps(i int) bool {
	var first []float64
	for k := range 32 {
		nudge := 0x1p-36 * math.Sin(float64(k))
		results, panics := call(c.F, c.draw(i, func(d *drawer) { d.nudge = nudge }))
		now := allFloats(nil, results, 0)
		if k == 0 {
			first = now
		}
		if panics != "" || len(now) != len(first) {
			return true
		}
		for j, x := range now {
			if math.Abs(x-first[j]) > 1e-4*max(1, math.Abs(x)) {
				return true
			}
		}
	}
	return false
}

// allFloats appends the floats that values lead to, but for those that lie very deep or in maps.
func allFloats(list []float64, values []reflect.Value, depth int) []float64 {
	if depth > 2*deepest {
		return list
	}
	for _, v := range values {
		switch v.Kind() {
		case reflect.Float64, reflect.Float32:
			list = append(list, v.Float())
		case reflect.Array, reflect.Slice:
			for i := range v.Len() {
				list = allFloats(list, []reflect.Value{v.Index(i)}, depth+1)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				list = allFloats(list, []reflect.Value{v.Field(i)}, depth+1)
			}
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				list = allFloats(list, []reflect.Value{v.Elem()}, depth+1)
			}
		}
	}
	return list
}

// at says what the arguments with a number are.
func (c *Case) at(i int) string {
	var list []string
	for _, a := range c.arguments(i) {
		list = append(list, dump([]reflect.Value{a}))
	}
	text := strings.Join(list, ", ")
	return fmt.Sprintf("; at %.700s", text)
}

// arguments returns new arguments with a number.
func (c *Case) arguments(i int) []reflect.Value { return c.draw(i, func(*drawer) {}) }

// draw returns new arguments with a number, of a drawer that set has changed.
func (c *Case) draw(i int, set func(*drawer)) []reflect.Value {
	d := newDrawer(i, c.Types)
	set(d)
	t := reflect.TypeOf(c.F)
	var args []reflect.Value
	for j := range t.NumIn() {
		args = append(args, d.new(t.In(j)))
	}
	return args
}

// call calls the function. It returns its results, after which its arguments follow, or what it panics with.
func (c *Case) call(i int) (results []reflect.Value, panics string) {
	args := c.arguments(i)
	results, panics = call(c.F, args)
	return append(results, args...), panics
}

func call(fn any, args []reflect.Value) (results []reflect.Value, panics string) {
	defer func() {
		if p := recover(); p != nil {
			panics = fmt.Sprintf("%T %.200s", p, fmt.Sprint(p))
		}
	}()
	f := reflect.ValueOf(fn)
	if f.Type().IsVariadic() {
		return f.CallSlice(args), ""
	}
	return f.Call(args), ""
}

// finite reports whether all floats that values lead to are finite.
func finite(values []reflect.Value) bool {
	text := dump(values)
	return !strings.Contains(text, "NaN") && !strings.Contains(text, "Inf")
}

// compare returns what gradcheck finds.
func (c *Case) compare(i int) []string {
	var r recorder
	gradcheck.VJP(&r, c.F, c.VJP, c.inputs(i)...)
	gradcheck.JVP(&r, c.F, c.JVP, c.inputs(i)...)
	gradcheck.Adjoint(&r, c.VJP, c.JVP, c.inputs(i)...)
	return r.findings
}

// inputs returns the arguments of gradcheck's functions.
func (c *Case) inputs(i int) []any {
	var list []any
	for _, a := range c.arguments(i) {
		list = append(list, a.Interface())
	}
	var wrt []string
	for _, w := range c.Wrt {
		wrt = append(wrt, fmt.Sprint(w))
	}
	return append(list, gradcheck.Wrt(wrt...))
}

// A recorder takes the findings of gradcheck.
type recorder struct {
	testing.TB
	findings []string
}

func (r *recorder) Helper()                           {}
func (r *recorder) Errorf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }
func (r *recorder) Fatalf(format string, args ...any) { r.add(fmt.Sprintf(format, args...)) }
func (r *recorder) add(finding string)                { r.findings = append(r.findings, finding) }

// notFinite reports whether a finding is that a derivative, or a product with one, is NaN or infinite and differences are not.
func notFinite(finding string) bool {
	for _, value := range []string{" is NaN", " is +Inf", " is -Inf"} {
		if strings.Contains(finding, value+", differences give ") || strings.Contains(finding, "⟩"+value) {
			return true
		}
	}
	return false
}

// inconclusive reports whether a finding says that the arguments do not tell, rather than that something is wrong.
func inconclusive(finding string) bool {
	for _, text := range []string{"differences do not converge", "all values are below", "panics at these arguments", ": and "} {
		if strings.Contains(finding, text) {
			return true
		}
	}
	return false
}
