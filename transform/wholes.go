package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// setWholes sets structs and arrays of numbers at once that are zero and are then added to part by part, by those of another:
//
//	var dp Point
//	dq, dr := f(x)                     dp, dr := f(x)
//	dp.X += dq.X
//	dp.Y += dq.Y
//
// The results of a function are zero at its beginning.
func setWholes(b *ast.Block, results []*ast.Var) *ast.Block {
	w := &wholes{taken: addressTaken(b), uses: map[*ast.Var]int{}}
	eachExpr(b, func(_ ast.Stmt, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok {
			w.uses[r.Var]++
		}
	})
	zero := map[*ast.Var]int{}
	for _, v := range results {
		if w.isWhole(v) {
			zero[v] = -1
		}
	}
	return w.block(b, zero)
}

type wholes struct {
	taken map[*ast.Var]bool
	uses  map[*ast.Var]int
}

// block does so in a block, before which some are zero. Zero says which statement made them so, or is -1.
func (w *wholes) block(b *ast.Block, zero map[*ast.Var]int) *ast.Block {
	if len(b.Stmts) == 0 {
		return b
	}
	var out []ast.Stmt
	made := map[*ast.Var]int{} // variables of ours that a statement defines
	for n := 0; n < len(b.Stmts); n++ {
		s := b.Stmts[n]
		v, src, stmts := w.added(b.Stmts[n:])
		if at, ok := zero[v]; v != nil && ok {
			delete(zero, v)
			declared := false
			if at >= 0 {
				_, declared = out[at].(*ast.Decl)
			}
			from, ours := made[src]
			if declared && ours && w.uses[src] == stmts+1 {
				a := *out[from].(*ast.Assign)
				a.Lhs = append([]ast.Expr(nil), a.Lhs...)
				for i, l := range a.Lhs {
					if isRefTo(src)(l) {
						a.Lhs[i] = &ast.Ref{Var: v}
					}
				}
				out[from], out[at] = &a, nil
			} else {
				whole := set(&ast.Ref{Var: v}, token.ASSIGN, &ast.Ref{Var: src})
				if declared {
					whole.Op = token.DEFINE
				}
				whole.Comment, whole.Named = s.Info().Comment, s.Info().Named
				ast.Inherit([]ast.Stmt{whole}, s)
				if at >= 0 {
					out[at] = nil
				}
				out = append(out, whole)
			}
			n += stmts - 1
			continue
		}
		forgetUsed(zero, s)
		if len(ast.Blocks(s)) > 0 {
			if inner, ok := s.(*ast.Block); !ok || len(inner.Stmts) > 0 {
				s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return w.block(b, map[*ast.Var]int{}) })
			}
		}
		if v := w.madeZero(s); v != nil {
			zero[v] = len(out)
		}
		if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE {
			for _, v := range ast.Defined(s) {
				if v.Obj == nil && !w.taken[v] {
					made[v] = len(out)
				}
			}
		}
		out = append(out, s)
	}
	list := &ast.Block{Meta: b.Meta}
	for _, s := range out {
		if s != nil {
			list.Stmts = append(list.Stmts, s)
		}
	}
	return list
}

// forgetUsed forgets the variables that a statement names.
func forgetUsed[T any](known map[*ast.Var]T, s ast.Stmt) {
	if len(known) > 0 {
		for v := range usedVars(s) {
			delete(known, v)
		}
	}
}

// madeZero returns the struct or array of numbers of ours that a statement makes zero, or nil.
func (w *wholes) madeZero(s ast.Stmt) *ast.Var {
	var v *ast.Var
	switch s := s.(type) {
	case *ast.Decl:
		if len(s.Vars) == 1 && len(s.Values) == 0 {
			v = s.Vars[0]
		}
	case *ast.Assign:
		if s.Op != token.ASSIGN || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
			return nil
		}
		ref, ok := s.Lhs[0].(*ast.Ref)
		if c, lit := s.Rhs[0].(*ast.Composite); ok && lit && len(c.Elems) == 0 {
			v = ref.Var
		}
	}
	if v == nil || !w.isWhole(v) {
		return nil
	}
	return v
}

// isWhole reports whether a variable is a struct or array of numbers of ours.
func (w *wholes) isWhole(v *ast.Var) bool {
	return v.Obj == nil && !w.taken[v] && (numberFields(v.Type) > 0 || isNumberArray(v.Type))
}

func isNumberArray(t types.Type) bool {
	a, ok := t.Underlying().(*types.Array)
	return ok && ast.IsFloat(a.Elem())
}

// numberFields returns how many fields a struct of numbers has; 0 for any other type.
func numberFields(t types.Type) int {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return 0
	}
	for f := range s.Fields() {
		if !ast.IsFloat(f.Type()) {
			return 0
		}
	}
	return s.NumFields()
}

