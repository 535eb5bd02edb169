package transform

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// splitStructs makes variables of the fields of structs of ours that are zero at first, or are defined by a literal, and of which only fields
// are named. What is never set stays zero, and is not added to anything:
//
//	var dp Particle
//	dp.Vx = 2 * p.Vx              dpVx := 2 * p.Vx
//	dps[i].X += dp.X
//	dps[i].Vx += dp.Vx            dps[i].Vx += dpVx
func splitStructs(b *ast.Block, results []*ast.Var) *ast.Block {
	for {
		s := &splitting{refs: map[*ast.Var]int{}, fields: map[*ast.Var]int{}, named: map[field]bool{}, set: map[field]bool{}, parts: map[field]*ast.Var{}}
		s.look(b, results)
		if len(s.split) == 0 {
			return b
		}
		b = s.block(b)
	}
}

// A field is one of a variable, by its name: a generic struct has other fields for each of its instances.
type field struct {
	of   *ast.Var
	name string
}

// splitting is the state of splitStructs.
type splitting struct {
	split  map[*ast.Var]bool // the structs that are split
	refs   map[*ast.Var]int  // how often variables are named …
	fields map[*ast.Var]int  // … and how often to name a field
	named  map[field]bool    // fields that are named …
	set    map[field]bool    // … and those that are assigned to
	parts  map[field]*ast.Var
}

// look finds the structs that can be split.
func (s *splitting) look(b *ast.Block, results []*ast.Var) {
	taken := addressTaken(b)
	for _, v := range results {
		taken[v] = true
	}
	s.split = map[*ast.Var]bool{}
	ast.Inspect(b, func(st ast.Stmt) bool {
		if v, lit := definedStruct(st); v != nil && v.Obj == nil && !taken[v] {
			s.split[v] = true
			if lit != nil {
				s.refs[v]-- // where it is defined
				for _, e := range lit.Elems {
					s.set[field{v, e.Field.Name()}] = true
				}
			}
		}
		ast.Exprs(st, func(e ast.Expr, assigned bool) {
			if v, f := fieldOf(rootField(e)); assigned && v != nil {
				s.set[field{v, f.Name()}] = true
			}
			ast.Walk(e, func(e ast.Expr) bool {
				if r, ok := e.(*ast.Ref); ok {
					s.refs[r.Var]++
				}
				if v, f := fieldOf(e); v != nil {
					s.fields[v]++
					s.named[field{v, f.Name()}] = true
				}
				return true
			})
		})
		return true
	})
	for v := range s.split {
		if s.refs[v] == 0 || s.refs[v] != s.fields[v] {
			delete(s.split, v)
		}
	}
}

// definedStruct returns the one struct that a statement declares, and the literal that it is defined by; that is nil if it is zero at first.
func definedStruct(st ast.Stmt) (*ast.Var, *ast.Composite) {
	switch st := st.(type) {
	case *ast.Decl:
		if len(st.Vars) == 1 && len(st.Values) == 0 && isStruct(st.Vars[0].Type) {
			return st.Vars[0], nil
		}
	case *ast.Assign:
		if st.Op != token.DEFINE || len(st.Lhs) != 1 || len(st.Rhs) != 1 {
			return nil, nil
		}
		r, ok := st.Lhs[0].(*ast.Ref)
		if lit, isLit := st.Rhs[0].(*ast.Composite); ok && isLit && isStruct(lit.T) {
			return r.Var, lit
		}
	}
	return nil, nil
}

// rootField returns the field of a variable that a place is, or is a part of, or nil.
func rootField(e ast.Expr) ast.Expr {
	for {
		if v, _ := fieldOf(e); v != nil {
			return e
		}
		switch x := e.(type) {
		case *ast.Field:
			e = x.X
		case *ast.Index:
			e = x.X
		default:
			return nil
		}
	}
}

// part returns the variable for a field.
func (s *splitting) part(v *ast.Var, f *types.Var) *ast.Var {
	at := field{v, f.Name()}
	if s.parts[at] == nil {
		s.parts[at] = ast.NewVar(v.Name+upperFirst(f.Name()), f.Type())
	}
	return s.parts[at]
}

// addsZero reports whether all that a statement does is to add a field that is never set, or to subtract it.
func (s *splitting) addsZero(st ast.Stmt) bool {
	a, ok := st.(*ast.Assign)
	if !ok || a.Op != token.ADD_ASSIGN && a.Op != token.SUB_ASSIGN {
		return false
	}
	v, f := fieldOf(a.Rhs[0])
	return v != nil && s.split[v] && !s.set[field{v, f.Name()}] && ast.IsFloat(f.Type())
}

// block splits the structs in a block.
func (s *splitting) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, st := range b.Stmts {
		if s.addsZero(st) {
			continue
		}
		v, lit := definedStruct(st)
		if v == nil || !s.split[v] {
			out.Stmts = append(out.Stmts, s.stmt(st))
			continue
		}
		if lit != nil {
			lit = s.stmt(st).(*ast.Assign).Rhs[0].(*ast.Composite)
		}
		out.Stmts = append(out.Stmts, s.define(*st.Info(), v, lit)...)
	}
	return out
}

// define declares the variables for the fields of a struct that are named. Values of a literal that are not are only evaluated.
func (s *splitting) define(meta ast.Meta, v *ast.Var, lit *ast.Composite) []ast.Stmt {
	var list []ast.Stmt
	given := map[string]bool{}
	if lit != nil {
		for _, e := range lit.Elems {
			given[e.Field.Name()] = true
			a := &ast.Assign{Meta: meta, Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{e.Value}}
			if s.named[field{v, e.Field.Name()}] {
				a.Lhs, a.Op = ast.Refs([]*ast.Var{s.part(v, e.Field)}), token.DEFINE
			} else if !ast.Any(e.Value, func(e ast.Expr) bool { return isCall(e) || isPath(e) }) {
				continue
			}
			list = append(list, a)
		}
	}
	t, _ := v.Type.Underlying().(*types.Struct)
	for f := range t.Fields() {
		if s.named[field{v, f.Name()}] && !given[f.Name()] {
			list = append(list, &ast.Decl{Meta: meta, Vars: []*ast.Var{s.part(v, f)}, Typed: true})
		}
	}
	return list
}

func (s *splitting) stmt(st ast.Stmt) ast.Stmt {
	if b, ok := st.(*ast.Block); ok {
		return s.block(b)
	}
	return ast.MapExprs(st, func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			if v, f := fieldOf(e); v != nil && s.split[v] {
				return &ast.Ref{Var: s.part(v, f)}
			}
			return e
		})
	}, s.stmt)
}
