package printer

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Type switches.
//
// A chain of ifs that ask for the type of one value is printed as a switch. Where each branch begins with a definition of what the value is
// there, under one name, the switch has it:
//
//	if is Circle(s) {                      switch s := s.(type) {
//		s := s.(Circle)                    case Circle:
//		…                                      …
//	} else if is Rect(s) {                 case Rect:
//		s := s.(Rect)                          …
//		…                                  default:
//	} else {                                   …
//		…                                  }
//	}
type typeSwitch struct {
	x       ast.Expr
	clauses []*typeClause
}

// A typeClause is a clause of a type switch; the default has no types.
type typeClause struct {
	types []types.Type // nil is for nil
	body  []ast.Stmt
	asks  *ast.If // what it stands for; nil for the default
}

// typeSwitchOf returns the switch that an if is printed as, or nil.
func typeSwitchOf(s *ast.If) *typeSwitch {
	if s.Init != nil || breaks(s) {
		return nil
	}
	x, _, _ := typesAsked(s.Cond)
	if x == nil {
		return nil
	}
	sw := &typeSwitch{x: x}
	for next := s; next != nil; {
		next = sw.add(next)
	}
	if last := len(sw.clauses) - 1; last > 0 && len(sw.clauses[last].body) == 0 {
		sw.clauses = sw.clauses[:last]
	}
	if sw.asksOnlyForNil() || len(sw.clauses) == 1 && len(sw.clauses[0].body) == 0 {
		return nil
	}
	return sw
}

// asksOnlyForNil reports whether sw asks for no type but that of nil.
func (sw *typeSwitch) asksOnlyForNil() bool {
	return !slices.ContainsFunc(sw.clauses, func(c *typeClause) bool {
		return slices.ContainsFunc(c.types, func(t types.Type) bool { return t != nil })
	})
}

// add adds the clause of an if that asks for the type of sw.x, and returns the next. Where there is none, what is left is the default.
func (sw *typeSwitch) add(s *ast.If) *ast.If {
	_, list, not := typesAsked(s.Cond)
	hit, rest := s.Then, s.Else
	if not {
		hit, rest = rest, hit
	}
	c := &typeClause{types: list, asks: s}
	if hit != nil {
		c.body = hit.Stmts
	}
	if n := len(sw.clauses); n > 0 && len(c.body) == 0 && len(sw.clauses[n-1].body) == 0 {
		sw.clauses[n-1].types = append(sw.clauses[n-1].types, list...)
	} else {
		sw.clauses = append(sw.clauses, c)
	}
	if rest == nil || len(rest.Stmts) == 0 {
		return nil
	}
	if next, ok := onlyStmt(rest).(*ast.If); ok && next.Init == nil && next.Comment == "" {
		if x, list, _ := typesAsked(next.Cond); x != nil && ast.Equal(x, sw.x) && !sw.asks(list) {
			return next
		}
	}
	sw.clauses = append(sw.clauses, &typeClause{body: rest.Stmts})
	return nil
}

// asks reports whether a clause is for one of a list of types: Go has no switch that asks for a type twice.
func (sw *typeSwitch) asks(list []types.Type) bool {
	return slices.ContainsFunc(sw.clauses, func(c *typeClause) bool {
		return slices.ContainsFunc(c.types, func(t types.Type) bool {
			return slices.ContainsFunc(list, func(other types.Type) bool {
				return t == nil && other == nil || t != nil && other != nil && types.Identical(t, other)
			})
		})
	})
}

// typesAsked returns the value whose type a condition asks for, if that is all that it does, and for which types; not, whether it holds for
// all others. Nil stands for the type of nil.
func typesAsked(e ast.Expr) (x ast.Expr, list []types.Type, not bool) {
	if x, t, ok := ast.IsTest(e); ok {
		return x, []types.Type{t}, false
	}
	switch e := e.(type) {
	case *ast.Unary:
		if e.Op == token.NOT {
			x, list, not = typesAsked(e.X)
			return x, list, !not
		}
	case *ast.Binary:
		switch e.Op {
		case token.EQL, token.NEQ:
			if name, ok := e.Y.(*ast.Name); ok && isNil(name) && ast.IsBoxed(e.X.Type()) {
				return e.X, []types.Type{nil}, e.Op == token.NEQ
			}
		case token.LOR, token.LAND:
			x, list, not = typesAsked(e.X)
			y, more, notMore := typesAsked(e.Y)
			if x != nil && y != nil && ast.Equal(x, y) && not == notMore && not == (e.Op == token.LAND) {
				return x, append(slices.Clone(list), more...), not
			}
		}
	}
	return nil, nil, false
}

func isNil(n *ast.Name) bool {
	_, ok := n.Obj.(*types.Nil)
	return ok
}

