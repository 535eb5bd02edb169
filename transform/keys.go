package transform

import (
	"fmt"

	"github.com/godiff/godiff/ast"
)

// A needKey identifies a past value and the contexts that find it in one way.
type needKey struct {
	own   *ast.Var // a variable without versions, …
	ver   *version // … a version of a variable, …
	expr  int      // … or the number of an expression, …
	part  *part    // … the part that it is remembered in …
	after bool     // … and the side of a statement there
	ctx   contextKey
	exits string // the exits of loops that lie between the value and its use
}

// A point is before or after an item of the forward sweep.
type point struct {
	it    *item
	after bool
}

// numbering gives numbers to the values of expressions at points of the forward sweep, one number to expressions that are the same
// and read the same versions of all that they read. The number of an expression is made of those of its operands, and found once.
type numbering struct {
	r     *reverser
	known map[exprAt]int
	lists map[list]int
}

type exprAt struct {
	e ast.Expr
	p point
}

// A list is what a number stands for: a head, and numbers, in the way of Lisp.
type list struct {
	head string
	obj  any
	init int // the list without its last number …
	last int // … and that number
}

func newNumbering(r *reverser) *numbering {
	return &numbering{r: r, known: map[exprAt]int{}, lists: map[list]int{}}
}

func (n *numbering) number(head string, obj any, numbers ...int) int {
	k := n.find(list{head: head, obj: obj})
	for _, x := range numbers {
		k = n.find(list{init: k, last: x})
	}
	return k
}

func (n *numbering) find(l list) int {
	k := n.lists[l]
	if k == 0 {
		k = len(n.lists) + 1
		n.lists[l] = k
	}
	return k
}

// of returns the number of the value of e at a point; that of nil is zero.
func (n *numbering) of(e ast.Expr, p point) int {
	if e == nil {
		return 0
	}
	at := exprAt{e, p}
	k := n.known[at]
	if k == 0 {
		k = n.value(e, p)
		n.known[at] = k
	}
	return k
}

func (n *numbering) value(e ast.Expr, p point) int {
	switch e := e.(type) {
	case *ast.Ref:
		if !n.isNamed(e) {
			return n.form(e, p)
		}
	case *ast.Past:
		return n.of(e.X, point{n.r.tree.at[e.At], e.After})
	case *ast.Name, *ast.Field, *ast.Index, *ast.Slice, *ast.Deref, *ast.Addr:
	case *ast.Call:
		numbers := []int{n.form(e, p)}
		n.r.mem.callReads(e, func(c *location) { numbers = append(numbers, n.version(c, p)) })
		return n.number("reads", nil, numbers...)
	case *ast.Lit, *ast.Unary, *ast.Binary, *ast.Convert, *ast.Composite:
		return n.form(e, p)
	default:
		panic(fmt.Sprintf("transform: number of %T", e))
	}
	numbers := []int{n.form(e, p)}
	n.r.mem.reads(e, func(c *location) { numbers = append(numbers, n.version(c, p)) })
	return n.number("reads", nil, numbers...)
}

// isNamed reports whether a variable counts as itself, not as what it holds.
func (n *numbering) isNamed(e *ast.Ref) bool {
	return n.r.synthetic[e.Var] != nil || n.r.own[e.Var] || n.r.tree.guards[e.Var] != nil || !n.r.isScalar(e)
}

func (n *numbering) version(c *location, p point) int {
	if v := n.r.hist.versionAt(c, p.it, p.after); v != nil {
		return v.id
	}
	return 0
}

// form returns the number of an expression without the versions of the memory that it names.
func (n *numbering) form(e ast.Expr, p point) int {
	switch e := e.(type) {
	case *ast.Ref:
		if n.isNamed(e) {
			return n.number("variable", e.Var)
		}
		return n.number("version", nil, n.r.versionOf(e.Var, p).id)
	case *ast.Lit:
		return n.number(e.Text, nil)
	case *ast.Name:
		return n.number("name", e.Obj)
	case *ast.Field:
		return n.number(".", e.Field, n.form(e.X, p))
	case *ast.Index:
		return n.number("[]", nil, n.form(e.X, p), n.of(e.I, p))
	case *ast.Slice:
		return n.number("[:]", nil, n.form(e.X, p), n.of(e.Lo, p), n.of(e.Hi, p), n.of(e.Max, p))
	case *ast.Deref:
		return n.number("*", nil, n.form(e.X, p))
	case *ast.Addr:
		return n.number("&", nil, n.form(e.X, p))
	case *ast.Unary:
		return n.number("unary", e.Op, n.of(e.X, p))
	case *ast.Binary:
		return n.number("binary", e.Op, n.of(e.X, p), n.of(e.Y, p))
	case *ast.Convert:
		return n.number(typeKey(e.T), "conversion", n.of(e.X, p))
	case *ast.Call:
		return n.number(identity(e.Fun), nil, n.all(ast.Operands(e), p)...)
	case *ast.Composite:
		return n.number(typeKey(e.T), "literal", n.all(ast.Operands(e), p)...)
	}
	return n.of(e, p)
}

func (n *numbering) all(list []ast.Expr, p point) []int {
	numbers := make([]int, len(list))
	for i, e := range list {
		numbers[i] = n.of(e, p)
	}
	return numbers
}
