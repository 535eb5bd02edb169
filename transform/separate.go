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
// That is possible where the assignment stands in the block that declares the variable, or in one that ends by returning.
func (d *derivation) separate(f *ast.Func) *ast.Func {
	written := d.writtenCells()
	return separated(f, func(a *ast.Assign, v *ast.Var) bool {
		found := false
		if ast.Carries(v.Type) && isMade(a.Rhs[0]) {
			d.mem.behind(d.mem.variable(v), map[*location]bool{}, func(c *location) { found = found || written[c.find()] })
		}
		return found
	})
}

// apart is a function with a variable of its own for whatever a variable refers to after an assignment in the block that declares it. It does what
// f does, and is only looked at.
func apart(f *ast.Func) *ast.Func {
	return separated(f, func(_ *ast.Assign, v *ast.Var) bool { return refers(v.Type) })
}

// separated returns f with another variable for one that is assigned to, from there on, where renews says so of the assignment.
func separated(f *ast.Func, renews func(a *ast.Assign, v *ast.Var) bool) *ast.Func {
	s := &separator{renews: renews, addressed: addressTaken(f.Body)}
	own := slices.DeleteFunc(slices.Clone(f.Inputs()), func(v *ast.Var) bool { return slices.Contains(f.Results, v) })
	g := *f
	g.Body = s.block(f.Body, own)
	if !s.done {
		return f
	}
	return &g
}

type separator struct {
	renews    func(a *ast.Assign, v *ast.Var) bool
	addressed map[*ast.Var]bool
	done      bool
}

// block separates in a block, which declares the variables own, or after which nothing reads them.
func (s *separator) block(b *ast.Block, own []*ast.Var) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	own = slices.Clone(own)
	list := b.Stmts
	for len(list) > 0 {
		st := list[0]
		list = list[1:]
		if v := s.renewed(st, own); v != nil {
			s.done = true
			w := v.StandIn()
			a := *st.(*ast.Assign)
			a.Lhs, a.Op = ast.Refs([]*ast.Var{w}), token.DEFINE
			st = &a
			by := substitution(map[*ast.Var]ast.Expr{v: &ast.Ref{Var: w}})
			list = mapAll(&ast.Block{Stmts: list}, by).(*ast.Block).Stmts
			own = append(own, w)
		} else {
			own = append(own, ast.Defined(st)...)
			if len(ast.Blocks(st)) > 0 {
				st = ast.MapBlocks(st, func(b *ast.Block) *ast.Block {
					if endsByReturn(b) {
						return s.block(b, own)
					}
					return s.block(b, nil)
				})
			}
		}
		out.Stmts = append(out.Stmts, st)
	}
	return out
}

// endsByReturn reports whether a block is left by a return at its end, if not by one before that.
func endsByReturn(b *ast.Block) bool {
	if len(b.Stmts) == 0 {
		return false
	}
	_, last := b.Stmts[len(b.Stmts)-1].(*ast.Return)
	ast.Inspect(b, func(s ast.Stmt) bool {
		_, leaves := s.(*ast.Branch)
		last = last && !leaves
		return last
	})
	return last
}

// renewed returns the variable that a statement assigns to, if that makes it one to separate.
func (s *separator) renewed(st ast.Stmt, own []*ast.Var) *ast.Var {
	a, ok := st.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN || len(a.Lhs) != 1 || len(a.Rhs) != 1 || a.Lhs[0] == nil {
		return nil
	}
	ref, ok := a.Lhs[0].(*ast.Ref)
	if !ok || !slices.Contains(own, ref.Var) || s.addressed[ref.Var] || !s.renews(a, ref.Var) {
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
