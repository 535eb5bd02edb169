package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Running maxima, and what is like them.
//
// Where the iterations of a loop overwrite a number now and then, with something that does not depend on it, only the last time counts for
// the derivative: what was put there before is gone. So the loop need only remember which iteration that was,
//
//	for i, v := range z {          last := -1
//		top = max(top, v)          for i, v := range z {
//	}                                  if !(top >= v || top != top) { last = i }
//	                                   top = max(top, v)
//	                               }
//	                               if last >= 0 { top = z[last] }
//
// The assignment in the loop is idle then: it has no derivative of its own. The one behind the loop is silent: it has nothing but a
// derivative, since what it would put there is there already, and the forward sweep leaves it out.
type winners struct {
	d         *derivation
	addressed map[*ast.Var]bool
	found     bool
}

// lastWins rewrites such loops in the body of a function, and reports whether there are any.
func (d *derivation) lastWins(b *ast.Block) (*ast.Block, bool) {
	w := &winners{d: d, addressed: addressTaken(b)}
	return w.block(b), w.found
}

func (w *winners) block(b *ast.Block) *ast.Block {
	if len(b.Stmts) == 0 {
		return b
	}
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 {
			s = ast.MapBlocks(s, w.block)
		}
		out.Stmts = append(out.Stmts, w.around(s)...)
	}
	return out
}

// A winner is an assignment in a loop of which the last time wins.
type winner struct {
	stmt *ast.Assign
	x    *ast.Var // the number that it overwrites …
	e    ast.Expr // … with this
	when ast.Expr // the condition under which it does; nil where it always does
}

// around returns a statement, if it is such a loop with what goes before and behind it.
func (w *winners) around(s ast.Stmt) []ast.Stmt {
	loop, i, by := w.counted(s)
	if i == nil || leavesMore(loop) {
		return []ast.Stmt{s}
	}
	var before, behind []ast.Stmt
	for {
		c := w.find(loop, i, by)
		if c == nil {
			break
		}
		last := ast.NewVar("last", i.Type)
		note := ast.Stmt(set(&ast.Ref{Var: last}, token.ASSIGN, &ast.Ref{Var: i}))
		idle := *c.stmt
		idle.Idle = true
		list := []ast.Stmt{&idle, note}
		if c.when != nil {
			list = []ast.Stmt{&ast.If{Cond: c.when, Then: &ast.Block{Stmts: []ast.Stmt{note}}}, &idle}
		}
		loop = replaceIn(loop, c.stmt, list)
		at := map[*ast.Var]ast.Expr{i: &ast.Ref{Var: last}}
		silent := set(&ast.Ref{Var: c.x}, token.ASSIGN, substitution(at)(substitution(by)(c.e)))
		silent.Meta = ast.Meta{Pos: c.stmt.Pos, Src: c.stmt.Src, Silent: true}
		some := &ast.Binary{Op: token.GEQ, X: &ast.Ref{Var: last}, Y: intLiteral(0, i.Type), T: types.Typ[types.Bool]}
		start := define(last, intLiteral(-1, i.Type))
		ast.Attribute([]ast.Stmt{start, note}, ast.Saving, c.stmt)
		before = append(before, start)
		behind = append(behind, &ast.If{Meta: ast.Meta{Silent: true}, Cond: some, Then: &ast.Block{Stmts: []ast.Stmt{silent}}})
		w.found = true
	}
	if len(before) == 0 {
		return []ast.Stmt{s}
	}
	return append(append(before, loop), behind...)
}

// counted returns a loop over indices from 0 up with its counter, nil if it is none, and what a range value stands for.
func (w *winners) counted(s ast.Stmt) (loop ast.Stmt, i *ast.Var, by map[*ast.Var]ast.Expr) {
	by = map[*ast.Var]ast.Expr{}
	switch g := s.(type) {
	case *ast.Range:
		if !isSlice(g.X.Type()) && !isArray(g.X.Type()) && !isInteger(g.X.Type()) || g.Key != nil && !g.Define {
			return s, nil, nil
		}
		c := *g
		if c.Key == nil {
			c.Key, c.Define = &ast.Ref{Var: ast.NewVar("i", keyType(g))}, true
		}
		if i = loopVariable(&c); i == nil || i.Blank() || assigns(c.Body, i) {
			return s, nil, nil
		}
		if v := rangeValue(&c); v != nil && !assigns(c.Body, v.Var) {
			by[v.Var] = &ast.Index{X: g.X, I: &ast.Ref{Var: i}, T: elemType(g.X.Type())}
		}
		return &c, i, by
	case *ast.For:
		if c := counter(g); c != nil && !c.down {
			if lo, ok := intLit(c.lo); ok && lo >= 0 {
				return s, c.v, by
			}
		}
	}
	return s, nil, nil
}

// leavesMore reports whether a loop holds a jump or return that leaves more than the loop.
func leavesMore(loop ast.Stmt) bool {
	leaves := false
	ast.Inspect(loop, func(s ast.Stmt) bool {
		switch s := s.(type) {
		case *ast.Return:
			leaves = true
		case *ast.Branch:
			leaves = leaves || s.Target != nil
		}
		return !leaves
	})
	return leaves
}

// find returns an assignment of a loop of which the last time wins, or nil.
func (w *winners) find(loop ast.Stmt, i *ast.Var, by map[*ast.Var]ast.Expr) *winner {
	var found *winner
	var visit func(b *ast.Block)
	visit = func(b *ast.Block) {
		for _, s := range b.Stmts {
			switch s := s.(type) {
			case *ast.Assign:
				if c := w.winner(s); found == nil && c != nil && w.onlyWins(loop, c) && w.again(loop, substitution(by)(c.e), i) {
					found = c
				}
			case *ast.If, *ast.Block:
				for _, inner := range ast.Blocks(s) {
					visit(inner)
				}
			}
		}
	}
	visit(ast.Blocks(loop)[0])
	return found
}

