package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Floats that interfaces hold by value.
//
// The reverse sweep adds to adjoints where they lie, which Go does not allow in what an interface holds. So in reverse mode the shadow of an
// interface that holds a T with floats in it is one that holds a *T. Shadows that come from outside or go there hold what the values hold,
// and are changed in between:
//
//	dshapes = godiff.Shadow(shapes)
//	defer godiff.Unbox(godiff.Box(dshapes))
//	…
//	case Circle:
//		dc := dshape.(*Circle)
//		dc.R += …

// boxed changes a shadow v of a type t until the derivative returns.
func boxed(v *ast.Var, t types.Type) []ast.Stmt {
	if !ast.HoldsByValue(t) {
		return nil
	}
	shadow := ast.Expr(&ast.Ref{Var: v})
	if ast.HeldByValue(v.Type) || ast.IsBoxed(v.Type) {
		shadow = &ast.Addr{X: shadow, T: types.NewPointer(v.Type)}
	}
	return []ast.Stmt{unbox(&ast.Call{Fun: ast.Callee{Copied: "Box"}, Args: []ast.Expr{shadow}, T: boxesType})}
}

var boxesType = types.NewNamed(types.NewTypeName(token.NoPos, runtimePackage, "Boxes", nil), types.NewStruct(nil, nil), nil)

// unbox lets interfaces hold values again when the derivative returns.
func unbox(boxes ast.Expr) ast.Stmt {
	return &ast.Do{Call: &ast.Call{Fun: ast.Callee{Copied: "Unbox"}, Args: []ast.Expr{boxes}, T: types.NewTuple()}, Defer: true}
}

// box does so for the shadow v that is given for an input. A derivative that only others of ours call is given one that is changed already.
//
// An interface that F overwrites has another shadow at the end, and what was given for what it held is the adjoint of what it holds then:
//
//	boxes := godiff.BoxGiven(shapes, dshapes)
//	defer godiff.Unbox(boxes)
//	…
//	// Reverse sweep.
//	godiff.Renew(boxes)
func (a *assembly) box(v, input *ast.Var) []ast.Stmt {
	if a.trusted || !ast.HoldsByValue(input.Type) {
		return nil
	}
	if !a.rewrites(input) {
		return boxed(v, input.Type)
	}
	boxes := &ast.Ref{Var: ast.NewVar("boxes", boxesType)}
	args := []ast.Expr{addressed(input, v.Type), &ast.Ref{Var: v}}
	renew := &ast.Call{Fun: ast.Callee{Copied: "Renew"}, Args: []ast.Expr{boxes}, T: types.NewTuple()}
	a.renew = append(a.renew, &ast.Do{Call: renew})
	return []ast.Stmt{define(boxes.Var, &ast.Call{Fun: ast.Callee{Copied: "BoxGiven"}, Args: args, T: boxesType}), unbox(boxes)}
}

// rewrites reports whether F overwrites an interface behind an input that may hold floats by value.
func (a *assembly) rewrites(v *ast.Var) bool {
	found := false
	m, written := a.d.mem, a.d.writtenCells()
	see := func(c *location) {
		found = found || written[c] && ast.IsBoxed(c.typ) && ast.HoldsByValue(c.typ)
		if ast.IsMap(c.typ) {
			m.cellsIn(m.targetOf(c), func(c *location) { found = found || written[c] && ast.HoldsByValue(c.typ) })
		}
	}
	m.behind(m.variable(v), map[*location]bool{}, see)
	return found
}

// boxWide lets it be done to widened shadows after they are made, and undone before they are put back.
func (a *assembly) boxWide(w *widened) {
	var boxes []ast.Stmt
	for _, in := range w.inputs {
		boxes = append(boxes, a.box(in.own, in.of)...)
	}
	if len(boxes) == 0 {
		return
	}
	for _, s := range w.last {
		do, _ := s.(*ast.Do)
		w.first = append(w.first, &ast.Do{Call: do.Call, Defer: true})
	}
	w.first, w.last = append(w.first, boxes...), nil
}

// pointedTo returns the variable of the shadow of an input where v is given for it: what v points to, if only by what its interfaces hold
// it has floats beside those that it reaches.
func (a *assembly) pointedTo(v, input *ast.Var) *ast.Var {
	if ast.ShapeOf(input.Type) != ast.ReferenceLike || ast.Pointee(v.Type) == nil || !types.Identical(ast.Pointee(v.Type), input.Type) {
		return v
	}
	own := ast.NewVar(v.Name, input.Type)
	a.own = append(a.own, define(own, &ast.Deref{X: &ast.Ref{Var: v}}))
	return own
}

// boxedHere does so for a shadow that the statements mk make and that does not leave the derivative.
func boxedHere(mk []ast.Stmt, t types.Type) []ast.Stmt {
	if !ast.HoldsByValue(t) {
		return mk
	}
	var out []ast.Stmt
	for _, s := range mk {
		if a, ok := s.(*ast.Assign); ok && isShadowCall(a.Rhs[0]) {
			c := *a
			c.Rhs = []ast.Expr{&ast.Call{Fun: ast.Callee{Copied: "Boxed"}, Args: a.Rhs, T: a.Rhs[0].Type()}}
			s = &c
		}
		out = append(out, s)
	}
	return out
}

