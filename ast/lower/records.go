package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Tables of structs that hold functions.
//
// A loop over a literal of a slice or an array of such structs is written out, as one over functions is, and so is one over a variable that is
// defined by such a literal and does nothing else than to be ranged over and counted:
//
//	for _, term := range []struct {          term := struct{ weight float64 }{0.5}
//		weight float64                   s += term.weight * math.Sin(x)
//		f      func(float64) float64     term2 := struct{ weight float64 }{2}
//	}{{0.5, math.Sin}, {2, math.Exp}} {      s += term2.weight * math.Exp(x)
//		s += term.weight * term.f(x)
//	}

// recordsOf returns the literal of a slice or an array of structs with functions that an expression is, or nil.
func (l *lowerer) recordsOf(x goast.Expr) *goast.CompositeLit {
	lit, ok := goast.Unparen(x).(*goast.CompositeLit)
	if !ok || ast.IsMap(l.info.TypeOf(lit)) {
		return nil
	}
	elem := elemOf(l.info.TypeOf(lit))
	if elem == nil || ast.Pointee(elem) != nil || len(funcFields(elem)) == 0 {
		return nil
	}
	list := l.elements(lit)
	if a, ok := l.info.TypeOf(lit).Underlying().(*types.Array); ok && a.Len() != int64(len(list)) || len(list) == 0 {
		return nil
	}
	for _, e := range list {
		if e == nil || literalOf(e) != goast.Unparen(e) {
			return nil
		}
	}
	return lit
}

// records returns the literal of structs with functions that an expression is, or that a variable always is, or nil.
func (l *lowerer) records(x goast.Expr) *goast.CompositeLit {
	if lit := l.recordsOf(x); lit != nil {
		return lit
	}
	id, ok := goast.Unparen(x).(*goast.Ident)
	if !ok {
		return nil
	}
	obj := l.info.Uses[id]
	if lit := l.closures.tables[obj]; lit != nil {
		return l.recordsOf(lit)
	}
	lit := l.recordsOf(l.declaredAs(obj))
	if lit == nil || !l.areFixed(lit) {
		return nil
	}
	for _, e := range l.elements(lit) {
		for _, f := range funcFields(l.info.TypeOf(e)) {
			l.scanLiteral(fieldValue(l.info, literalOf(e), f.Name()))
		}
	}
	return lit
}

// defineRecords notes the structs of a variable that is defined by a literal of them and always is that.
func (l *lowerer) defineRecords(x, value goast.Expr) bool {
	id, ok := x.(*goast.Ident)
	if !ok {
		return false
	}
	obj, lit := l.info.Defs[id], l.recordsOf(value)
	if obj == nil || lit == nil {
		return false
	}
	if l.closures.changed[obj] || !l.areFixed(lit) {
		l.report(value.Pos(), fmt.Sprintf("it cannot be told which functions are in %s: it must never change, and its structs must hold constants, numbers in variables that never change, and functions that are named or literals", id.Name))
	}
	l.closures.tables[obj] = lit
	return true
}

// areFixed reports whether the values of structs are the same wherever they are evaluated, in the scope of the literal: functions aside, they
// are constants and numbers in variables that never change.
func (l *lowerer) areFixed(lit *goast.CompositeLit) bool {
	for _, e := range l.elements(lit) {
		for _, x := range literalOf(e).Elts {
			x = goast.Unparen(elementOf(x))
			id, isIdent := x.(*goast.Ident)
			v, _ := l.info.Uses[id].(*types.Var)
			switch {
			case l.info.Types[x].Value != nil, l.info.Types[x].IsNil():
			case isFuncType(l.info.TypeOf(x)):
				if l.makes(x) || l.isMethodValue(x) {
					return false
				}
			case isIdent && v != nil && !l.closures.changed[v] && v.Parent() != v.Pkg().Scope():
				if _, basic := v.Type().Underlying().(*types.Basic); !basic {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}

// rangeRecords writes out a loop over structs with functions.
func (l *lowerer) rangeRecords(s *goast.RangeStmt, lit *goast.CompositeLit) []ast.Stmt {
	if s.Tok == token.ASSIGN {
		l.report(s.Pos(), "a range over structs with functions whose variables are declared before is not supported; declare them in the loop")
		return nil
	}
	list := l.elements(lit)
	value, _ := s.Value.(*goast.Ident)
	obj := l.info.Defs[value]
	if l.isLoose(obj) {
		l.report(value.Pos(), fmt.Sprintf("%s is changed, or used as a whole, so that it cannot be told any more which functions are in it; use its fields", value.Name))
		return nil
	}
	if obj == nil {
		n := &ast.Range{Meta: ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}, X: number(len(list)), Define: true}
		if key, ok := s.Key.(*goast.Ident); ok && key.Name != "_" {
			n.Key = &ast.Ref{Var: l.declare(l.info.Defs[key])}
		}
		n.Body = l.loopBody(s.Body)
		return []ast.Stmt{n}
	}
	return l.writtenOut(s, len(list), func(k int) []ast.Stmt {
		e, meta := literalOf(list[k]), l.meta(list[k])
		var out []ast.Stmt
		for _, f := range funcFields(obj.Type()) {
			v := &fnValue{}
			if x := fieldValue(l.info, e, f.Name()); x != nil {
				v = l.snapshot(l.value(x))
			}
			if v == nil {
				return nil
			}
			out = append(out, l.bind(v, meta)...)
			l.fields[fieldKey{obj, f.Name()}] = v
		}
		l.passed[e] = true
		a := &ast.Assign{Meta: meta, Op: token.DEFINE, Rhs: []ast.Expr{l.expr(e)}}
		v := l.declare(obj)
		v.Obj = nil // its fields may become variables
		a.Lhs = []ast.Expr{&ast.Ref{Var: v}}
		return append(out, a)
	})
}
