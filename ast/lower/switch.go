package lower

import (
	goast "go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/godiff/godiff/ast"
)

// A switcher lowers one switch statement to a chain of ifs:
//
//	switch n % 3 {                  tag := n % 3
//	case 0:                         if tag == 0 {
//	    a()                             a()
//	    fallthrough                     b()
//	case 1, 2:                      } else if tag == 1 || tag == 2 {
//	    b()                             b()
//	default:                        } else {
//	    c()                             c()
//	}                               }
//
// A break out of the switch becomes the else of what leads to it: see escape. The clauses that a clause falls through to are
// lowered once more behind it, or, where that is much, all clauses one after the other:
//
//	clause := 0
//	if tag == 0 { clause = 1 } else if tag == 1 || tag == 2 { clause = 2 } else { clause = 3 }
//	if clause == 1 { a(); clause = 2 }
//	if clause == 2 { b() }
//	if clause == 3 { c() }
//
// The last of them has no condition where control does not get there else: then the whole ends where the switch does.
type switcher struct {
	l       *lowerer
	clauses []*goast.CaseClause
	tag     ast.Expr // nil where the cases are conditions
}

// switchStmt lowers a switch statement with or without a tag.
func (l *lowerer) switchStmt(s *goast.SwitchStmt) []ast.Stmt {
	label := l.takeLabel("switch")
	sw := &switcher{l: l}
	for _, c := range s.Body.List {
		c, _ := c.(*goast.CaseClause)
		sw.clauses = append(sw.clauses, c)
	}
	list := l.stmt(s.Init)
	if s.Tag != nil {
		sw.tag = l.expr(s.Tag)
		if sw.needsVar() {
			v := &ast.Ref{Var: ast.NewVar("tag", types.Default(l.typeOf(s.Tag)))}
			list = append(list, &ast.Assign{Meta: l.meta(s.Tag), Lhs: []ast.Expr{v}, Op: token.DEFINE, Rhs: []ast.Expr{sw.tag}})
			sw.tag = v
		} else if sw.comparisons() == 0 {
			list = append(list, &ast.Assign{Meta: l.meta(s.Tag), Lhs: []ast.Expr{nil}, Op: token.ASSIGN, Rhs: []ast.Expr{sw.tag}})
		}
	}
	list = l.left(list, label, func() []ast.Stmt {
		if sw.repeatsMuch() {
			return sw.inOrder(s.Pos())
		}
		return sw.chain(0, sw.body)
	})
	return scoped(list, s.Init, s.Pos())
}

// left returns a list of statements with the clauses of a switch, which breaks leave, at its end.
func (l *lowerer) left(list []ast.Stmt, label *ast.Label, clauses func() []ast.Stmt) []ast.Stmt {
	defer func(old jumps) { l.jumps = old }(l.jumps)
	l.jumps.breakTo = label
	return escape(append(list, clauses()...), label)
}

// scoped puts what a switch has become into a block, unless that is one statement and nothing is declared before it.
func scoped(list []ast.Stmt, init goast.Stmt, pos token.Pos) []ast.Stmt {
	if len(list) == 1 && init == nil {
		return list
	}
	return []ast.Stmt{&ast.Block{Meta: ast.Meta{Pos: pos}, Stmts: list}}
}

// maxRepeated is how many statements of a switch are lowered once more for the clauses that fall through to them.
const maxRepeated = 8

// repeatsMuch reports whether the clauses that others fall through to have more statements than are lowered more than once, or
// functions in them.
func (sw *switcher) repeatsMuch() bool {
	repeated, functions := 0, false
	for i := range sw.clauses {
		for j := i; sw.falls(j); j++ {
			goast.Inspect(sw.clauses[j+1], func(n goast.Node) bool {
				switch n := n.(type) {
				case *goast.BlockStmt, *goast.CaseClause:
				case goast.Stmt:
					repeated++
				case *goast.Ident:
					functions = functions || isFunc(sw.l.info.Defs[n])
				case *goast.FuncLit:
					functions = true
				}
				return true
			})
		}
	}
	return functions || repeated > maxRepeated
}

// falls reports whether the i-th clause falls through to the next.
func (sw *switcher) falls(i int) bool {
	list := sw.clauses[i].Body
	if len(list) == 0 {
		return false
	}
	b, ok := list[len(list)-1].(*goast.BranchStmt)
	return ok && b.Tok == token.FALLTHROUGH
}

// number is an int as it stands in source.
func number(i int) ast.Expr {
	return &ast.Lit{Text: strconv.Itoa(i), Val: constant.MakeInt64(int64(i)), T: types.Typ[types.Int]}
}