// winner returns what an assignment overwrites a number with, if it is one of that form.
func (w *winners) winner(s *ast.Assign) *winner {
	if s.Idle || s.Op != token.ASSIGN || len(s.Lhs) != len(s.Rhs) {
		return nil
	}
	c := &winner{stmt: s}
	for k, l := range s.Lhs {
		if l == nil || !ast.Carries(l.Type()) {
			continue
		}
		ref, ok := l.(*ast.Ref)
		if !ok || c.x != nil || !ast.IsFloat(ref.Var.Type) || w.addressed[ref.Var] || !w.d.act.place(ref) {
			return nil
		}
		c.x, c.e = ref.Var, s.Rhs[k]
	}
	if c.x == nil || !w.d.act.depends(c.e) {
		return nil
	}
	if mentions(c.e, c.x) && !w.extreme(c) {
		return nil
	}
	return c
}

// extreme reports whether an assignment is one of the greater or smaller of the number and another, which then is what overwrites it.
func (w *winners) extreme(c *winner) bool {
	call, ok := c.e.(*ast.Call)
	if !ok || len(call.Args) != 2 || len(c.stmt.Lhs) != 1 || call.Fun.Builtin != "max" && call.Fun.Builtin != "min" && !isMath(call) {
		return false
	}
	if slices.ContainsFunc(call.Args, func(x ast.Expr) bool { return ast.Any(x, func(e ast.Expr) bool { return isFunctionCall(w.d.u, e) }) }) {
		return false // it is no place
	}
	lin := &linear{d: w.d, stmt: c.stmt}
	lin.push(call, symbolic(call.T))
	if len(lin.pre) > 0 || len(lin.terms) != 2 {
		return false
	}
	other := lin.terms[0]
	if ref, ok := other.place.(*ast.Ref); ok && ref.Var == c.x {
		other = lin.terms[1]
	}
	for _, t := range lin.terms {
		if !isBareSeed(t.coef) || isMinus(t.coef) != nil || len(t.when) == 0 {
			return false
		}
	}
	if mentions(other.place, c.x) {
		return false
	}
	c.e, c.when = other.place, present(all(other.when))
	return true
}

// onlyWins reports whether a loop does nothing else to the number, and reads it only to decide something.
func (w *winners) onlyWins(loop ast.Stmt, c *winner) bool {
	ok := true
	ast.Inspect(loop, func(s ast.Stmt) bool {
		if s == ast.Stmt(c.stmt) {
			for k, e := range c.stmt.Rhs {
				l := c.stmt.Lhs[k]
				ok = ok && (l == nil || !ast.Carries(l.Type()) || c.when != nil || !mentions(e, c.x))
			}
			return ok
		}
		ok = ok && !contains(ast.Defined(s), c.x)
		_, isIf := s.(*ast.If)
		lhs, rhs := sides(s)
		passive := len(lhs) > 0 && len(lhs) == len(rhs)
		for _, l := range lhs {
			passive = passive && (l == nil || !ast.Carries(l.Type()))
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if mentions(e, c.x) {
				ok = ok && !assigned && (isIf || passive || isBoolean(e.Type()))
			}
		})
		return ok
	})
	return ok
}

// again reports whether e, in which i is the counter, has the same values behind the loop as in it.
func (w *winners) again(loop ast.Stmt, e ast.Expr, i *ast.Var) bool {
	written := map[*location]bool{}
	ast.Inspect(loop, func(s ast.Stmt) bool {
		w.d.mem.writes(s, func(c *location) { written[c.find()] = true })
		return true
	})
	ok := true
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			if e.Var == i {
				break
			}
			ok = ok && !assigns(ast.Blocks(loop)[0], e.Var)
			ast.Inspect(loop, func(s ast.Stmt) bool {
				ok = ok && !contains(ast.Defined(s), e.Var)
				return ok
			})
		case *ast.Call:
			ok = ok && (e.Fun.Builtin == "len" || isMath(e))
		case *ast.Lit, *ast.Name, *ast.Field, *ast.Index, *ast.Deref, *ast.Unary, *ast.Binary, *ast.Convert:
		default:
			ok = false
		}
		return ok
	})
	at := substitution(map[*ast.Var]ast.Expr{i: intLiteral(0, i.Type)})(e)
	w.d.mem.reads(at, func(c *location) { ok = ok && !written[c.find()] })
	return ok
}

// replaceIn puts a list in the place of a statement below s.
func replaceIn(s, old ast.Stmt, list []ast.Stmt) ast.Stmt {
	return ast.MapBlocks(s, func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, t := range b.Stmts {
			switch {
			case t == old:
				out.Stmts = append(out.Stmts, list...)
			case len(ast.Blocks(t)) > 0:
				out.Stmts = append(out.Stmts, replaceIn(t, old, list))
			default:
				out.Stmts = append(out.Stmts, t)
			}
		}
		return out
	})
}

// withoutSilent removes the silent statements, and conditions that hold nothing else.
func withoutSilent(b *ast.Block) *ast.Block {
	if len(b.Stmts) == 0 {
		return b
	}
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if inner, ok := s.(*ast.Block); len(ast.Blocks(s)) > 0 && !(ok && len(inner.Stmts) == 0) {
			s = ast.MapBlocks(s, withoutSilent)
		}
		if s.Info().Silent {
			if c, ok := s.(*ast.If); !ok || len(c.Then.Stmts) == 0 {
				continue
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}