// typeSwitch notes the names in a switch.
func (n *namer) typeSwitch(sw *typeSwitch) {
	n.push()
	n.expr(sw.x)
	for _, c := range sw.clauses {
		for _, t := range c.types {
			if t == nil {
				n.outer["nil"] = append(n.outer["nil"], n.pos)
			} else {
				n.typ(t)
			}
		}
		n.block(&ast.Block{Stmts: c.body})
	}
	n.pop()
}

func (p *printer) typeSwitch(sw *typeSwitch) {
	p.printf("switch ")
	name := p.boundName(sw)
	if name != "" {
		p.printf("%s := ", name)
	}
	p.at(sw.x, primaryPrec)
	p.printf(".(type) {\n")
	for _, c := range sw.clauses {
		v, at := sw.binding(c)
		bound := name != "" && v != nil
		if bound {
			p.comment(c.body[at].Info().Comment, c.body[at].Info().Named...)
		}
		if c.asks != nil {
			p.begin(c.asks)
		}
		p.typeCase(c)
		for i, s := range c.body {
			if !bound || i != at {
				p.stmt(s)
			}
		}
	}
	p.printf("}")
}

func (p *printer) typeCase(c *typeClause) {
	if len(c.types) == 0 {
		p.printf("default:\n")
		return
	}
	p.printf("case ")
	for i, t := range c.types {
		if i > 0 {
			p.printf(", ")
		}
		if t == nil {
			p.printf("nil")
		} else {
			p.printf("%s", p.typ(t))
		}
	}
	p.printf(":\n")
}

// binding returns the variable that a clause begins to define as the value, of its type if the clause is for one, and at which of its
// statements: among the first, which say what interfaces hold. It returns nil if there is none.
func (sw *typeSwitch) binding(c *typeClause) (*ast.Var, int) {
	one := len(c.types) == 1 && c.types[0] != nil
	for i, s := range c.body {
		a, ok := s.(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
			break
		}
		if r, ok := a.Lhs[0].(*ast.Ref); ok && !one && ast.Equal(a.Rhs[0], sw.x) {
			return r.Var, i
		}
		f, ok := a.Rhs[0].(*ast.Field)
		if !ok || !ast.IsBoxed(f.X.Type()) {
			break
		}
		if one && ast.Equal(f.X, sw.x) && types.Identical(f.Field.Type(), c.types[0]) {
			r, _ := a.Lhs[0].(*ast.Ref)
			return r.Var, i
		}
	}
	return nil, 0
}

// boundName returns the one name under which the clauses of a switch define what the value is; it is empty if there is none, or if it means
// something else in another clause.
func (p *printer) boundName(sw *typeSwitch) string {
	name := ""
	for _, c := range sw.clauses {
		if v, _ := sw.binding(c); v != nil {
			if name != "" && p.name(v) != name {
				return ""
			}
			name = p.name(v)
		}
	}
	for _, c := range sw.clauses {
		if v, _ := sw.binding(c); name != "" && v == nil && (len(p.namer.world[name]) > 0 || p.usesName(c.body, name, sw.same(c))) {
			return ""
		}
	}
	return name
}

// same returns the variable that a switch is on, where a variable of its own would have the same value and type in a clause.
func (sw *typeSwitch) same(c *typeClause) *ast.Var {
	r, ok := sw.x.(*ast.Ref)
	if !ok || len(c.types) == 1 {
		return nil
	}
	found := false
	ast.Inspect(&ast.Block{Stmts: c.body}, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			found = found || assigned && ast.RootVar(e) == r.Var || ast.Any(e, func(e ast.Expr) bool { a, ok := e.(*ast.Addr); return ok && ast.RootVar(a.X) == r.Var })
		})
		return !found
	})
	if found {
		return nil
	}
	return r.Var
}

// usesName reports whether statements use or define a name for something else than a variable.
func (p *printer) usesName(list []ast.Stmt, name string, but *ast.Var) bool {
	is := func(v *ast.Var) bool { return v != but && p.name(v) == name }
	found := false
	ast.Inspect(&ast.Block{Stmts: list}, func(s ast.Stmt) bool {
		found = found || slices.ContainsFunc(ast.Defined(s), is)
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			found = found || ast.Any(e, func(e ast.Expr) bool { r, ok := e.(*ast.Ref); return ok && is(r.Var) })
		})
		return !found
	})
	return found
}

// breaks reports whether a break below an if leaves the loop around it, which it would not from inside of a switch.
func breaks(s *ast.If) bool {
	found := false
	ast.Inspect(s, func(s ast.Stmt) bool {
		b, ok := s.(*ast.Branch)
		found = found || ok && b.Tok == token.BREAK && b.Target == nil
		_, isFor := s.(*ast.For)
		_, isRange := s.(*ast.Range)
		return !found && !isFor && !isRange
	})
	return found
}