// added returns the structs or arrays v and src where the first statements of a list add all parts of src to those of v, and how many
// statements they are.
func (w *wholes) added(list []ast.Stmt) (v, src *ast.Var, stmts int) {
	if v, src := w.addedElements(list[0]); v != nil {
		return v, src, 1
	}
	fields := 0
	for n := 0; n < len(list); n++ {
		a, ok := list[n].(*ast.Assign)
		if !ok || a.Op != token.ADD_ASSIGN || len(a.Lhs) != 1 {
			return nil, nil, 0
		}
		to, toField := fieldOf(a.Lhs[0])
		from, fromField := fieldOf(a.Rhs[0])
		if n == 0 {
			v, src = to, from
			if !w.areAlike(v, src) {
				return nil, nil, 0
			}
			fields = numberFields(v.Type)
		}
		if to != v || from != src || toField != fromField || n >= fields || v.Type.Underlying().(*types.Struct).Field(n) != toField {
			return nil, nil, 0
		}
		if n+1 == fields {
			return v, src, fields
		}
	}
	return nil, nil, 0
}

func (w *wholes) areAlike(v, src *ast.Var) bool {
	return v != nil && src != nil && v != src && types.Identical(v.Type, src.Type) && !w.taken[src]
}

// addedElements returns the arrays where a loop adds all elements of src to those of v.
func (w *wholes) addedElements(s ast.Stmt) (v, src *ast.Var) {
	r, ok := s.(*ast.Range)
	if !ok || !r.Define || r.Value != nil || len(r.Body.Stmts) != 1 {
		return nil, nil
	}
	key, _ := r.Key.(*ast.Ref)
	a, ok := r.Body.Stmts[0].(*ast.Assign)
	if !ok || key == nil || a.Op != token.ADD_ASSIGN {
		return nil, nil
	}
	arrayAt := func(e ast.Expr) *ast.Var {
		x, ok := e.(*ast.Index)
		if !ok || !isRefTo(key.Var)(x.I) {
			return nil
		}
		of, ok := x.X.(*ast.Ref)
		if !ok || !isNumberArray(of.Var.Type) {
			return nil
		}
		return of.Var
	}
	v, src = arrayAt(a.Lhs[0]), arrayAt(a.Rhs[0])
	if !w.areAlike(v, src) {
		return nil, nil
	}
	n, isInt := intLit(r.X)
	if isInt && n == v.Type.Underlying().(*types.Array).Len() || isRefTo(v)(r.X) || isRefTo(src)(r.X) {
		return v, src
	}
	return nil, nil
}

// fieldOf returns the variable that e selects a field from, and the field, or nil.
func fieldOf(e ast.Expr) (*ast.Var, *types.Var) {
	f, ok := e.(*ast.Field)
	if !ok {
		return nil, nil
	}
	r, ok := f.X.(*ast.Ref)
	if !ok || ast.Pointee(r.Var.Type) != nil {
		return nil, nil
	}
	return r.Var, f.Field
}

// setFields sets the fields of structs that are zero where they are first added to: dp.X += e becomes dp.X = e. The results of a function
// are zero at its beginning.
func setFields(b *ast.Block, results []*ast.Var) *ast.Block {
	taken := addressTaken(b)
	fresh := func(v *ast.Var) bool { return v.Obj == nil && !taken[v] && holdsNumbers(v.Type) }
	var block func(b *ast.Block, zero map[*ast.Var]map[*types.Var]bool) *ast.Block
	block = func(b *ast.Block, zero map[*ast.Var]map[*types.Var]bool) *ast.Block {
		if len(b.Stmts) == 0 {
			return b
		}
		out := &ast.Block{Meta: b.Meta}
		for _, s := range b.Stmts {
			if a, ok := s.(*ast.Assign); ok && (a.Op == token.ADD_ASSIGN || a.Op == token.SUB_ASSIGN) && len(a.Lhs) == 1 {
				v, f := fieldOf(a.Lhs[0])
				if set, isZero := zero[v]; v != nil && isZero && !set[f] && ast.IsFloat(f.Type()) && !mentions(a.Rhs[0], v) {
					c := *a
					c.Op = token.ASSIGN
					if a.Op == token.SUB_ASSIGN {
						c.Rhs = []ast.Expr{neg(a.Rhs[0])}
					}
					set[f] = true
					out.Stmts = append(out.Stmts, &c)
					continue
				}
			}
			forgetUsed(zero, s)
			if d, ok := s.(*ast.Decl); ok && len(d.Values) == 0 {
				for _, v := range d.Vars {
					if fresh(v) {
						zero[v] = map[*types.Var]bool{}
					}
				}
			}
			if len(ast.Blocks(s)) > 0 {
				if inner, ok := s.(*ast.Block); !ok || len(inner.Stmts) > 0 {
					s = ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return block(b, map[*ast.Var]map[*types.Var]bool{}) })
				}
			}
			out.Stmts = append(out.Stmts, s)
		}
		return out
	}
	zero := map[*ast.Var]map[*types.Var]bool{}
	for _, v := range results {
		if fresh(v) {
			zero[v] = map[*types.Var]bool{}
		}
	}
	return block(b, zero)
}

// holdsNumbers reports whether t is a struct with fields that are numbers.
func holdsNumbers(t types.Type) bool {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if ast.IsFloat(f.Type()) {
			return true
		}
	}
	return false
}
