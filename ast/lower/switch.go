package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"

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
// lowered once more behind it.
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
	old := l.jumps
	l.jumps.breakTo = label
	list = append(list, sw.chain(0)...)
	l.jumps = old
	if list = escape(list, label); len(list) == 1 && s.Init == nil {
		return list
	}
	return []ast.Stmt{&ast.Block{Meta: ast.Meta{Pos: s.Pos()}, Stmts: list}}
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

// chain lowers the clauses from the i-th on. The default is what comes last.
func (sw *switcher) chain(i int) []ast.Stmt {
	for ; i < len(sw.clauses); i++ {
		c := sw.clauses[i]
		if c.List == nil {
			continue
		}
		n := &ast.If{Meta: ast.Meta{Pos: c.Pos(), Src: sw.l.oneLine(c.Pos(), c.Colon)}, Cond: sw.cond(c), Then: sw.body(i)}
		if rest := sw.chain(i + 1); len(rest) > 0 {
			n.Else = &ast.Block{Meta: ast.Meta{Pos: c.Pos()}, Stmts: rest}
		}
		return spread(n)
	}
	for i, c := range sw.clauses {
		if c.List == nil {
			return sw.body(i).Stmts
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
			e = &ast.Binary{Op: token.EQL, X: sw.tag, Y: e, T: types.Typ[types.Bool]}
		}
		if cond == nil {
			cond = e
		} else {
			cond = &ast.Binary{Op: token.LOR, X: cond, Y: e, T: types.Typ[types.Bool]}
		}
	}
	return cond
}

// body lowers the statements of the i-th clause, and of those that it falls through to.
func (sw *switcher) body(i int) *ast.Block {
	c := sw.clauses[i]
	list, falls := c.Body, false
	if n := len(list); n > 0 {
		if b, ok := list[n-1].(*goast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
			list, falls = list[:n-1], true
		}
	}
	b := sw.l.block(list, c.Pos())
	if falls {
		b.Stmts = append(b.Stmts, sw.body(i+1))
	}
	return b
}
