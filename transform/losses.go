package transform

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Losses.
//
// A derivative is that of the branch which the function took, and zero through an integer. Both are right almost everywhere, and both
// are often not what was meant where a value that has a derivative is compared for equality or becomes an integer:
//
//	if w == 0 { return 0 }            the slope at w = 0 is 0, whatever it is beside it
//	n := int(t / dt)                  the slope along t by way of n is 0
//	for range n { y += f(y) * dt }
//
// Only what matters is found: a branch in which something useful is computed or which decides where the function goes on, and an integer
// that a useful float is made of, that selects an element or that says how often a loop runs.
type losses struct {
	u    *Unit
	list []*Loss
	seen map[string]bool // functions, and what is known of their inputs, that have been looked at
}

// A Loss is a place where a derivative ends.
type Loss struct {
	Kind LossKind
	Pos  token.Pos
	Expr ast.Expr // the comparison or the conversion
}

// A LossKind says how a derivative ends.
type LossKind int

const (
	Equality   LossKind = iota // a branch on whether two values are equal
	Conversion                 // a float becomes an integer
)

// Losses returns where the derivative of f in a mode with respect to the inputs wrt ends, in f and in the functions of its package that
// it calls, by position, each once.
func (u *Unit) Losses(f *ast.Func, mode ast.Mode, wrt []int) (list []*Loss, err error) {
	defer guard(&err)
	l := &losses{u: u, seen: map[string]bool{}}
	l.look(f, among(f, wrt), callSite{}, mode == ast.VJP || mode == ast.JVP, false)
	slices.SortFunc(l.list, func(a, b *Loss) int { return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.Kind, b.Kind)) })
	return slices.CompactFunc(l.list, func(a, b *Loss) bool { return a.Pos == b.Pos && a.Kind == b.Kind }), nil
}

// look looks at a function whose inputs in are varied. Integers says that its integer results matter.
func (l *losses) look(f *ast.Func, in []bool, at callSite, memory, integers bool) {
	key := fmt.Sprintf("%p %v %v %v", f, in, memory, integers)
	if s := l.u.summary(f.Obj); s == nil || !s.recursive {
		key += fmt.Sprint(at)
	}
	if l.seen[key] {
		return
	}
	l.seen[key] = true
	d := l.u.understand(f, in, at, memory, false)
	s := &lossFinder{losses: l, d: d, matters: map[*location]bool{}, named: map[*ast.Var]ast.Expr{}}
	s.near = reachable(d.act.flows, s.activeCells())
	if integers {
		for _, v := range d.fn.Results {
			s.matter(&ast.Ref{Var: v})
		}
	}
	s.conversions()
	s.branches(d.fn.Body)
	s.calls()
}

// A lossFinder finds the losses in one function.
type lossFinder struct {
	*losses
	d       *derivation
	near    map[*location]bool    // cells that active ones, those among them, flow into
	matters map[*location]bool    // integer cells that something useful depends on
	named   map[*ast.Var]ast.Expr // what variables of ours stand for
	changed bool
}

func (s *lossFinder) activeCells() []*location {
	var list []*location
	for l := range s.d.act.varied {
		if s.d.act.active(l) {
			list = append(list, l)
		}
	}
	return list
}

func (s *lossFinder) add(kind LossKind, pos token.Pos, e ast.Expr) {
	if pos.IsValid() {
		s.list = append(s.list, &Loss{kind, pos, ast.Map(e, func(e ast.Expr) ast.Expr {
			if ref, ok := e.(*ast.Ref); ok && s.named[ref.Var] != nil {
				return s.named[ref.Var]
			}
			return e
		})})
	}
}

// varied reports whether the derivative of e can be other than zero, useful or not.
func (s *lossFinder) varied(e ast.Expr) bool {
	return slices.ContainsFunc(s.d.act.sources(e), func(l *location) bool { return s.d.act.varied[l.find()] })
}

// conversions finds the integers that matter and the conversions that they come from.
func (s *lossFinder) conversions() {
	for s.changed = true; s.changed; {
		s.changed = false
		s.eachUse(s.noteIntegers)
	}
	s.eachUse(s.findConversions)
}

// eachUse calls f for the expressions that something useful depends on.
func (s *lossFinder) eachUse(f func(ast.Expr)) {
	ast.Inspect(s.d.fn.Body, func(st ast.Stmt) bool {
		s.uses(st, f)
		return true
	})
}

