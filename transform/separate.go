package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// separate gives what a variable refers to after it has been given memory of its own a variable of its own, where F writes that memory:
// the analysis tells memory apart by the variables that lead to it.
//
//	func f(x, y []float64) {                  func f(x, y []float64) {
//		x = append([]float64(nil), x...)      	x2 := append([]float64(nil), x...)
//		x[0] *= y[0]                          	x2[0] *= y[0]
//
// That is possible where the assignment stands in the block that declares the variable.
func (d *derivation) separate(f *ast.Func) *ast.Func {
	s := &separator{d: d, addressed: addressTaken(f.Body), written: d.writtenCells()}
	own := slices.DeleteFunc(slices.Clone(f.Inputs()), func(v *ast.Var) bool { return slices.Contains(f.Results, v) })
	g := *f
	g.Body = s.block(f.Body, own)
	if !s.done {
		return f
	}
	return &g
}

type separator struct {
	d         *derivation
	addressed map[*ast.Var]bool
	written   map[*location]bool
	done      bool
}

// block separates in a block, which declares the variables own.
func (s *separator) block(b *ast.Block, own []*ast.Var) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	own = slices.Clone(own)
	list := b.Stmts
	for len(list) > 0 {
		st := list[0]
		list = list[1:]
		if v := s.renewed(st, own); v != nil {
			s.done = true
			w := ast.NewVar(v.Name, v.Type)
			a := *st.(*ast.Assign)
			a.Lhs, a.Op = ast.Refs([]*ast.Var{w}), token.DEFINE
			st = &a
			by := substitution(map[*ast.Var]ast.Expr{v: &ast.Ref{Var: w}})
			list = mapAll(&ast.Block{Stmts: list}, by).(*ast.Block).Stmts
			own = append(own, w)
		} else {
			own = append(own, ast.Defined(st)...)
			if len(ast.Blocks(st)) > 0 {
				st = ast.MapBlocks(st, func(b *ast.Block) *ast.Block { return s.block(b, nil) })
			}
		}
		out.Stmts = append(out.Stmts, st)
	}
	return out
}

// renewed returns the variable that a statement gives memory of its own, if that makes it one to separate.
func (s *separator) renewed(st ast.Stmt, own []*ast.Var) *ast.Var {
	a, ok := st.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 || a.Lhs[0] == nil {
		return nil
	}
	ref, ok := a.Lhs[0].(*ast.Ref)
	if !ok || !slices.Contains(own, ref.Var) || s.addressed[ref.Var] || !ast.Carries(ref.Var.Type) || !isMade(a.Rhs[0]) {
		return nil
	}
	written := false
	s.d.mem.behind(s.d.mem.variable(ref.Var), map[*location]bool{}, func(c *location) { written = written || s.written[c.find()] })
	if !written {
		return nil
	}
	return ref.Var
}

// isMade reports whether e is a slice or pointer to memory that nothing else refers to.
func isMade(e ast.Expr) bool {
	if isAlloc(e) {
		return true
	}
	c, ok := e.(*ast.Call)
	if !ok {
		return false
	}
	return makes(c) || c.Fun.Builtin == "append" && (isNil(c.Args[0]) || isAlloc(c.Args[0]))
}
