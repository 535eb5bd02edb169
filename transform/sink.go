package transform

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Sinking.
//
// Where an adjoint is set in one branch of an if and zero after the other, what it contributes is computed in that branch:
//
//	if r == 0 {                              if r == 0 {
//		dx = dy                                  dx = dy
//	} else {                                 } else {
//		dc = 2 * dy                              dc := 2 * dy
//	}                                                dx += dc / r
//	dx += dc / r                             }
//
// That saves work, and it keeps the partials of what F has computed but not used out of the derivative: 0/0 is no zero.
type sinking struct {
	u        *Unit
	adjoints map[*ast.Var]bool // those that only their names reach
	uses     map[*ast.Var]int  // how often variables are mentioned in the function
	zero     map[*ast.Var]bool // adjoints that are zero here
}

// sink applies the pass to the body of a function and reports whether it changed anything.
func (d *derivation) sink(b *ast.Block) (*ast.Block, bool) {
	taken, adjoints := addressTaken(b), map[*ast.Var]bool{}
	for _, dv := range d.adjoints {
		adjoints[dv] = !taken[dv]
	}
	s := &sinking{d.u, adjoints, mentionsIn(b), map[*ast.Var]bool{}}
	changed := false
	return s.block(b, &changed), changed
}

// mentionsIn counts how often statements mention each variable.
func mentionsIn(list ...ast.Stmt) map[*ast.Var]int {
	uses := map[*ast.Var]int{}
	eachExpr(&ast.Block{Stmts: list}, func(_ ast.Stmt, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok {
			uses[r.Var]++
		}
	})
	return uses
}

func (s *sinking) block(b *ast.Block, changed *bool) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for list := b.Stmts; len(list) > 0; {
		st := list[0]
		list = list[1:]
		switch t := st.(type) {
		case *ast.If:
			c := *t
			then, els := s.clone(), s.clone()
			c.Then = then.block(t.Then, changed)
			if t.Else != nil {
				c.Else = els.block(t.Else, changed)
			}
			if !leaves(&c) {
				if moved, rest := s.sunk(&c, list, then, els); len(moved) > 0 {
					for _, st := range moved {
						then.forget(st)
						els.forget(st)
					}
					list = rest
					*changed = true
				}
			}
			out.Stmts = append(out.Stmts, &c)
			for v := range s.zero {
				if !then.zero[v] || !els.zero[v] {
					delete(s.zero, v)
				}
			}
			continue
		case *ast.For, *ast.Range, *ast.Block:
			if !isMark(st) {
				s.forget(st)
				inner := s.clone()
				st = ast.MapBlocks(st, func(b *ast.Block) *ast.Block { return inner.block(b, changed) })
			}
		default:
			s.step(st)
		}
		out.Stmts = append(out.Stmts, st)
	}
	return out
}

func (s *sinking) clone() *sinking { return &sinking{s.u, s.adjoints, s.uses, maps.Clone(s.zero)} }

// forget drops the variables that a statement, or one below it, assigns.
func (s *sinking) forget(st ast.Stmt) {
	ast.Inspect(st, func(st ast.Stmt) bool {
		for _, v := range ast.Defined(st) {
			delete(s.zero, v)
		}
		ast.Exprs(st, func(e ast.Expr, assigned bool) {
			if v := ast.RootVar(e); assigned && v != nil {
				delete(s.zero, v)
			}
		})
		return true
	})
}

// step notes what a simple statement makes zero, or no longer so.
func (s *sinking) step(st ast.Stmt) {
	if a, ok := st.(*ast.Assign); ok && s.keepsZero(a) {
		return
	}
	s.forget(st)
	switch st := st.(type) {
	case *ast.Decl:
		for _, v := range st.Vars {
			if len(st.Values) == 0 && ast.IsFloat(v.Type) && s.adjoints[v] {
				s.zero[v] = true
			}
		}
	case *ast.Assign:
		if r, ok := st.Lhs[0].(*ast.Ref); ok && len(st.Lhs) == 1 && (st.Op == token.ASSIGN || st.Op == token.DEFINE) && s.adjoints[r.Var] && ast.IsFloat(r.Var.Type) && s.isZero(st.Rhs[0]) {
			s.zero[r.Var] = true
		}
	}
}

// keepsZero reports whether an assignment leaves variables that are zero so.
func (s *sinking) keepsZero(a *ast.Assign) bool {
	r, ok := a.Lhs[0].(*ast.Ref)
	if !ok || len(a.Lhs) > 1 || !s.zero[r.Var] {
		return false
	}
	switch a.Op {
	case token.MUL_ASSIGN, token.QUO_ASSIGN:
		return true
	}
	return s.isZero(a.Rhs[0])
}

