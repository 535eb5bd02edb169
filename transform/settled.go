package transform

import (
	"go/token"

	"github.com/godiff/godiff/ast"
)

// settled tells which variables always are what they were first.
type settled struct {
	sets     map[*ast.Var]int // how often variables are assigned to …
	defined  map[*ast.Var]int // … and how often to define them
	declared map[*ast.Var]bool
	taken    map[*ast.Var]bool // their address is taken
}

func settledIn(b *ast.Block) *settled {
	t := &settled{sets: map[*ast.Var]int{}, defined: map[*ast.Var]int{}, declared: map[*ast.Var]bool{}, taken: addressTaken(b)}
	ast.Inspect(b, func(s ast.Stmt) bool {
		_, isDecl := s.(*ast.Decl)
		for _, v := range ast.Defined(s) {
			if t.declared[v] = true; !isDecl {
				t.defined[v]++
			}
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if r, ok := e.(*ast.Ref); ok && assigned {
				t.sets[r.Var]++
			}
		})
		return true
	})
	return t
}

func (t *settled) is(v *ast.Var) bool {
	return !t.taken[v] && t.sets[v] == t.defined[v] && (t.defined[v] == 1 || !t.declared[v])
}

// withoutNil returns a block without what is done where a variable is nil that never is:
//
//	weights := []float64{x[0], k}        weights := []float64{x[0], k}
//	if weights == nil {                  n := 0
//		…
//	}
//	n := 0
func withoutNil(b *ast.Block) *ast.Block {
	t := settledIn(b)
	there := map[*ast.Var]bool{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
			r, isRef := a.Lhs[0].(*ast.Ref)
			if isRef && t.is(r.Var) && isThere(a.Rhs[0]) {
				there[r.Var] = true
			}
		}
		return true
	})
	if len(there) == 0 {
		return b
	}
	var block func(b *ast.Block) *ast.Block
	block = func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			if len(ast.Blocks(s)) > 0 && !isMark(s) {
				s = ast.MapBlocks(s, block)
			}
			if v, isNot := nilBranch(s); !there[v] {
				out.Stmts = append(out.Stmts, s)
			} else if isNot != nil {
				out.Stmts = append(out.Stmts, isNot.Stmts...)
			}
		}
		return out
	}
	return block(b)
}

// nilsAlike returns statements in which nil is not compared with nil, where a variable is known to be that: Go would not have it.
func nilsAlike(b *ast.Block) *ast.Block {
	alike := func(e ast.Expr) ast.Expr {
		c, ok := e.(*ast.Binary)
		if ok && (c.Op == token.EQL || c.Op == token.NEQ) && isNil(c.X) && isNil(c.Y) {
			return trueLit(c.Op == token.EQL)
		}
		return e
	}
	return mapAll(b, func(e ast.Expr) ast.Expr { return ast.Map(e, alike) }).(*ast.Block)
}

// nilBranch returns the variable of which an if statement asks whether it is nil, or nil, and the branch where it is not.
func nilBranch(s ast.Stmt) (v *ast.Var, isNot *ast.Block) {
	f, ok := s.(*ast.If)
	if !ok || f.Init != nil {
		return nil, nil
	}
	c, ok := f.Cond.(*ast.Binary)
	if !ok || !isNil(c.Y) {
		return nil, nil
	}
	r, ok := c.X.(*ast.Ref)
	switch {
	case ok && c.Op == token.EQL:
		return r.Var, f.Else
	case ok && c.Op == token.NEQ:
		return r.Var, f.Then
	}
	return nil, nil
}

// isThere reports whether an expression is a new slice, map or pointer, which is not nil.
func isThere(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Composite:
		return isSlice(e.T) || ast.IsMap(e.T)
	case *ast.Addr:
		return true
	case *ast.Call:
		return e.Fun.Builtin == "make" || e.Fun.Builtin == "new"
	}
	return false
}
