// Package promises checks what derivatives promise beside being right: that calls at the same time do not see each other, that they
// panic where their functions do and nowhere else, with the same message, and that they return the same results and leave the same memory
// as these, whatever they are given. It is copied into the module of the golden cases.
package promises

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Case is a function with its derivatives. Methods are method expressions.
type Case struct {
	Name        string
	F           any
	Counted     any // F of a package whose code calls Step and Size; nil if there is none
	Derivatives []Derivative
	Wrt         []int          // the parameters in W, the receiver first
	Points      []func() []any // arguments for F
	CountedAt   []func() []any // the same for Counted
	Unordered   bool           // F may go over a map, so that its results depend on chance
}

// A Derivative is one of a case; Mode is Grad, ValueGrad, VJP or JVP.
type Derivative struct {
	Mode string
	Fn   any
}

// arguments returns new arguments for fn as at a point. Numbers become what constants would.
func arguments(fn any, point func() []any) []reflect.Value {
	t := reflect.TypeOf(fn)
	given := slices.DeleteFunc(point(), isOption)
	n := t.NumIn()
	if t.IsVariadic() && (len(given) != n || given[n-1] != nil && reflect.TypeOf(given[n-1]) != t.In(n-1)) {
		rest := reflect.Zero(t.In(n - 1))
		for _, x := range given[n-1:] {
			rest = reflect.Append(rest, argument(x, t.In(n-1).Elem()))
		}
		given = append(given[:n-1:n-1], rest.Interface())
	}
	args := make([]reflect.Value, n)
	for i, x := range given {
		args[i] = argument(x, t.In(i))
	}
	return args
}

// isOption reports whether x is an option of package gradcheck, which stands among the arguments.
func isOption(x any) bool {
	return x != nil && strings.HasSuffix(reflect.TypeOf(x).PkgPath(), "/gradcheck")
}

func argument(x any, t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch a := reflect.ValueOf(x); {
	case x == nil:
	case a.Type().AssignableTo(t):
		v.Set(a)
	default:
		v.Set(a.Convert(t))
	}
	return v
}

// An outcome is what a call has come to.
type outcome struct {
	results []reflect.Value
	args    []reflect.Value
	panics  string // what it panics with, or ""
	bounds  bool   // that is about an index or the bounds of a slice
}

// run calls fn, of which the first n arguments are those of F.
func run(fn any, in []reflect.Value, n int) (o outcome) {
	o.args = in[:n]
	func() {
		defer func() {
			if p := recover(); p != nil {
				o.panics, o.bounds = fmt.Sprintf("%T %v", p, p), isBounds(p)
			}
		}()
		if f := reflect.ValueOf(fn); f.Type().IsVariadic() {
			o.results = f.CallSlice(in)
		} else {
			o.results = f.Call(in)
		}
	}()
	return o
}

func isBounds(p any) bool {
	err, ok := p.(runtime.Error)
	return ok && strings.Contains(err.Error(), "out of range")
}

// along reports whether a derivative takes tangents, or directions, in place of shadows.
func (d Derivative) along() bool { return d.Mode == "JVP" || d.Mode == "HVP" }

// hasValue reports whether a derivative returns F's results.
func (d Derivative) hasValue() bool {
	return d.Mode == "VJP" || d.Mode == "JVP" || d.Mode == "ValueGrad"
}

// inputs returns the arguments of a derivative, for F's arguments and what F has come to at such arguments.
func (c *Case) inputs(d Derivative, args []reflect.Value, of outcome) []reflect.Value {
	in := args[:len(args):len(args)]
	if d.Mode != "VJP" && !d.along() {
		return in
	}
	t := reflect.TypeOf(d.Fn)
	shadows := shadower{tangents: d.along()}.all(args)
	for i := range args {
		direct, behind := floats(args[i].Type())
		switch {
		case !direct && !behind || c.Wrt != nil && !slices.Contains(c.Wrt, i) || len(in) == t.NumIn():
		case t.In(len(in)) == args[i].Type() && (d.along() || !direct):
			in = append(in, shadows[i])
		case t.In(len(in)) == reflect.PointerTo(args[i].Type()) && behind:
			p := reflect.New(shadows[i].Type())
			p.Elem().Set(shadows[i])
			in = append(in, p)
		}
	}
	results := reflect.TypeOf(c.F)
	for i := range results.NumOut() {
		if len(in) == t.NumIn() {
			break
		}
		if direct, behind := floats(results.Out(i)); !direct && !behind || results.Out(i) != t.In(len(in)) {
			continue
		}
		v := reflect.New(results.Out(i)).Elem()
		if of.panics == "" {
			v = shadower{unfold: true}.all(of.results[i : i+1])[0]
		}
		in = append(in, v)
	}
	return in
}

// primalOf returns F's results among those of a derivative.
func (c *Case) primalOf(d Derivative, results []reflect.Value) []reflect.Value {
	n := reflect.TypeOf(c.F).NumOut()
	if n > 0 && isError(reflect.TypeOf(c.F).Out(n-1)) {
		last := results[len(results)-1]
		if !d.hasValue() {
			return []reflect.Value{last}
		}
		return append(results[:n-1:n-1], last)
	}
	if !d.hasValue() {
		return nil
	}
	return results[:n]
}

// primalFor returns what of F's results a derivative returns.
func (c *Case) primalFor(d Derivative, results []reflect.Value) []reflect.Value {
	if d.hasValue() {
		return results
	}
	if n := len(results); n > 0 && isError(results[n-1].Type()) {
		return results[n-1:]
	}
	return nil
}

func isError(t reflect.Type) bool { return t == reflect.TypeFor[error]() }

// patience is how long a call may take.
const patience = 20 * time.Second

// watch ends the program with a message if what it is given takes too long.
func watch(name string, f func()) {
	timer := time.AfterFunc(patience, func() {
		fmt.Fprintf(os.Stderr, "%s takes longer than %v\n", name, patience)
		os.Exit(2)
	})
	defer timer.Stop()
	f()
}
