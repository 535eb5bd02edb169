package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Channels of passive values are received from by a function of the runtime, which has an effect as any function without source has.

// runtimePath is the package of what derivatives may call.
const runtimePath = "github.com/godiff/godiff/runtime"

// receive returns a call that receives from a channel: the value, and whether it was sent.
func (t *Instances) receive(elem types.Type) *types.Func {
	key := "receive " + t.key(elem)
	if i := t.byKey[key]; i != nil {
		return i.Fn
	}
	pkg := types.NewPackage(runtimePath, "runtime")
	c := types.NewParam(token.NoPos, pkg, "c", types.NewChan(types.RecvOnly, elem))
	results := types.NewTuple(types.NewParam(token.NoPos, pkg, "", elem), types.NewParam(token.NoPos, pkg, "", types.Typ[types.Bool]))
	fn := types.NewFunc(token.NoPos, pkg, "Receive", types.NewSignatureType(nil, nil, nil, types.NewTuple(c), results, false))
	t.byKey[key] = &Instance{Fn: fn, Of: fn}
	return fn
}

// received lowers a receive operation to statements, and returns the value and whether it was sent as variables.
func (l *lowerer) received(c ast.Expr, meta ast.Meta) (s ast.Stmt, v, ok *ast.Ref) {
	elem := c.Type().Underlying().(*types.Chan).Elem()
	if ast.Carries(elem) {
		l.report(meta.Pos, "a channel carries floats; that is not supported: give them in a slice, once they are there")
	}
	v, ok = &ast.Ref{Var: ast.NewVar("v", elem)}, &ast.Ref{Var: ast.NewVar("ok", types.Typ[types.Bool])}
	fn := l.src.Instances.receive(elem)
	call := &ast.Call{Fun: ast.Callee{Fn: fn}, Args: []ast.Expr{c}, T: fn.Signature().Results(), Pos: meta.Pos}
	return &ast.Assign{Meta: meta, Lhs: []ast.Expr{v, ok}, Op: token.DEFINE, Rhs: []ast.Expr{call}}, v, ok
}

// rangeChannel lowers a range clause over a channel.
func (l *lowerer) rangeChannel(s *goast.RangeStmt) []ast.Stmt {
	list, c := l.held(l.expr(s.X), s.X)
	meta := ast.Meta{Pos: s.Pos(), Src: l.header(s, s.Body)}
	receive, v, ok := l.received(c, meta)
	over := &ast.If{Cond: &ast.Unary{Op: token.NOT, X: ok}, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Branch{Tok: token.BREAK}}}}
	first := []ast.Stmt{receive, over}
	if s.Key != nil {
		if place := l.side(s, s.Key); place != nil {
			first = append(first, &ast.Assign{Meta: ast.Meta{Pos: s.Key.Pos()}, Lhs: []ast.Expr{place}, Op: s.Tok, Rhs: []ast.Expr{v}})
		}
	}
	n := &ast.For{Meta: meta, Body: l.loopBody(s.Body)}
	n.Body.Stmts = append(first, n.Body.Stmts...)
	return append(list, n)
}

// receiveOK lowers the receive operation of v, ok := <-c: what comes before, the value and whether it was sent.
func (l *lowerer) receiveOK(u *goast.UnaryExpr, meta ast.Meta) (list []ast.Stmt, v, ok ast.Expr) {
	list, c := l.held(l.expr(u.X), u.X)
	receive, v, ok := l.received(c, meta)
	return append(list, receive), v, ok
}

// receiveStmt lowers v := <-c, for which lhs is one place, and <-c, for which it is none, or returns false.
func (l *lowerer) receiveStmt(lhs []ast.Expr, op token.Token, x goast.Expr, meta ast.Meta) ([]ast.Stmt, bool) {
	if !isReceive(x) {
		return nil, false
	}
	list, v, _ := l.receiveOK(goast.Unparen(x).(*goast.UnaryExpr), meta)
	if len(lhs) == 0 {
		lhs, op = []ast.Expr{nil}, token.ASSIGN
	}
	return append(list, &ast.Assign{Meta: meta, Lhs: lhs, Op: op, Rhs: []ast.Expr{v}}), true
}

func isReceive(x goast.Expr) bool {
	u, ok := goast.Unparen(x).(*goast.UnaryExpr)
	return ok && u.Op == token.ARROW
}