// isZero reports whether an expression is a multiple of an adjoint that is zero.
func (s *sinking) isZero(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Lit:
		return isZero(e)
	case *ast.Ref:
		return s.zero[e.Var]
	case *ast.Unary:
		return e.Op == token.SUB && s.isZero(e.X)
	case *ast.Convert:
		return ast.IsFloat(e.T) && ast.IsFloat(e.X.Type()) && s.isZero(e.X)
	case *ast.Binary:
		switch e.Op {
		case token.ADD, token.SUB:
			return s.isZero(e.X) && s.isZero(e.Y)
		case token.MUL:
			return s.isZero(e.X) || s.isZero(e.Y)
		case token.QUO:
			return s.isZero(e.X)
		}
	case *ast.Call:
		return ast.IsFloat(e.T) && s.u.isLinear(e.Fun.Gen) && s.isZero(e.Args[len(e.Args)-1])
	}
	return false
}

// isLinear reports whether a function of ours, a rule or the reverse mode of a function with one result, is linear in its last parameter.
func (u *Unit) isLinear(f *ast.Func) bool {
	if f == nil {
		return false
	}
	return u.isCopy(f) ||
		slices.ContainsFunc(u.order, func(h *helper) bool { return h.back == f && len(h.f.Results) == 1 && !refersToMemory(h.f) })
}

// refersToMemory reports whether a function is given memory of its caller.
func refersToMemory(f *ast.Func) bool {
	return slices.ContainsFunc(f.Inputs(), func(v *ast.Var) bool { return hasRefs(v.Type) })
}

// writesMemory reports whether evaluating an expression of a derivative may write memory.
func writesMemory(e ast.Expr) bool {
	return writesByBuiltin(e) || ast.Any(e, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		switch {
		case !ok:
			return false
		case c.Fun.Gen != nil:
			return slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return hasRefs(x.Type()) || isUnknown(x.Type()) })
		}
		return c.Fun.Fn != nil && !isMath(c)
	})
}

// isUnknown reports whether a type is that of what a forward sweep remembers, before that is known.
func isUnknown(t types.Type) bool {
	st, ok := t.Underlying().(*types.Struct)
	return ok && st.NumFields() == 0
}

// sunk moves statements of a list, which follows an if, into the branch in which they do something, and returns them and what is left of
// the list. The user's own assignments to variables in between stay behind.
func (s *sinking) sunk(c *ast.If, list []ast.Stmt, then, els *sinking) (moved, rest []ast.Stmt) {
	for _, branch := range []struct {
		zero *sinking // what is zero after the other branch
		in   **ast.Block
	}{{els, &c.Then}, {then, &c.Else}} {
		idle, rest := branch.zero.clone().idle(list)
		if len(idle) == 0 {
			continue
		}
		b := &ast.Block{}
		if *branch.in != nil {
			*b = **branch.in
		}
		b.Stmts = append(slices.Clone(b.Stmts), idle...)
		*branch.in = b
		return idle, rest
	}
	return nil, list
}

// idle returns the first statements of a list that do nothing, given what is zero, and are not missed by those that follow, and the rest.
func (s *sinking) idle(list []ast.Stmt) (idle, rest []ast.Stmt) {
	var taken []int
	var passed []*ast.Var // assigned by statements that stay behind
	for n, st := range list {
		if a, ok := st.(*ast.Assign); ok && a.Pos.IsValid() && ofVariables(a) && !writesMemory(a.Rhs[0]) && len(passed) < near {
			passed = append(passed, a.Lhs[0].(*ast.Ref).Var)
			s.forget(st)
			continue
		}
		if slices.ContainsFunc(passed, func(v *ast.Var) bool { return usesVar(st, v) }) || !s.isIdle(st) {
			break
		}
		taken = append(taken, n)
	}
	for len(taken) > 0 {
		idle = idle[:0]
		for _, i := range taken {
			idle = append(idle, list[i])
		}
		uses := mentionsIn(idle...)
		missed := slices.IndexFunc(idle, func(st ast.Stmt) bool {
			return slices.ContainsFunc(ast.Defined(st), func(v *ast.Var) bool { return uses[v] < s.uses[v] })
		})
		switch last := len(taken) - 1; {
		case missed >= 0:
			taken = taken[:missed]
		case !contributes(idle[last]):
			taken = taken[:last]
		default:
			n := taken[last] + 1
			for i, st := range list[:n] {
				if !slices.Contains(taken, i) {
					rest = append(rest, st)
				}
			}
			if rest == nil {
				return idle, list[n:]
			}
			return idle, append(rest, list[n:]...)
		}
	}
	return nil, nil
}

