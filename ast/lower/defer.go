package lower

import (
	goast "go/ast"

	"github.com/godiff/godiff/ast"
)

// deferStmt lowers a deferred call. What is deferred may look at memory and have effects of its own; that it writes no memory of the
// function is checked later, where that is known.
func (l *lowerer) deferStmt(s *goast.DeferStmt) []ast.Stmt {
	if l.iteration != nil {
		l.report(s.Pos(), "a defer in a range over a function is not supported")
		return nil
	}
	c, ok := l.expr(s.Call).(*ast.Call)
	if !ok || c.Fun.Fn == nil && c.Fun.Copied == "" {
		l.report(s.Pos(), "only calls of functions and methods can be deferred")
		return nil
	}
	return []ast.Stmt{&ast.Do{Meta: l.meta(s), Call: c, Defer: true}}
}
