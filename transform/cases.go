package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// nameCases gives what an interface holds a name in the branch that knows its type, and what the shadow holds where it is used more than once:
//
//	switch s.(type) {                      switch s := s.(type) {
//	case Circle:                           case Circle:
//		dc := areaBack(s.(Circle), dy)         ds := ds.(*Circle)
//		ds.(*Circle).X += dc.X                 dc := areaBack(s, dy)
//		ds.(*Circle).R += dc.R                 ds.X += dc.X
//	}                                          ds.R += dc.R
//	                                       }
func nameCases(b *ast.Block) *ast.Block {
	taken := addressTaken(b)
	var stmt func(s ast.Stmt) ast.Stmt
	block := func(b *ast.Block) *ast.Block {
		if len(b.Stmts) == 0 {
			return b // perhaps the border between the sweeps
		}
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			out.Stmts = append(out.Stmts, stmt(s))
		}
		return out
	}
	stmt = func(s ast.Stmt) ast.Stmt {
		if b, ok := s.(*ast.Block); ok {
			return block(b)
		}
		s = ast.MapBlocks(s, block)
		n, ok := s.(*ast.If)
		if !ok {
			return s
		}
		if x, t, ok := ast.IsTest(n.Cond); ok {
			c := *n
			c.Then = nameHeld(n.Then, x, t, taken)
			return &c
		}
		return s
	}
	return block(b)
}

// nameHeld does so in the branch b, where x holds a t.
func nameHeld(b *ast.Block, x ast.Expr, t types.Type, taken map[*ast.Var]bool) *ast.Block {
	var heads []ast.Stmt
	for _, f := range heldIn(b) {
		root := ast.RootVar(f.X)
		if root == nil || taken[root] || assigns(b, root) || isNamed(b, f) {
			continue
		}
		tested := ast.Equal(f.X, x) && types.Identical(f.Field.Type(), t)
		if !tested && (countOf(b, f) < 2 || !comesFirst(b, f)) {
			continue
		}
		v := ast.NewVar(placeName(f.X), f.Field.Type())
		heads = append(heads, define(v, f))
		b = replaceHeld(b, f, &ast.Ref{Var: v})
	}
	if len(heads) == 0 {
		return b
	}
	return &ast.Block{Meta: b.Meta, Stmts: append(heads, b.Stmts...)}
}

// heldIn returns what is taken out of interfaces in b, each once.
func heldIn(b *ast.Block) []*ast.Field {
	var list []*ast.Field
	eachExpr(b, func(_ ast.Stmt, e ast.Expr) {
		f, ok := e.(*ast.Field)
		if !ok || !ast.IsBoxed(f.X.Type()) {
			return
		}
		for _, g := range list {
			if ast.Equal(f, g) {
				return
			}
		}
		list = append(list, f)
	})
	return list
}

func countOf(b *ast.Block, f *ast.Field) int {
	n := 0
	eachExpr(b, func(_ ast.Stmt, e ast.Expr) {
		if ast.Equal(e, f) {
			n++
		}
	})
	return n
}

// isNamed reports whether a statement of b defines a variable as f.
func isNamed(b *ast.Block, f *ast.Field) bool {
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && len(a.Rhs) == 1 && ast.Equal(a.Rhs[0], f) {
			return true
		}
	}
	return false
}

// comesFirst reports whether b evaluates f whenever it is entered: in one of its own statements, before any that may lead elsewhere.
func comesFirst(b *ast.Block, f *ast.Field) bool {
	for _, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 {
			return false
		}
		found := false
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				found = found || ast.Equal(e, f)
				c, ok := e.(*ast.Binary)
				return !ok || c.Op != token.LAND && c.Op != token.LOR
			})
		})
		if found || mayLeave(s) {
			return found
		}
	}
	return false
}

// replaceHeld replaces f in b.
func replaceHeld(b *ast.Block, f *ast.Field, by ast.Expr) *ast.Block {
	var in func(e ast.Expr) ast.Expr
	in = func(e ast.Expr) ast.Expr {
		if ast.Equal(e, f) {
			return by
		}
		return ast.MapOperands(e, in)
	}
	return mapAll(b, in).(*ast.Block)
}
