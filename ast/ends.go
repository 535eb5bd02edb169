package ast

import "go/token"

// Ends reports whether a list of statements ends in a jump, a return or a panic on all its paths, so that control does not get to what
// follows it.
func Ends(list []Stmt) bool {
	return endsIn(list, leaves)
}

// Terminates is Ends, but knows that control does not get out of a loop without a condition and breaks either.
func Terminates(list []Stmt) bool {
	return endsIn(list, func(s Stmt) bool {
		if loop, ok := s.(*For); ok {
			return loop.Cond == nil && !breaks(loop.Body, loop.Label)
		}
		return leaves(s)
	})
}

// endsIn reports whether the last statement of a list, on each of its paths, is one that last says of.
func endsIn(list []Stmt, last func(Stmt) bool) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *Block:
		return endsIn(s.Stmts, last)
	case *If:
		return s.Else != nil && endsIn(s.Then.Stmts, last) && endsIn(s.Else.Stmts, last)
	default:
		return last(s)
	}
}

// leaves reports whether a statement is a jump, a return or a panic.
func leaves(s Stmt) bool {
	switch s := s.(type) {
	case *Return, *Branch:
		return true
	case *Do:
		return s.Call.Fun.Builtin == "panic"
	}
	return false
}

// breaks reports whether a break in the body of a loop with the given label leaves that loop.
func breaks(body *Block, label *Label) bool {
	found := false
	Inspect(body, func(s Stmt) bool {
		switch s := s.(type) {
		case *Branch:
			found = found || s.Tok == token.BREAK && (s.Target == nil || s.Target == label)
		case *For, *Range:
			Inspect(Blocks(s)[0], func(s Stmt) bool {
				b, ok := s.(*Branch)
				found = found || ok && b.Tok == token.BREAK && b.Target != nil && b.Target == label
				return !found
			})
			return false
		}
		return !found
	})
	return found
}
