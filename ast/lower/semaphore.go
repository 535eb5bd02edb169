package lower

import (
	goast "go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Semaphores.
//
// A channel that does nothing but to bound how many goroutines run at the same time is gone after lowering, as is their group: what runs them
// on several cores has a bound of its own.
//
//	sem := make(chan struct{}, 8)         for i := range x { // parallel
//	for i := range x {                        y[i] = f(x[i])
//	    sem <- struct{}{}                 }
//	    wg.Go(func() {
//	        defer func() { <-sem }()
//	        y[i] = f(x[i])
//	    })
//	}
//
// With room for one it would be a lock.

// isSemaphore reports whether all that the body of a function does with a variable is to make a channel that holds several values, and that for
// each goroutine one is sent, before it is started or at the top of what it does, and received there.
func isSemaphore(obj types.Object, body *goast.BlockStmt, info *types.Info) bool {
	c, ok := obj.(*types.Var)
	if !ok || c.Kind() != types.LocalVar || !isChannel(c.Type()) {
		return false
	}
	sends, receives, several := map[*goast.FuncLit]int{}, map[*goast.FuncLit]int{}, false
	var around []goast.Node
	goast.Inspect(body, func(n goast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		around = append(around, n)
		several = several || holdsSeveral(valueOf(obj, n, info), info)
		if id, isIdent := n.(*goast.Ident); isIdent && info.Uses[id] == obj {
			lit, sent := semaphoreUse(around, info)
			switch {
			case lit == nil:
				ok = false
			case sent:
				sends[lit]++
			default:
				receives[lit]++
			}
		}
		return true
	})
	for lit, n := range sends {
		ok = ok && n == 1 && receives[lit] == 1
	}
	return ok && several && len(sends) > 0 && len(sends) == len(receives)
}

// valueOf returns what a node defines a variable as, or nil.
func valueOf(obj types.Object, n goast.Node, info *types.Info) goast.Expr {
	switch n := n.(type) {
	case *goast.AssignStmt:
		if id, ok := n.Lhs[0].(*goast.Ident); ok && len(n.Lhs) == 1 && info.Defs[id] == obj {
			return n.Rhs[0]
		}
	case *goast.ValueSpec:
		if len(n.Names) == 1 && len(n.Values) == 1 && info.Defs[n.Names[0]] == obj {
			return n.Values[0]
		}
	}
	return nil
}

func isChannel(t types.Type) bool {
	c, ok := t.Underlying().(*types.Chan)
	return ok && c.Dir() == types.SendRecv && !ast.Carries(c.Elem())
}

// semaphoreUse returns the goroutine for which a value is sent to a channel, or received from it, given the nodes around the variable, the outermost
// first; or nil.
func semaphoreUse(around []goast.Node, info *types.Info) (lit *goast.FuncLit, sent bool) {
	id := around[len(around)-1]
	at := len(around) - 2 // where the statement is
	switch n := around[at].(type) {
	case *goast.SendStmt:
		if n.Chan != id || !isToken(n.Value, info) {
			return nil, false
		}
		sent = true
	case *goast.UnaryExpr:
		if at--; n.Op != token.ARROW {
			return nil, false
		}
		if _, isStmt := around[at].(*goast.ExprStmt); !isStmt {
			return nil, false
		}
	default:
		return nil, false
	}
	if lit = startedAt(around, at-1, info); lit != nil {
		return lit, sent
	}
	if sent { // the goroutine that is started behind
		list := statementsOf(around[at-1])
		i := slices.IndexFunc(list, func(s goast.Stmt) bool { return s == around[at] })
		for _, s := range list[i+1:] {
			if st := startOf(s, info); st != nil {
				lit, _ = goast.Unparen(st.call.Fun).(*goast.FuncLit)
				return lit, true
			}
		}
		return nil, false
	}
	// defer func() { <-c }()
	if at-4 < 0 {
		return nil, false
	}
	call, _ := around[at-3].(*goast.CallExpr)
	d, ok := around[at-4].(*goast.DeferStmt)
	if !ok || d.Call != call || call.Fun != around[at-2] {
		return nil, false
	}
	return startedAt(around, at-5, info), false
}

// startedAt returns the function literal whose body one of the nodes is, if it is started as a goroutine; or nil.
func startedAt(around []goast.Node, at int, info *types.Info) *goast.FuncLit {
	if at < 1 {
		return nil
	}
	lit, ok := around[at-1].(*goast.FuncLit)
	if !ok || lit.Body != around[at] {
		return nil
	}
	for _, n := range around[:at-1] {
		if s, isStmt := n.(goast.Stmt); isStmt {
			if st := startOf(s, info); st != nil && goast.Unparen(st.call.Fun) == lit {
				return lit
			}
		}
	}
	return nil
}

// isToken reports whether what is sent is a constant, or a struct without a value for any field.
func isToken(x goast.Expr, info *types.Info) bool {
	lit, ok := goast.Unparen(x).(*goast.CompositeLit)
	return info.Types[x].Value != nil || ok && len(lit.Elts) == 0
}

// holdsSeveral reports whether an expression makes a channel that may hold several values.
func holdsSeveral(x goast.Expr, info *types.Info) bool {
	if x == nil {
		return false
	}
	call, ok := goast.Unparen(x).(*goast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return false
	}
	b, ok := info.Uses[calleeIdent(call)].(*types.Builtin)
	n := info.Types[call.Args[1]].Value
	return ok && b.Name() == "make" && (n == nil || constant.Compare(n, token.GTR, constant.MakeInt64(1)))
}

// newSemaphore lowers the declaration of a variable with a value, if that is a semaphore.
func (l *lowerer) newSemaphore(obj types.Object, x goast.Expr, s goast.Stmt) ([]ast.Stmt, bool) {
	if !isSemaphore(obj, l.top, l.info) {
		return nil, false
	}
	l.groups[obj] = &group{semaphore: true}
	room := goast.Unparen(x).(*goast.CallExpr).Args[1]
	if l.info.Types[room].Value != nil || l.countsCores(room) {
		return nil, true
	}
	t := types.NewSlice(types.NewStruct(nil, nil)) // which panics for less than zero, as the channel does
	made := &ast.Call{Fun: ast.Callee{Builtin: "make"}, Args: []ast.Expr{l.expr(room)}, T: t}
	return []ast.Stmt{&ast.Assign{Meta: l.meta(s), Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{made}}}, true
}

// ofSemaphore reports whether a statement does something with a semaphore.
func (l *lowerer) ofSemaphore(s goast.Stmt) bool {
	var c goast.Expr
	switch s := s.(type) {
	case *goast.SendStmt:
		c = s.Chan
	case *goast.ExprStmt:
		if isReceive(s.X) {
			c = goast.Unparen(s.X).(*goast.UnaryExpr).X
		}
	}
	id, _ := c.(*goast.Ident)
	if id == nil {
		return false
	}
	g := l.groupAt(l.info.Uses[id])
	return g != nil && g.semaphore
}
