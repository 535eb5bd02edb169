package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A primal is a function that the output holds because it is declared nowhere else: a function literal, or what is given functions,
// for these.
type primal struct {
	fn   *types.Func
	f    *ast.Func
	file string // the first file, by name, with a derivative that needs it
}

func (u *Unit) isLifted(fn *types.Func) bool { return u.Lifted != nil && fn != nil && u.Lifted(fn) }

// liftCalls makes calls of functions that are declared nowhere calls of functions of the output, and instantiates generic ones.
func (u *Unit) liftCalls(f *ast.Func) {
	f.Body = mapAll(f.Body, func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			c, ok := e.(*ast.Call)
			switch {
			case !ok:
				return e
			case u.isLifted(c.Fun.Fn):
				t := *c
				t.Fun = ast.Callee{Gen: u.primalOf(c.Fun.Fn)}
				return &t
			case c.Fun.Fn != nil && !c.Fun.Method && len(c.Fun.TypeArgs) == 0:
				return u.instantiated(c)
			}
			return e
		})
	}).(*ast.Block)
}

// instantiated is a call of ours of a generic function with its type arguments, which are the function's own type parameters, where the arguments do
// not tell them.
func (u *Unit) instantiated(c *ast.Call) ast.Expr {
	f := u.Lower(c.Fun.Fn)
	if f == nil || len(f.TypeParams) == 0 {
		return c
	}
	t := *c
	for _, p := range f.TypeParams {
		t.Fun.TypeArgs = append(t.Fun.TypeArgs, p.Type)
		t.Fun.Explicit = t.Fun.Explicit || !ast.Mentions(varTypes(f.Inputs()), p.Type)
	}
	if !t.Fun.Explicit {
		return c
	}
	return &t
}

// primalOf returns the function of the output that stands for fn.
func (u *Unit) primalOf(fn *types.Func) *ast.Func {
	for _, p := range u.primals {
		if p.fn == fn {
			p.file = min(p.file, u.File)
			return p.f
		}
	}
	f := u.Lower(fn)
	if f == nil {
		panic(notLowered(fn, fn.Pos()))
	}
	u.checkVisible(f)
	g := *f
	g.Body, _ = u.withoutHooks(f.Body, func(*ast.Call) bool { return false })
	g.Body = withReads(lookedUp(g.Body))
	if !u.Disable["cases"] {
		g.Body = nameCases(g.Body)
	}
	g.Name = u.free(helperName(f, carrying(f)))
	g.Doc = fmt.Sprintf("%s is %s.", g.Name, docName(f))
	switch {
	case f.What != "":
	case u.Instances.GivenGroups(fn):
		g.Doc = fmt.Sprintf("%s is %s, which nobody waits for.", g.Name, docName(f))
	default:
		g.Doc = fmt.Sprintf("%s is %s with the functions that it is given.", g.Name, docName(f))
	}
	if f.Recv != nil {
		g.Recv, g.Params = nil, f.Inputs()
	}
	u.primals = append(u.primals, &primal{fn, &g, u.File})
	return &g
}

// carrying says of all inputs that they take part.
func carrying(f *ast.Func) []bool {
	in := make([]bool, len(f.Inputs()))
	for i := range in {
		in[i] = true
	}
	return in
}

// checkLifted gives up f where it calls what is declared nowhere and cannot be lowered.
func (u *Unit) checkLifted(f *ast.Func) {
	eachExpr(f.Body, func(s ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && u.isLifted(c.Fun.Fn) && u.Lower(c.Fun.Fn) == nil {
			panic(notLowered(c.Fun.Fn, s.Info().Pos))
		}
	})
}

// notLowered is the refusal of a literal with which something is wrong.
func notLowered(fn *types.Func, pos token.Pos) *Refusal {
	return &Refusal{Pos: pos, Msg: fmt.Sprintf("%s cannot be differentiated", shortName(fn)), Callee: fn}
}

// shortName returns the name of a function; that of a literal is behind the name of the function that it stands in.
func shortName(fn *types.Func) string {
	name := fn.Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}
