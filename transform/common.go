package transform

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Common subexpressions.
//
// A value and its partial often have a function in common:
//
//	sum += math.Log1p(math.Exp(z))           exp := math.Exp(z)
//	dz := dsum/(1+math.Exp(z))*math.Exp(z)   sum += math.Log1p(exp)
//	                                         dz := dsum/(1+exp)*exp
//
// A call of a function of package math that is made twice with the same arguments, unchanged in between, gets a variable, or that
// which it is assigned to.
type eliminator struct {
	defs  map[*ast.Var]int // how often variables are assigned
	taken map[*ast.Var]bool
	holds map[*ast.Var]*ast.Call // what variables of ours stand for
}

// A builder is a list of statements and what is put before some of them.
type builder struct {
	list   []ast.Stmt
	before map[int][]ast.Stmt
}

// A madeCall is a call that has been made.
type madeCall struct {
	call   *ast.Call
	v      *ast.Var // what has its value; nil as long as it is made once
	in     *builder // where it was first made: in this statement of a list
	at     int
	vars   []*ast.Var
	memory bool // it reads memory
}

// A table holds the calls that have been made and whose arguments are unchanged.
type table struct {
	calls map[string]*madeCall
	byVar map[*ast.Var][]string
	mem   []string
}

func newTable() *table { return &table{calls: map[string]*madeCall{}, byVar: map[*ast.Var][]string{}} }

func (t *table) clone() *table {
	c := newTable()
	for key, k := range t.calls {
		c.add(key, k)
	}
	return c
}

func (t *table) add(key string, k *madeCall) {
	t.calls[key] = k
	for _, v := range k.vars {
		t.byVar[v] = append(t.byVar[v], key)
	}
	if k.memory {
		t.mem = append(t.mem, key)
	}
}

func (t *table) forget(v *ast.Var) {
	for _, key := range t.byVar[v] {
		delete(t.calls, key)
	}
	delete(t.byVar, v)
}

func (t *table) forgetMemory() {
	for _, key := range t.mem {
		delete(t.calls, key)
	}
	t.mem = nil
}

// eliminate applies the pass to the body of a function.
func eliminate(b *ast.Block) *ast.Block {
	c := &eliminator{defs: map[*ast.Var]int{}, taken: addressTaken(b), holds: map[*ast.Var]*ast.Call{}}
	ast.Inspect(b, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			if _, decl := s.(*ast.Decl); decl {
				c.defs[v]++
			}
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if v := ast.RootVar(e); assigned && v != nil {
				c.defs[v]++
			}
		})
		return true
	})
	return c.block(b, newTable())
}

func (c *eliminator) block(b *ast.Block, t *table) *ast.Block {
	out := &builder{before: map[int][]ast.Stmt{}}
	for _, s := range b.Stmts {
		at := len(out.list)
		out.list = append(out.list, nil)
		s = c.stmt(s, t, out, at)
		if out.list[at] == nil {
			out.list[at] = s
		}
	}
	r := &ast.Block{Meta: b.Meta}
	for i, s := range out.list {
		r.Stmts = append(append(r.Stmts, out.before[i]...), s)
	}
	return r
}

func (c *eliminator) stmt(s ast.Stmt, t *table, out *builder, at int) ast.Stmt {
	switch s := s.(type) {
	case *ast.Block:
		if len(s.Stmts) == 0 {
			return s
		}
		inner := c.block(s, t.clone())
		c.forgetWritten(s, t)
		return inner
	case *ast.If:
		n := *s
		n.Cond = c.replace(s.Cond, t)
		then, els := t.clone(), t.clone()
		n.Then = c.block(s.Then, then)
		if s.Else != nil {
			n.Else = c.block(s.Else, els)
		}
		c.forgetWritten(s, t)
		return &n
	case *ast.For, *ast.Range:
		c.forgetWritten(s, t)
		return ast.MapBlocks(s, func(b *ast.Block) *ast.Block { return c.block(b, t.clone()) })
	case *ast.Branch:
		return s
	}
	// What is made twice in the statement, or was made before, is had from a variable.
	out.list[at] = ast.MapExprs(s, func(e ast.Expr) ast.Expr { return c.replace(e, t) }, nil)
	c.note(out.list[at], t, out, at)
	c.forgetWritten(s, t)
	c.define(out.list[at], t)
	return out.list[at]
}

// replace replaces the calls in e that have been made before.
func (c *eliminator) replace(e ast.Expr, t *table) ast.Expr {
	if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) {
		return &ast.Binary{Op: b.Op, X: c.replace(b.X, t), Y: c.replace(b.Y, t), T: b.T}
	}
	if call, ok := c.call(e); ok {
		if k := t.calls[c.keyOf(call)]; k != nil {
			return &ast.Ref{Var: c.variable(k)}
		}
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return c.replace(x, t) })
}

// note notes the calls that a statement surely makes, and gives those that it makes twice a variable.
func (c *eliminator) note(s ast.Stmt, t *table, out *builder, at int) {
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) {
			visit(b.X)
			return
		}
		call, ok := c.call(e)
		if !ok {
			for _, x := range ast.Operands(e) {
				visit(x)
			}
			return
		}
		key := c.keyOf(call)
		if k := t.calls[key]; k != nil && k.in == out && k.at == at {
			c.variable(k)
			return
		}
		for _, x := range call.Args {
			visit(x)
		}
		k := &madeCall{call: call, in: out, at: at}
		c.reads(k, call)
		t.add(key, k)
	}
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if !assigned {
			visit(e)
		}
	})
}

