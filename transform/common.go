package transform

import (
	"fmt"
	"go/token"
	"go/types"
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
// which it is assigned to. So does arithmetic of some size in statements of ours:
//
//	dk += adj * u[i] * (u[i-1] + u[i+1])     t := u[i-1] + u[i+1]
//	du[i] = adj * (k * (u[i-1] + u[i+1]))    dk += adj * u[i] * t
//	                                         du[i] = adj * (k * t)
//
// The user's own arithmetic stays as it is, since a processor may round a product that is added to something once with the sum.
type eliminator struct {
	in    func(ast.Expr) memoryKind
	defs  map[*ast.Var]int // how often variables are assigned
	taken map[*ast.Var]bool
	holds map[*ast.Var]ast.Expr // what variables of ours stand for
}

// commonWeight is how much arithmetic, reads of memory included, is worth a variable.
const commonWeight = 3

// A builder is a list of statements and what is put before some of them.
type builder struct {
	list   []ast.Stmt
	before map[int][]ast.Stmt
}

// A made expression is one that has been evaluated.
type made struct {
	expr ast.Expr
	v    *ast.Var // what has its value; nil as long as it is made once
	pair *ast.Var // of a sine or cosine: what has the value of the other one, if that is made with it
	in   *builder // where it was first made: in this statement of a list
	at   int
	vars []*ast.Var
	mem  memoryKind // that it reads
}

// A memoryKind says whether memory may be that of the primal function, and whether it may be that of shadows, which is apart from it. That
// of remembered values is neither: what writes it reads nothing of it.
type memoryKind [2]bool

// memoryOf returns the kind of memory that a place lies in.
func (d *derivation) memoryOf(e ast.Expr) memoryKind {
	if v := rootOf(e); v != nil && d.slots[v] {
		return memoryKind{}
	}
	saved := ast.Any(e, func(e ast.Expr) bool {
		t := e.Type()
		if p := ast.Pointee(t); p != nil {
			t = p
		}
		return d.u.isSaved(t)
	})
	if saved { // there are both
		return memoryKind{true, true}
	}
	shadow := (&resolver{reverser: &reverser{derivation: d}}).inShadow(e)
	return memoryKind{!shadow, shadow}
}

// A table holds the expressions that have been evaluated and whose operands are unchanged.
type table struct {
	made  map[string]*made
	byVar map[*ast.Var][]string
	mem   [2][]string // those that read memory of each kind
}

func newTable() *table { return &table{made: map[string]*made{}, byVar: map[*ast.Var][]string{}} }

func (t *table) clone() *table {
	c := newTable()
	for key, k := range t.made {
		c.add(key, k)
	}
	return c
}

func (t *table) add(key string, k *made) {
	t.made[key] = k
	for _, v := range k.vars {
		t.byVar[v] = append(t.byVar[v], key)
	}
	for i, reads := range k.mem {
		if reads {
			t.mem[i] = append(t.mem[i], key)
		}
	}
}

func (t *table) forget(v *ast.Var) {
	for _, key := range t.byVar[v] {
		delete(t.made, key)
	}
	delete(t.byVar, v)
}

// forgetMemory forgets what reads memory of a kind.
func (t *table) forgetMemory(kind memoryKind) {
	for i, written := range kind {
		if written {
			for _, key := range t.mem[i] {
				delete(t.made, key)
			}
			t.mem[i] = nil
		}
	}
}

// eliminate applies the pass to the body of a function.
func eliminate(b *ast.Block, in func(ast.Expr) memoryKind) *ast.Block {
	return newEliminator(b, in).block(b, newTable())
}

func newEliminator(b *ast.Block, in func(ast.Expr) memoryKind) *eliminator {
	c := &eliminator{in: in, defs: map[*ast.Var]int{}, taken: addressTaken(b), holds: map[*ast.Var]ast.Expr{}}
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
	return c
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
		n.Cond = c.replace(s.Cond, t, false)
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
	ours := !s.Info().Pos.IsValid()
	out.list[at] = ast.MapExprs(s, func(e ast.Expr) ast.Expr {
		if do, ok := s.(*ast.Do); ok && e == ast.Expr(do.Call) { // nobody asks for its value
			return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return c.replace(x, t, ours) })
		}
		return c.replace(e, t, ours)
	}, nil)
	c.note(out.list[at], t, out, at)
	c.forgetWritten(s, t)
	c.define(out.list[at], t)
	return out.list[at]
}