// uses calls f for the expressions of a statement that something useful depends on.
func (s *lossFinder) uses(st ast.Stmt, f func(ast.Expr)) {
	switch st := st.(type) {
	case *ast.Assign:
		s.assigned(st.Lhs, st.Rhs, f)
	case *ast.Decl:
		s.assigned(ast.Refs(st.Vars), st.Values, f)
	case *ast.Return:
		s.assigned(ast.Refs(s.d.fn.Results), st.Results, f)
	case *ast.For:
		if st.Cond != nil && s.computes(st.Body.Stmts) {
			f(st.Cond)
		}
	case *ast.Range:
		if isInteger(st.X.Type()) && s.computes(st.Body.Stmts) {
			f(st.X)
		}
	case *ast.Do:
		if st.Call.Fun.Fn != nil && s.d.writesActive(st.Call) {
			f(st.Call)
		}
	case *ast.If, *ast.Branch, *ast.Block:
	default:
		panic(fmt.Sprintf("losses: %T", st))
	}
}

// assigned calls f for the values that useful places are given, and for those places.
func (s *lossFinder) assigned(lhs, rhs []ast.Expr, f func(ast.Expr)) {
	for i, l := range lhs {
		switch {
		case l == nil || len(rhs) == 0:
		case len(rhs) == len(lhs):
			s.put(s.d.mem.place(l), rhs[i], f)
		case s.isUseful(s.d.mem.place(l)):
			f(rhs[0])
		}
		if l != nil && s.isUseful(s.d.mem.place(l)) {
			for _, x := range ast.Operands(l) {
				f(x)
			}
		}
	}
}

// put calls f for the parts of a value that are useful at a location.
func (s *lossFinder) put(l *location, e ast.Expr, f func(ast.Expr)) {
	if c, ok := e.(*ast.Composite); ok && isStruct(l.find().typ) {
		for _, elem := range c.Elems {
			s.put(s.d.mem.part(l, fieldIndex(c.T, elem.Field)), elem.Value, f)
		}
		return
	}
	if s.isUseful(l) {
		f(e)
	}
}

// isUseful reports whether a float at a location is useful, or an integer matters.
func (s *lossFinder) isUseful(l *location) bool {
	useful := false
	s.d.mem.cellsIn(l, func(c *location) { useful = useful || s.d.act.useful[c] || s.matters[c] })
	return useful
}

// noteIntegers notes that the integers which a useful expression reads matter.
func (s *lossFinder) noteIntegers(e ast.Expr) {
	s.walk(e, func(e ast.Expr) {
		if isPlace(e) {
			s.matter(e)
		}
	})
}

// findConversions finds the conversions in a useful expression, and in the functions that it calls for integers.
func (s *lossFinder) findConversions(e ast.Expr) {
	s.walk(e, func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Convert:
			if isInteger(e.T) && ast.IsFloat(e.X.Type()) && s.varied(e.X) {
				s.add(Conversion, e.Pos, e)
			}
		case *ast.Call:
			s.integers(e)
		}
	})
}

// walk calls f for a useful expression and what it is computed of. How large something is says nothing of what it holds.
func (s *lossFinder) walk(e ast.Expr, f func(ast.Expr)) {
	ast.Walk(e, func(e ast.Expr) bool {
		if c, ok := e.(*ast.Call); ok && (slices.Contains([]string{"len", "cap", "make", "new"}, c.Fun.Builtin) || s.d.constant(c)) {
			return false
		}
		f(e)
		return true
	})
}

// matter notes that an integer at a place matters.
func (s *lossFinder) matter(e ast.Expr) {
	if i, ok := e.(*ast.Index); !isInteger(e.Type()) || ok && isString(i.X.Type()) {
		return
	}
	for _, c := range s.d.mem.cells(e) {
		s.changed = s.changed || !s.matters[c]
		s.matters[c] = true
	}
}

// branches finds the branches on equality in a block.
func (s *lossFinder) branches(b *ast.Block) {
	for i, st := range b.Stmts {
		switch st := st.(type) {
		case *ast.Assign:
			s.name(st)
		case *ast.If:
			s.branch(st, b.Stmts[i+1:])
		}
		for _, b := range ast.Blocks(st) {
			s.branches(b)
		}
	}
}

// name notes what a variable of ours stands for, such as the tag of a switch.
func (s *lossFinder) name(a *ast.Assign) {
	if ref, ok := a.Lhs[0].(*ast.Ref); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 && a.Op == token.DEFINE && ref.Var.Obj == nil {
		s.named[ref.Var] = a.Rhs[0]
	}
}

// branch finds the comparisons on which a statement branches, with the statements behind it.
func (s *lossFinder) branch(st *ast.If, behind []ast.Stmt) {
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		switch e := e.(type) {
		case *ast.Unary:
			visit(e.X)
		case *ast.Binary:
			switch e.Op {
			case token.LAND, token.LOR:
				visit(e.X)
				visit(e.Y)
			case token.EQL, token.NEQ:
				if s.isNear(e) && !fails(whereEqual(st, e, behind)) && s.decides(st) {
					s.add(Equality, e.Pos, e)
				}
			}
		}
	}
	visit(st.Cond)
}

