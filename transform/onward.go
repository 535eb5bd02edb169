package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Gradients that go forward.
//
// The gradient with respect to a number or two is carried forward beside the value, a tangent for each, where the reverse sweep would
// have to remember something for each iteration of a loop:
//
//	dz, dzdc := 1.0, 0.0
//	for i := 0; i < n; i++ {
//		dz = 2*z*dz
//		dzdc = 2*z*dzdc + 1
//		z = z*z + c
//	}
//
// The tangents along different inputs are independent of one another, and each has an activity of its own: what the input does not
// lead to has no tangent along it.
//
// A gradient is the same in both modes, whatever decides between them. So it stays in reverse mode where a user has written a rule for
// a function on the way, since a rule is for one mode, and where godiff's own rule takes an adjoint that is zero to contribute zero
// although the partial is infinite: a tangent is infinite there before it is known what it will be multiplied by.
//
//	r := math.Sqrt(x)        dr := 1/(2*math.Sqrt(x)) // +Inf at 0
//	s += w * r               ds += w * dr             // NaN where w is 0

// maxDirections is how many tangents are carried at once.
const maxDirections = 2

// onward returns the gradient that a has put together in reverse mode, derived in forward mode, or nil where it had better stay as it is.
func (u *Unit) onward(a *assembly, f *ast.Func, wrt []int) *ast.Func {
	if u.Disable["onward"] || a.mode == ast.VJP || len(wrt) > maxDirections || !a.remembers() {
		return nil
	}
	if u.staysReverse(f, func(c *ast.Call) bool { return slices.ContainsFunc(c.Args, a.d.act.depends) }, map[*types.Func]bool{}) {
		return nil
	}
	y := slices.IndexFunc(f.Results, func(v *ast.Var) bool { return ast.Carries(v.Type) })
	for _, i := range wrt {
		if x := f.Inputs()[i]; !ast.IsFloat(x.Type) || !types.Identical(x.Type, f.Results[y].Type) {
			return nil
		}
	}
	g := &ast.Func{Name: a.f.Name, Pkg: u.Pkg, Pos: f.Pos, TypeParams: f.TypeParams, Variadic: a.f.Variadic}
	defer func(stage string, explained []*Explanation) {
		u.Stage = stage
		if g == nil {
			u.explained = explained
		}
	}(u.Stage, u.explained)
	u.explained = slices.DeleteFunc(slices.Clone(u.explained), func(x *Explanation) bool { return x.Func == a.f })
	if err := u.gradient(g, f, a, wrt, y); err != nil {
		g = nil
	}
	return g
}

// remembers reports whether the sweeps remember something for each iteration of a loop, or may do so in a function that they call.
func (a *assembly) remembers() bool {
	if a.r.inserts.memoryNote(a.r) != "" {
		return true
	}
	gen := CalledGen(a.f)
	return slices.ContainsFunc(a.u.order, func(h *helper) bool {
		s := a.u.summary(h.f.Obj)
		return slices.ContainsFunc(gen, h.owns) && s != nil && (s.loops || s.recursive)
	})
}

// staysReverse reports whether f, or what it calls, calls a function whose derivative forward mode does not give as reverse mode does:
// one that a user has written a rule for, WithGradient, or one whose rule asks whether the adjoint is zero. Of the latter only calls count for which
// active holds, where that is given; seen holds the functions that have been looked at.
func (u *Unit) staysReverse(f *ast.Func, active func(*ast.Call) bool, seen map[*types.Func]bool) bool {
	found := false
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
		c, ok := e.(*ast.Call)
		if !ok || c.Fun.Fn == nil || found {
			return
		}
		if _, hook := u.hook(c); hook {
			found = true
			return
		}
		if found = u.isRuled(c.Fun.Fn, f.Pkg) || u.Rules.guarded(c.Fun) && (active == nil || active(c)); found || seen[c.Fun.Fn] {
			return
		}
		seen[c.Fun.Fn] = true
		callee := u.Lower(c.Fun.Fn)
		found = callee != nil && u.staysReverse(callee, nil, seen)
	})
	return found
}