// replace replaces what has been made before in e, an expression of ours or the user's.
func (c *eliminator) replace(e ast.Expr, t *table, ours bool) ast.Expr {
	if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) {
		return &ast.Binary{Op: b.Op, X: c.replace(b.X, t, ours), Y: c.replace(b.Y, t, ours), T: b.T}
	}
	if c.isCommon(e, ours) {
		if k := t.made[c.keyOf(e)]; k != nil {
			return &ast.Ref{Var: c.variable(k)}
		}
		if v := c.paired(e, t, func(*made) bool { return true }); v != nil {
			return &ast.Ref{Var: v}
		}
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return c.replace(x, t, ours) })
}

// note notes what a statement surely evaluates, and gives what it evaluates twice a variable.
func (c *eliminator) note(s ast.Stmt, t *table, out *builder, at int) {
	ours := !s.Info().Pos.IsValid()
	var visit func(e ast.Expr)
	visit = func(e ast.Expr) {
		if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) {
			visit(b.X)
			return
		}
		common := c.isCommon(e, ours)
		key := ""
		if common {
			key = c.keyOf(e)
			here := func(k *made) bool { return k.in == out && k.at == at }
			if k := t.made[key]; k != nil && here(k) {
				c.variable(k)
				return
			}
			if c.paired(e, t, here) != nil {
				return
			}
		}
		for _, x := range ast.Operands(e) {
			visit(x)
		}
		if common {
			k := &made{expr: e, in: out, at: at}
			c.reads(k, e)
			t.add(key, k)
		}
	}
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		do, ok := s.(*ast.Do)
		switch {
		case ok && e == ast.Expr(do.Call):
			for _, x := range ast.Operands(e) {
				visit(x)
			}
		case !assigned:
			visit(e)
		}
	})
}

// reads notes what an expression reads, and what the expressions have read that variables in it stand for: its key does not tell the two
// apart.
func (c *eliminator) reads(k *made, e ast.Expr) {
	memory := func(x ast.Expr) {
		for i, reads := range c.in(x) {
			k.mem[i] = k.mem[i] || reads
		}
	}
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			k.vars = append(k.vars, e.Var)
			if held := c.holds[e.Var]; held != nil {
				c.reads(k, held)
			}
		case *ast.Index, *ast.Deref:
			memory(e)
		case *ast.Field:
			if ast.Pointee(e.X.Type()) != nil {
				memory(e)
			}
		}
		return true
	})
}

// variable returns the variable that has the value of an expression, made where it was first evaluated.
func (c *eliminator) variable(k *made) *ast.Var {
	if k.v != nil {
		return k.v
	}
	k.v = ast.NewVar(commonName(k.expr), k.expr.Type())
	c.holds[k.v] = k.expr
	key, ref := c.keyOf(k.expr), &ast.Ref{Var: k.v}
	var in func(e ast.Expr) ast.Expr
	in = func(e ast.Expr) ast.Expr {
		if couldBe(e, k.expr) && c.keyOf(e) == key {
			return ref
		}
		return ast.MapOperands(e, in)
	}
	// It comes after the variables that it reads and before those that read it.
	old := append(slices.Clone(k.in.before[k.at]), k.in.list[k.at])
	made := define(k.v, ast.MapOperands(k.expr, func(e ast.Expr) ast.Expr { return c.inTermsOf(e, old[:len(old)-1]) }))
	ast.Inherit([]ast.Stmt{made}, k.in.list[k.at])
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

// commonName is what to call the value of an expression.
func commonName(e ast.Expr) string {
	if c, ok := e.(*ast.Call); ok {
		return strings.ToLower(c.Fun.Fn.Name())
	}
	return "t"
}

// couldBe reports whether two expressions are of one kind, so that a look at their keys is worth it.
func couldBe(e, f ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call:
		_, ok := f.(*ast.Call)
		return ok && e.Fun.Fn != nil
	case *ast.Binary:
		g, ok := f.(*ast.Binary)
		return ok && g.Op == e.Op
	}
	return false
}