// isNear reports whether a comparison is of floats of which one has a derivative that matters. A value is compared with itself to find
// out whether it is a number.
func (s *lossFinder) isNear(e *ast.Binary) bool {
	if !holdsFloats(e.X.Type()) || ast.Equal(e.X, e.Y) {
		return false
	}
	return slices.ContainsFunc([]ast.Expr{e.X, e.Y}, func(x ast.Expr) bool {
		var from []*location
		if isPlace(x) {
			from = s.d.act.floats(s.d.mem.place(x), false)
		} else {
			from = s.d.act.sources(x)
		}
		return slices.ContainsFunc(from, func(l *location) bool { return s.near[l.find()] })
	})
}

// whereEqual returns what is done where the operands of a comparison in the condition of an if statement are equal.
func whereEqual(st *ast.If, e *ast.Binary, behind []ast.Stmt) []ast.Stmt {
	switch {
	case e.Op == token.EQL:
		return st.Then.Stmts
	case st.Else != nil:
		return st.Else.Stmts
	case ast.Terminates(st.Then.Stmts):
		return behind
	}
	return nil
}

// fails reports whether statements end with a panic, or return an error or a number that is none, so that there is no derivative.
func fails(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch last := list[len(list)-1].(type) {
	case *ast.Do:
		return last.Call.Fun.Builtin == "panic"
	case *ast.Return:
		return isFailure(last)
	}
	return false
}

// isFailure reports whether a return statement returns an error, NaN or an infinity for sure.
func isFailure(r *ast.Return) bool {
	return slices.ContainsFunc(r.Results, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Call:
			return e.Fun.Fn != nil && (ast.IsError(e.T) && isText(e.Fun.Fn) || slices.Contains(noNumbers, e.Fun.Fn.FullName()))
		case *ast.Ref:
			return false
		}
		return ast.IsError(e.Type()) && !isNil(e)
	})
}

// noNumbers are the functions whose results are no numbers.
var noNumbers = []string{"math.NaN", "math.Inf"}

// decides reports whether something useful depends on which way an if statement goes.
func (s *lossFinder) decides(st *ast.If) bool {
	for _, b := range ast.Blocks(st) {
		jumps := false
		ast.Inspect(b, func(st ast.Stmt) bool {
			_, is := st.(*ast.Branch)
			jumps = jumps || is
			return true
		})
		if jumps || s.computes(b.Stmts) {
			return true
		}
	}
	return false
}

// computes reports whether statements set something useful or leave the function, other than by failing.
func (s *lossFinder) computes(list []ast.Stmt) bool {
	found := false
	ast.Inspect(&ast.Block{Stmts: list}, func(st ast.Stmt) bool {
		switch st := st.(type) {
		case *ast.Assign:
			found = found || slices.ContainsFunc(st.Lhs, func(l ast.Expr) bool { return l != nil && s.isUseful(s.d.mem.place(l)) })
		case *ast.Return:
			found = found || !isFailure(st)
		case *ast.Do:
			found = found || st.Call.Fun.Fn != nil && s.d.writesActive(st.Call)
		}
		return !found
	})
	return found
}

// calls looks at the functions that derivatives go through.
func (s *lossFinder) calls() {
	eachExpr(s.d.fn.Body, func(_ ast.Stmt, e ast.Expr) {
		c, ok := e.(*ast.Call)
		if f := s.callee(c, ok); f != nil && s.d.callActive(c) {
			in := ofInputs(f, s.d.pattern(c))
			s.look(f, in, s.d.callSite(nil, c, in, s.u.summary(f.Obj)), true, false)
		}
	})
}

// integers looks at a function that is called for integers that matter.
func (s *lossFinder) integers(c *ast.Call) {
	f := s.callee(c, true)
	if f == nil {
		return
	}
	in := make([]bool, len(c.Args))
	for i, x := range c.Args {
		in[i] = ast.Carries(x.Type()) && s.varied(x)
	}
	if in = ofInputs(f, in); slices.Contains(in, true) && slices.ContainsFunc(f.Results, func(v *ast.Var) bool { return isInteger(v.Type) }) {
		s.look(f, in, callSite{}, false, true)
	}
}

// ofInputs makes what holds of the arguments of a call what holds of the inputs: several may be one that is variadic, or none.
func ofInputs(f *ast.Func, args []bool) []bool {
	in := make([]bool, len(f.Inputs()))
	for i, holds := range args {
		at := min(i, len(in)-1)
		in[at] = in[at] || holds
	}
	return in
}

// callee returns the function of the package that is called and for which no rule stands, or nil.
func (s *lossFinder) callee(c *ast.Call, ok bool) *ast.Func {
	if !ok || c.Fun.Fn == nil || c.Fun.Fn.Pkg() != s.u.Pkg || s.d.constant(c) || s.d.isRuled(c) {
		return nil
	}
	return s.u.Lower(c.Fun.Fn)
}