// gradient makes g the gradient of f in forward mode, of the same signature as the one of a; y is the index of the result.
func (u *Unit) gradient(g, f *ast.Func, a *assembly, wrt []int, y int) (err error) {
	defer guard(&err)
	d := u.prepareAsked(f, a.in, false, true)
	inputs, results := d.fn.Inputs(), d.fn.Results
	g.Recv, g.Params = d.fn.Recv, d.fn.Params

	var directions []*tangents
	for _, i := range wrt {
		t := &tangents{derivation: d, errors: true, f: g, given: map[int]*ast.Var{}}
		if len(wrt) > 1 {
			only := make([]bool, len(inputs))
			only[i] = true
			t.derivation = u.analyse(d.fn, only, d.at, false, true)
			t.isShadow = d.isShadow
		}
		if len(wrt) > 1 || results[y].Obj != nil {
			t.suffix = "d" + inputs[i].Name
		}
		directions = append(directions, t)
	}
	t := directions[0]
	t.directions = directions

	for _, p := range a.sig.Results {
		var o *tangents
		var v *ast.Var
		if p.Role == ast.RoleShadow {
			o, v = directions[slices.Index(wrt, p.Index)], ast.NewVar(p.Name, p.Type)
			o.adjoints[results[y]] = v
			o.both(results[y])
			p.Role, p.Index = ast.RoleTangent, y
		} else if v = results[p.Index]; v.Obj == nil {
			v.Name = p.Name
		}
		t.sig.Results, t.along = append(t.sig.Results, p), append(t.along, o)
		g.Results = append(g.Results, v)
	}

	first := append(t.locals(), (&tangents{derivation: d}).checks()...)
	var names []string
	for k, i := range wrt {
		first = append(first, directions[k].start(inputs[i], results[y])...)
		names = append(names, inputs[i].Name)
	}
	body := t.block(d.fn.Body)
	body.Stmts = append(first, body.Stmts...)
	u.trace("forward", g, body)
	g.Body = d.finish(body, g.Results)
	g.Doc = reverseDoc(f, a.mode, a.sig, g.Name) + "\n" + carried(names)
	u.explain(g, a.in, d, nil)
	if n := len(u.explained); u.Explaining {
		why := "the reverse sweep would have to remember what callees do"
		if note := a.r.inserts.memoryNote(a.r); note != "" {
			why = "the reverse sweep would have to remember " + strings.TrimSuffix(strings.TrimPrefix(note, "\nIt remembers "), ".")
		}
		m := &Remark{Topic: Loops, Pos: f.Pos, Name: f.Name, Text: "the derivative is carried forward beside the value: " + why}
		u.explained[n-1].Remarks = slices.Insert(u.explained[n-1].Remarks, 0, m)
	}
	return nil
}

// carried says what goes forward.
func carried(names []string) string {
	if len(names) == 1 {
		return fmt.Sprintf("The derivative with respect to %s is carried forward beside the value.", names[0])
	}
	return fmt.Sprintf("The derivatives with respect to %s are carried forward beside the value.", enumerate(names))
}

// start begins the tangents along the input x: one for x, zero for all else.
func (t *tangents) start(x, y *ast.Var) []ast.Stmt {
	var out []ast.Stmt
	for _, v := range t.fn.Inputs() {
		ref := &ast.Ref{Var: v}
		switch {
		case v == x && !assigns(t.fn.Body, x):
			t.unit = x
		case v == x:
			op := token.DEFINE
			if t.suffix == "" && !assigns(t.fn.Body, y) {
				t.adjoints[x], op = t.adjoints[y], token.ASSIGN // that is set at returns only
			}
			out = append(out, set(&ast.Ref{Var: t.both(x)}, op, number(1, x.Type)))
		case !ast.Carries(v.Type) || !t.act.place(ref) && !t.reachesActive(ref):
		case hasLinks(v.Type):
			out = append(out, t.u.freshShadow(t.both(v), v, false, true)...)
		case ast.IsFloat(v.Type):
			out = append(out, define(t.both(v), number(0, v.Type)))
		default:
			out = append(out, &ast.Decl{Vars: []*ast.Var{t.both(v)}, Typed: true})
		}
	}
	return out
}