// reads notes what a call reads, and what the calls have read that variables in it stand for: its key does not tell the two apart.
func (c *eliminator) reads(k *madeCall, call *ast.Call) {
	ast.Walk(call, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			k.vars = append(k.vars, e.Var)
			if held := c.holds[e.Var]; held != nil {
				c.reads(k, held)
			}
		case *ast.Index, *ast.Deref:
			k.memory = true
		case *ast.Field:
			k.memory = k.memory || ast.Pointee(e.X.Type()) != nil
		}
		return true
	})
}

// variable returns the variable that has the value of a call, made where it was first made.
func (c *eliminator) variable(k *madeCall) *ast.Var {
	if k.v != nil {
		return k.v
	}
	k.v = ast.NewVar(strings.ToLower(k.call.Fun.Fn.Name()), k.call.T)
	c.holds[k.v] = k.call
	key, ref := c.keyOf(k.call), &ast.Ref{Var: k.v}
	var in func(e ast.Expr) ast.Expr
	in = func(e ast.Expr) ast.Expr {
		if call, ok := e.(*ast.Call); ok && call.Fun.Fn != nil && c.keyOf(call) == key {
			return ref
		}
		return ast.MapOperands(e, in)
	}
	// It comes after the variables that it reads and before those that read it.
	old := append(slices.Clone(k.in.before[k.at]), k.in.list[k.at])
	made := define(k.v, ast.MapOperands(k.call, func(e ast.Expr) ast.Expr { return c.inTermsOf(e, old[:len(old)-1]) }))
	var group []ast.Stmt
	for i, s := range old {
		t := ast.MapExprs(s, in, nil)
		if made != nil && (i == len(old)-1 || usesVar(t, k.v)) {
			group = append(group, made)
			made = nil
		}
		group = append(group, t)
	}
	comment := old[0].Info()
	if first := group[0]; first.Info().Comment == "" && comment.Comment != "" {
		group[0] = withComment(first, comment.Comment)
		group[0].Info().Named = comment.Named
		group[1] = withComment(group[1], "")
		group[1].Info().Named = nil
	}
	k.in.before[k.at], k.in.list[k.at] = group[:len(group)-1], group[len(group)-1]
	return k.v
}

// inTermsOf is e with the variables that some statements define instead of the calls that they have.
func (c *eliminator) inTermsOf(e ast.Expr, defs []ast.Stmt) ast.Expr {
	if call, ok := e.(*ast.Call); ok && call.Fun.Fn != nil {
		for _, s := range defs {
			if a, ok := s.(*ast.Assign); ok && c.keyOf(a.Lhs[0]) == c.keyOf(call) {
				return a.Lhs[0]
			}
		}
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return c.inTermsOf(x, defs) })
}

// define notes that a call is assigned as a whole to a new variable that does not change.
func (c *eliminator) define(s ast.Stmt, t *table) {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return
	}
	r, _ := a.Lhs[0].(*ast.Ref)
	call, ok := c.call(a.Rhs[0])
	if !ok || r == nil || c.defs[r.Var] != 1 || c.taken[r.Var] {
		return
	}
	if k := t.calls[c.keyOf(call)]; k != nil && k.v == nil {
		k.v = r.Var
	}
}

// call returns e as a call of package math that costs something and whose arguments only names reach.
func (c *eliminator) call(e ast.Expr) (*ast.Call, bool) {
	call, ok := e.(*ast.Call)
	if !ok || call.Fun.Fn == nil || call.Fun.Fn.Pkg() == nil || call.Fun.Fn.Pkg().Path() != "math" || !ast.IsFloat(call.T) {
		return nil, false
	}
	pure := !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			return c.taken[e.Var]
		case *ast.Call:
			return e.Fun.Builtin != "len" && (e.Fun.Fn == nil || e.Fun.Fn.Pkg() == nil || e.Fun.Fn.Pkg().Path() != "math")
		case *ast.Composite, *ast.Addr, *ast.Slice:
			return true
		}
		return false
	})
	return call, pure && call.Fun.Fn.Name() != "Abs"
}

// forgetWritten forgets the calls that read what a statement, or one below it, writes.
func (c *eliminator) forgetWritten(s ast.Stmt, t *table) {
	ast.Inspect(s, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			t.forget(v)
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if assigned {
				v := ast.RootVar(e)
				if v != nil {
					t.forget(v)
				}
				if v == nil || c.taken[v] {
					t.forgetMemory()
				}
			}
			if hasCall(e) || ast.Any(e, func(e ast.Expr) bool {
				call, ok := e.(*ast.Call)
				return ok && (call.Fun.Builtin == "copy" || call.Fun.Builtin == "append" || call.Fun.Builtin == "clear")
			}) {
				t.forgetMemory()
			}
		})
		return true
	})
}

// keyOf identifies an expression by what it names.
func (c *eliminator) keyOf(e ast.Expr) string {
	var b strings.Builder
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			if call := c.holds[e.Var]; call != nil {
				b.WriteString(c.keyOf(call))
				return false
			}
			fmt.Fprintf(&b, "%p", e.Var)
		case *ast.Lit:
			b.WriteString(e.Text)
		case *ast.Name:
			fmt.Fprintf(&b, "%p", e.Obj)
		case *ast.Field:
			fmt.Fprintf(&b, ".%p", e.Field)
		case *ast.Binary:
			b.WriteString(e.Op.String())
		case *ast.Unary:
			b.WriteString(e.Op.String())
		case *ast.Call:
			b.WriteString(calleeKey(e.Fun))
		case *ast.Convert:
			b.WriteString(typeKey(e.T))
		}
		fmt.Fprintf(&b, "%d(", len(ast.Operands(e)))
		return true
	})
	return b.String()
}