// ofVariables reports whether an assignment is to one variable.
func ofVariables(a *ast.Assign) bool {
	if len(a.Lhs) != 1 || a.Lhs[0] == nil {
		return false
	}
	_, ok := a.Lhs[0].(*ast.Ref)
	return ok
}

// contributes reports whether a statement adds to something, rather than just naming a value.
func contributes(st ast.Stmt) bool {
	a, ok := st.(*ast.Assign)
	return !ok || a.Op != token.DEFINE
}

// isIdle reports whether a statement of ours does nothing but give new variables values, some of them zero.
func (s *sinking) isIdle(st ast.Stmt) bool {
	if st.Info().Pos.IsValid() || isMark(st) {
		return false
	}
	switch st := st.(type) {
	case *ast.Assign:
		return s.isIdleAssign(st)
	case *ast.If:
		if writesMemory(st.Cond) {
			return false
		}
		then, els := s.clone(), s.clone()
		if !then.allIdle(st.Then) || st.Else != nil && !els.allIdle(st.Else) {
			return false
		}
		for v := range s.zero {
			if !then.zero[v] || !els.zero[v] {
				delete(s.zero, v)
			}
		}
		return true
	case *ast.For, *ast.Range:
		ok := true
		ast.Exprs(st, func(e ast.Expr, assigned bool) { ok = ok && (assigned || !writesMemory(e)) })
		inner := s.clone()
		return ok && inner.allIdle(ast.Blocks(st)[0]) && inner.covers(s)
	case *ast.Block:
		return s.allIdle(st)
	}
	return false
}

// covers reports whether all that is zero in t, and not declared below, is zero in s.
func (s *sinking) covers(t *sinking) bool {
	for v := range t.zero {
		if !s.zero[v] {
			return false
		}
	}
	return true
}

func (s *sinking) allIdle(b *ast.Block) bool {
	return !slices.ContainsFunc(b.Stmts, func(st ast.Stmt) bool { return !s.isIdle(st) })
}

func (s *sinking) isIdleAssign(a *ast.Assign) bool {
	if len(a.Lhs) != 1 || len(a.Rhs) != 1 || a.Lhs[0] == nil || writesMemory(a.Rhs[0]) {
		return false
	}
	zero := s.isZero(a.Rhs[0])
	switch a.Op {
	case token.DEFINE:
		if zero {
			s.zero[a.Lhs[0].(*ast.Ref).Var] = true
		}
		return !a.Lhs[0].(*ast.Ref).Again
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		return zero && ast.IsFloat(a.Lhs[0].Type())
	}
	return s.keepsZero(a)
}

// narrow moves the declarations of adjoints into the branches of ifs in which alone they are mentioned.
func narrow(b *ast.Block) *ast.Block {
	return (&narrowing{mentionsIn(b)}).block(b)
}

type narrowing struct {
	uses map[*ast.Var]int // how often variables are mentioned in the function
}

func (n *narrowing) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	list := slices.Clone(b.Stmts)
	for i, st := range list {
		if d, ok := st.(*ast.Decl); ok && len(d.Vars) == 1 && len(d.Values) == 0 && !d.Pos.IsValid() && n.into(list[i+1:], d) {
			continue
		}
		if len(ast.Blocks(st)) > 0 && !isMark(st) {
			st = ast.MapBlocks(st, n.block)
		}
		out.Stmts = append(out.Stmts, st)
	}
	return out
}

// into puts a declaration at the beginning of the branch of an if, among the next statements, that alone mentions its variable.
func (n *narrowing) into(list []ast.Stmt, d *ast.Decl) bool {
	v := d.Vars[0]
	for i, st := range list[:min(near, len(list))] {
		if !usesVar(st, v) {
			continue
		}
		s, ok := st.(*ast.If)
		if !ok {
			return false
		}
		c := *s
		begin := func(b *ast.Block) *ast.Block {
			return &ast.Block{Meta: b.Meta, Stmts: append([]ast.Stmt{d}, b.Stmts...)}
		}
		switch n.uses[v] {
		case mentionsIn(s.Then)[v]:
			c.Then = begin(s.Then)
		case mentionsIn(blocksOf(s.Else)...)[v]:
			c.Else = begin(s.Else)
		default:
			return false
		}
		list[i] = &c
		return true
	}
	return false
}

// blocksOf is a block that may be missing as a list.
func blocksOf(b *ast.Block) []ast.Stmt {
	if b == nil {
		return nil
	}
	return []ast.Stmt{b}
}