// isShadowCall reports whether e is a shadowCall.
func isShadowCall(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && (c.Fun.Copied == "Shadow" || c.Fun.Copied == "ShadowWith")
}

// isCopyCall reports whether a call copies what a checkpoint or a rule wants as it was.
func isCopyCall(c *ast.Call) bool { return c.Fun.Copied == "Copy" || c.Fun.Copied == "CopyCap" }

// Derivatives of derivatives.
//
// What the gradient does to the interfaces of a shadow, its forward mode does to those of the tangent of that too, which has the same types:
//
//	ds = godiff.Shadow(s)                   vds = godiff.Shadow(s)
//	defer godiff.Unbox(godiff.Box(ds))      defer godiff.Unbox(godiff.Box(vds))

// changesBoxes reports whether a call, in a derivative that is differentiated, lets interfaces hold pointers, or values again.
func changesBoxes(c *ast.Call) bool {
	switch c.Fun.Copied {
	case "Box", "BoxGiven", "Unbox", "Renew":
		return true
	}
	return false
}

// checkBoxes refuses the reverse mode of a derivative that does.
func checkBoxes(f *ast.Func) {
	eachExpr(f.Body, func(s ast.Stmt, e ast.Expr) {
		c, ok := e.(*ast.Call)
		switch {
		case !ok:
		case isCopyCall(c) || keepsLinks(c) || c.Fun.Copied == "CarryOver":
			refuse(s.Info().Pos, "a loop or call with a checkpoint hands memory on in it, or copies what may share memory; that is not supported yet in reverse mode of derivatives: ask for hvp")
		case changesBoxes(c) || c.Fun.Copied == "Boxed":
			refuse(s.Info().Pos, "an interface in it holds floats by value; that is not supported yet in reverse mode of derivatives: let it hold pointers, or ask for hvp")
		}
	})
}

// boxTangent returns what a statement that calls Unbox or Renew does to tangents.
func (t *tangents) boxTangent(s *ast.Do, c *ast.Call) []ast.Stmt {
	d := *c
	switch x := c.Args[0].(type) {
	case *ast.Ref:
		v := t.boxed[x.Var]
		if v == nil {
			return nil
		}
		d.Args = ast.Refs([]*ast.Var{v})
	case *ast.Call:
		arg := t.boxArg(x)
		if arg == nil {
			return nil
		}
		e := *x
		e.Args = []ast.Expr{arg}
		d.Args = []ast.Expr{&e}
	}
	return []ast.Stmt{&ast.Do{Call: &d, Defer: s.Defer}}
}

// zeroBefore makes the tangent of a shadow that has none before c, a call of Unbox, lets the interfaces in it hold pointers.
func (t *tangents) zeroBefore(c *ast.Call) []ast.Stmt {
	box, ok := c.Args[0].(*ast.Call)
	if !ok || t.reachesActive(box.Args[0]) {
		return nil
	}
	x := box.Args[0]
	if a, ok := x.(*ast.Addr); ok {
		x = a.X
	}
	v := ast.RootVar(x)
	if v == nil {
		return nil
	}
	if t.unboxed == nil {
		t.unboxed = map[*ast.Var]*ast.Var{}
	}
	t.unboxed[v] = ast.NewVar(t.fn.Tangents()+v.Name+t.suffix, v.Type)
	return []ast.Stmt{define(t.unboxed[v], t.u.shadowCall(&ast.Ref{Var: v}, v.Type))}
}

// unboxedZero is the tangent of a value that has none, if it was made by zeroBefore; else nil.
func (t *tangents) unboxedZero(e ast.Expr) ast.Expr {
	if zero := t.unboxed[ast.RootVar(e)]; zero != nil {
		return replaceRoot(e, zero)
	}
	return nil
}

// boxGivenTangent returns the definition of the boxes of a tangent, beside that of the boxes l of its shadow.
func (t *tangents) boxGivenTangent(l ast.Expr, c *ast.Call) []ast.Stmt {
	arg, ref := t.boxArg(c), l.(*ast.Ref)
	if arg == nil {
		return nil
	}
	v := ast.NewVar(t.fn.Tangents()+ref.Var.Name+t.suffix, ref.Var.Type)
	if t.boxed == nil {
		t.boxed = map[*ast.Var]*ast.Var{}
	}
	t.boxed[ref.Var] = v
	d := *c
	d.Args = append(slices.Clone(c.Args[:len(c.Args)-1]), arg)
	return []ast.Stmt{define(v, &d)}
}

// boxArg returns the tangent of the shadow whose interfaces a call lets hold pointers, or nil where it has none.
func (t *tangents) boxArg(c *ast.Call) ast.Expr {
	x := c.Args[len(c.Args)-1]
	if !t.reachesActive(x) {
		return nil
	}
	if v := ast.RootVar(x); v != nil {
		t.both(v)
	}
	return t.value(x, now)
}
