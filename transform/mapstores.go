package transform

import (
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// lookedUp returns a block that reads elements of maps without functions for that.
func lookedUp(b *ast.Block) *ast.Block { return mapAll(b, ast.LookUp).(*ast.Block) }

// withoutInserts drops what gives a map a key that the next assignment to the element gives it too, and zeros of elements that go away:
//
//	if _, ok := m[k]; !ok {
//		m[k] = 0
//	}
//	m[k] += x                 m[k] += x
//
//	dm[k] = 0
//	delete(dm, k)             delete(dm, k)
func withoutInserts(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for i, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, withoutInserts)
		}
		if elems := inserted(s); elems != nil && areStoredNext(elems, b.Stmts[i+1:]) {
			continue
		}
		if e := zeroed(s); e != nil && i+1 < len(b.Stmts) && removes(b.Stmts[i+1], e) {
			continue
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// inserted returns the elements that a statement of ours gives maps, if they are not there perhaps, where it does no more; or nil.
func inserted(s ast.Stmt) []*ast.Index {
	switch s := s.(type) {
	case *ast.If:
		if s.Init != nil || s.Else != nil || hasCall(s.Cond) {
			return nil
		}
		var list []*ast.Index
		for _, t := range s.Then.Stmts {
			some := inserted(t)
			if some == nil {
				return nil
			}
			list = append(list, some...)
		}
		return list
	case *ast.Do:
		if c := s.Call; c.Fun.Builtin == ast.MapInsert && !hasCall(c.Args[1]) {
			return []*ast.Index{{X: c.Args[0], I: c.Args[1], T: elemType(c.Args[0].Type())}}
		}
	}
	return nil
}

// areStoredNext reports whether statements assign to elements of maps before anything may notice whether they are there, or where they are.
func areStoredNext(elems []*ast.Index, list []ast.Stmt) bool {
	return !slices.ContainsFunc(elems, func(e *ast.Index) bool { return !isStoredNext(e, list) })
}

func isStoredNext(e *ast.Index, list []ast.Stmt) bool {
	for _, s := range list {
		if inserted(s) != nil {
			continue
		}
		a, ok := s.(*ast.Assign)
		if !ok || asksForKeys(a) {
			return false
		}
		if len(a.Lhs) == 1 && a.Lhs[0] != nil && ast.Equal(a.Lhs[0], e) {
			return true
		}
		for _, l := range a.Lhs {
			if v := ast.RootVar(l); l != nil && (v == nil && mapElement(l) == nil || v != nil && mentions(e, v)) {
				return false // it may be what the map or the key is found by
			}
		}
	}
	return false
}

// asksForKeys reports whether a statement may ask whether a map has a key, or leads elsewhere.
func asksForKeys(a *ast.Assign) bool {
	found := false
	ast.Exprs(a, func(e ast.Expr, _ bool) {
		found = found || hasCall(e) || ast.Any(e, func(e ast.Expr) bool {
			_, _, ok := ast.IsMapCall(e)
			return ok
		})
	})
	return found
}

// zeroed returns the element of a map that a statement sets to zero, or nil.
func zeroed(s ast.Stmt) *ast.Index {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.ASSIGN || len(a.Lhs) != 1 || a.Lhs[0] == nil || len(a.Rhs) != 1 || !isZeroValue(a.Rhs[0]) {
		return nil
	}
	e, ok := a.Lhs[0].(*ast.Index)
	if !ok || !ast.IsMap(e.X.Type()) {
		return nil
	}
	return e
}

// isZeroValue reports whether an expression is written as zero.
func isZeroValue(e ast.Expr) bool {
	c, isLit := e.(*ast.Composite)
	return isZero(e) || isLit && len(c.Elems) == 0
}

// removes reports whether a statement removes an element from a map.
func removes(s ast.Stmt, e *ast.Index) bool {
	do, ok := s.(*ast.Do)
	return ok && !do.Defer && do.Call.Fun.Builtin == ast.MapRemove && ast.Equal(do.Call.Args[0], e.X) && ast.Equal(do.Call.Args[1], e.I)
}