// inOrder lowers the clauses one after the other, with a variable that says which is next.
func (sw *switcher) inOrder(pos token.Pos) []ast.Stmt {
	clause := &ast.Ref{Var: ast.NewVar("clause", types.Typ[types.Int])}
	set := func(op token.Token, i int) ast.Stmt {
		return &ast.Assign{Lhs: []ast.Expr{clause}, Op: op, Rhs: []ast.Expr{number(i)}}
	}
	list := []ast.Stmt{set(token.DEFINE, 0)}
	list = append(list, sw.chain(0, func(i int) *ast.Block {
		return &ast.Block{Meta: ast.Meta{Pos: sw.clauses[i].Pos()}, Stmts: []ast.Stmt{set(token.ASSIGN, i+1)}}
	})...)
	surely := slices.ContainsFunc(sw.clauses, func(c *goast.CaseClause) bool { return c.List == nil })
	for i, c := range sw.clauses {
		b := sw.l.block(sw.statements(i), c.Pos())
		if surely && i == len(sw.clauses)-1 {
			list = append(list, b)
			break
		}
		surely = surely && (sw.falls(i) || ast.Terminates(b.Stmts))
		if sw.falls(i) {
			b.Stmts = append(b.Stmts, set(token.ASSIGN, i+2))
		}
		here := &ast.Binary{Op: token.EQL, X: clause, Y: number(i + 1), T: types.Typ[types.Bool]}
		list = append(list, &ast.If{Meta: ast.Meta{Pos: pos}, Cond: here, Then: b})
	}
	return list
}

// statements returns those of the i-th clause, without a fallthrough.
func (sw *switcher) statements(i int) []goast.Stmt {
	list := sw.clauses[i].Body
	if sw.falls(i) {
		list = list[:len(list)-1]
	}
	return list
}

// comparisons returns how many values the tag is compared with.
func (sw *switcher) comparisons() int {
	n := 0
	for _, c := range sw.clauses {
		n += len(c.List)
	}
	return n
}

// needsVar reports whether the tag must be kept in a variable: where it is compared more than once and takes work, or where a case
// calls what might change it.
func (sw *switcher) needsVar() bool {
	if sw.comparisons() == 0 {
		return false
	}
	for _, c := range sw.clauses {
		for _, x := range c.List {
			if ast.Any(sw.l.expr(x), callsFunc) {
				return true
			}
		}
	}
	return sw.comparisons() > 1 && !isSimple(sw.tag)
}

// isSimple reports whether reading e twice costs no more than reading it once: it is a variable, a field, a constant.
func isSimple(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref, *ast.Lit, *ast.Name:
		return true
	case *ast.Field:
		return isSimple(e.X)
	}
	return false
}

// chain lowers the clauses from the i-th on. The default is what comes last. Body makes the statements of
// a clause.
func (sw *switcher) chain(i int, body func(int) *ast.Block) []ast.Stmt {
	for ; i < len(sw.clauses); i++ {
		c := sw.clauses[i]
		if c.List == nil {
			continue
		}
		cond := sw.cond(c)
		switch {
		case isBool(cond, false):
			continue
		case isBool(cond, true):
			return body(i).Stmts
		}
		n := &ast.If{Meta: ast.Meta{Pos: c.Pos(), Src: sw.l.oneLine(c.Pos(), c.Colon)}, Cond: cond, Then: body(i)}
		if rest := sw.chain(i+1, body); len(rest) > 0 {
			n.Else = &ast.Block{Meta: ast.Meta{Pos: c.Pos()}, Stmts: rest}
		}
		return spread(n)
	}
	for i, c := range sw.clauses {
		if c.List == nil {
			return body(i).Stmts
		}
	}
	return nil
}

// cond is the condition under which a clause is taken, those before it being none.
func (sw *switcher) cond(c *goast.CaseClause) ast.Expr {
	var cond ast.Expr
	for _, x := range c.List {
		e := sw.l.expr(x)
		if sw.tag != nil {
			tag, e2 := compared(sw.tag, e)
			e = &ast.Binary{Op: token.EQL, X: tag, Y: e2, T: types.Typ[types.Bool], Pos: x.Pos()}
		}
		switch {
		case cond == nil:
			cond = e
		case !isBool(cond, true):
			cond = joined(&ast.Binary{Op: token.LOR, X: cond, Y: e, T: types.Typ[types.Bool]})
		}
	}
	return cond
}

// body lowers the statements of the i-th clause, and of those that it falls through to.
func (sw *switcher) body(i int) *ast.Block {
	b := sw.l.block(sw.statements(i), sw.clauses[i].Pos())
	if sw.falls(i) {
		b.Stmts = append(b.Stmts, sw.body(i+1))
	}
	return b
}