// inTermsOf is e with the variables that some statements define instead of the expressions that they have.
func (c *eliminator) inTermsOf(e ast.Expr, defs []ast.Stmt) ast.Expr {
	for _, s := range defs {
		a, ok := s.(*ast.Assign)
		if !ok || len(a.Rhs) != 1 {
			continue
		}
		for _, l := range a.Lhs {
			if (len(a.Lhs) == 1 && couldBe(e, a.Rhs[0]) || len(a.Lhs) > 1 && isSinOrCos(e)) && c.keyOf(l) == c.keyOf(e) {
				return l
			}
		}
	}
	return ast.MapOperands(e, func(x ast.Expr) ast.Expr { return c.inTermsOf(x, defs) })
}

// define notes that an expression is assigned as a whole to a new variable that does not change.
func (c *eliminator) define(s ast.Stmt, t *table) {
	a, ok := s.(*ast.Assign)
	if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return
	}
	r, _ := a.Lhs[0].(*ast.Ref)
	if r == nil || !c.isCommon(a.Rhs[0], true) || c.defs[r.Var] != 1 || c.taken[r.Var] || !types.Identical(r.Var.Type, a.Rhs[0].Type()) {
		return
	}
	key := c.keyOf(a.Rhs[0])
	k := t.made[key]
	if k == nil {
		k = &made{expr: a.Rhs[0]}
		c.reads(k, k.expr)
		t.add(key, k)
	}
	if k.v == nil {
		k.v = r.Var
	}
}

// isCommon reports whether to look for e elsewhere: it costs something and only names reach what it reads. Arithmetic counts in
// statements of ours.
func (c *eliminator) isCommon(e ast.Expr, ours bool) bool {
	switch e := e.(type) {
	case *ast.Call:
		if !isMath(e) || !ast.IsFloat(e.T) || e.Fun.Fn.Name() == "Abs" {
			return false
		}
	case *ast.Binary:
		if !ours || !ast.IsFloat(e.T) || weight(e) < commonWeight {
			return false
		}
		if v, _ := constantValue(e); v != nil {
			return false
		}
	default:
		return false
	}
	return !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			return c.taken[e.Var]
		case *ast.Call:
			return e.Fun.Builtin != "len" && !isMath(e)
		case *ast.Composite, *ast.Addr, *ast.Slice:
			return true
		}
		return false
	})
}

// isMath reports whether e calls a function of package math.
func isMath(e *ast.Call) bool {
	return e.Fun.Fn != nil && e.Fun.Fn.Pkg() != nil && e.Fun.Fn.Pkg().Path() == "math"
}

// weight is what evaluating e costs: one for each operation and each read of memory, more for divisions and functions.
func weight(e ast.Expr) int {
	n := 0
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Binary:
			n++
			if e.Op == token.QUO && ast.IsFloat(e.T) {
				n += 3
			}
		case *ast.Call:
			if e.Fun.Builtin == "" {
				n += 10
			}
		case *ast.Index:
			n++
			return ast.IsFloat(e.T) // what leads there is found in no time
		case *ast.Deref:
			n++
		case *ast.Field:
			if ast.Pointee(e.X.Type()) != nil {
				n++
			}
		}
		return true
	})
	return n
}

// forgetWritten forgets what reads that which a statement, or one below it, writes.
func (c *eliminator) forgetWritten(s ast.Stmt, t *table) {
	all := memoryKind{true, true}
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
				switch {
				case v == nil:
					t.forgetMemory(c.in(e))
				case c.taken[v]:
					t.forgetMemory(all)
				}
			}
			if writesMemory(e) {
				t.forgetMemory(all)
			}
		})
		return true
	})
}

// writesByBuiltin reports whether e writes memory by a function of the language.
func writesByBuiltin(e ast.Expr) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		call, ok := e.(*ast.Call)
		return ok && (call.Fun.Builtin == "copy" || call.Fun.Builtin == "append" || call.Fun.Builtin == "clear")
	})
}

// keyOf identifies an expression by what it names.
func (c *eliminator) keyOf(e ast.Expr) string {
	var b strings.Builder
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			if held := c.holds[e.Var]; held != nil {
				b.WriteString(c.keyOf(held))
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
			b.WriteString(identity(e.Fun))
		case *ast.Convert:
			b.WriteString(typeKey(e.T))
		}
		fmt.Fprintf(&b, "%d(", len(ast.Operands(e)))
		return true
	})
	return b.String()
}
