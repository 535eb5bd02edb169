package ast

import (
	"fmt"
	"go/token"
	"go/types"
)

// Operands returns the expressions that e is directly made of, in evaluation order.
func Operands(e Expr) []Expr {
	switch e := e.(type) {
	case nil, *Ref, *Lit, *Name:
		return nil
	case *Field:
		return []Expr{e.X}
	case *Index:
		return []Expr{e.X, e.I}
	case *Slice:
		return present(e.X, e.Lo, e.Hi, e.Max)
	case *Deref:
		return []Expr{e.X}
	case *Addr:
		return []Expr{e.X}
	case *Unary:
		return []Expr{e.X}
	case *Binary:
		return []Expr{e.X, e.Y}
	case *Call:
		if e.Fun.Value != nil {
			return append([]Expr{e.Fun.Value}, e.Args...)
		}
		return e.Args
	case *Convert:
		return []Expr{e.X}
	case *Composite:
		var list []Expr
		for _, elem := range e.Elems {
			list = append(list, present(elem.Key, elem.Value)...)
		}
		return list
	case *Past:
		return []Expr{e.X}
	}
	panic(fmt.Sprintf("ast.Operands: %T", e))
}

// present returns the expressions that are not nil.
func present(list ...Expr) []Expr {
	var out []Expr
	for _, e := range list {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// Walk calls f for e and, where f returns true, for everything below it.
func Walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	// The operands are spelled out, since a list of them would be made for every expression there is.
	switch e := e.(type) {
	case *Ref, *Lit, *Name:
	case *Field:
		Walk(e.X, f)
	case *Index:
		Walk(e.X, f)
		Walk(e.I, f)
	case *Unary:
		Walk(e.X, f)
	case *Binary:
		Walk(e.X, f)
		Walk(e.Y, f)
	case *Past:
		Walk(e.X, f)
	default:
		for _, x := range Operands(e) {
			Walk(x, f)
		}
	}
}

// Any reports whether f holds for e or anything below it.
func Any(e Expr, f func(Expr) bool) bool {
	found := false
	Walk(e, func(e Expr) bool {
		found = found || f(e)
		return !found
	})
	return found
}

// Map rebuilds e from the bottom up: f is called with every expression, its operands already mapped, and
// returns what takes its place. What does not change is shared with e.
func Map(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	return f(MapOperands(e, func(x Expr) Expr { return Map(x, f) }))
}

// MapOperands returns e with f applied to each of its direct operands. It returns e itself where none changes.
func MapOperands(e Expr, f func(Expr) Expr) Expr {
	g := func(x Expr) Expr {
		if x == nil {
			return nil
		}
		return f(x)
	}
	switch e := e.(type) {
	case *Ref, *Lit, *Name:
		return e
	case *Field:
		if x := g(e.X); x != e.X {
			c := *e
			c.X = x
			return &c
		}
	case *Index:
		if x, i := g(e.X), g(e.I); x != e.X || i != e.I {
			return &Index{X: x, I: i, T: e.T}
		}
	case *Slice:
		if x, lo, hi, m := g(e.X), g(e.Lo), g(e.Hi), g(e.Max); x != e.X || lo != e.Lo || hi != e.Hi || m != e.Max {
			return &Slice{X: x, Lo: lo, Hi: hi, Max: m, T: e.T}
		}
	case *Deref:
		if x := g(e.X); x != e.X {
			return PointedTo(x)
		}
	case *Addr:
		if x := g(e.X); x != e.X {
			return &Addr{X: x, T: e.T}
		}
	case *Unary:
		if x := g(e.X); x != e.X {
			return &Unary{Op: e.Op, X: x}
		}
	case *Binary:
		if x, y := g(e.X), g(e.Y); x != e.X || y != e.Y {
			return &Binary{Op: e.Op, X: x, Y: y, T: e.T, Pos: e.Pos}
		}
	case *Call:
		args, changed := mapList(e.Args, g)
		if v := g(e.Fun.Value); changed || v != e.Fun.Value {
			c := *e
			c.Args, c.Fun.Value = args, v
			return &c
		}
	case *Convert:
		if x := g(e.X); x != e.X {
			return &Convert{X: x, T: e.T, Pos: e.Pos}
		}
	case *Composite:
		return mapComposite(e, g)
	case *Past:
		if x := g(e.X); x != e.X {
			return &Past{X: x, At: e.At, After: e.After, Memory: e.Memory, Address: e.Address}
		}
	default:
		panic(fmt.Sprintf("ast.MapOperands: %T", e))
	}
	return e
}

func mapComposite(e *Composite, f func(Expr) Expr) Expr {
	elems, changed := make([]Elem, len(e.Elems)), false
	for i, elem := range e.Elems {
		elems[i] = Elem{Field: elem.Field, Key: f(elem.Key), Value: f(elem.Value)}
		changed = changed || elems[i] != elem
	}
	if !changed {
		return e
	}
	return &Composite{T: e.T, Elems: elems}
}

func mapList(list []Expr, f func(Expr) Expr) ([]Expr, bool) {
	out, changed := make([]Expr, len(list)), false
	for i, e := range list {
		if e != nil {
			out[i] = f(e)
		}
		changed = changed || out[i] != e
	}
	if !changed {
		return list, false
	}
	return out, true
}

// Blocks returns the blocks directly below s.
func Blocks(s Stmt) []*Block {
	switch s := s.(type) {
	case *If:
		if s.Else != nil {
			return []*Block{s.Then, s.Else}
		}
		return []*Block{s.Then}
	case *For:
		return []*Block{s.Body}
	case *Range:
		return []*Block{s.Body}
	case *Block:
		return []*Block{s}
	case *Assign, *Decl, *Branch, *Return, *Do:
		return nil
	}
	panic(fmt.Sprintf("ast.Blocks: %T", s))
}

// Inspect calls f for s and, where f returns true, for every statement below it, If.Init, For.Init and
// For.Post included, in source order.
func Inspect(s Stmt, f func(Stmt) bool) {
	if s == nil || !f(s) {
		return
	}
	switch s := s.(type) {
	case *If:
		Inspect(s.Init, f)
		Inspect(s.Then, f)
		if s.Else != nil {
			Inspect(s.Else, f)
		}
	case *For:
		Inspect(s.Init, f)
		Inspect(s.Body, f)
		Inspect(s.Post, f)
	case *Range:
		Inspect(s.Body, f)
	case *Block:
		for _, t := range s.Stmts {
			Inspect(t, f)
		}
	case *Assign, *Decl, *Branch, *Return, *Do:
	default:
		panic(fmt.Sprintf("ast.Inspect: %T", s))
	}
}

// Exprs calls f for each expression that is directly part of s, not of a statement below it. The second
// argument says whether the expression is a place that s assigns to rather than a value that it reads; the
// left side of a compound assignment is reported as both.
func Exprs(s Stmt, f func(e Expr, assigned bool)) {
	all := func(list []Expr, assigned bool) {
		for _, e := range list {
			if e != nil {
				f(e, assigned)
			}
		}
	}
	switch s := s.(type) {
	case *Assign:
		if s.Op != token.ASSIGN && s.Op != token.DEFINE {
			all(s.Lhs, false)
		}
		all(s.Rhs, false)
		all(s.Lhs, true)
	case *Decl:
		all(s.Values, false)
	case *If:
		f(s.Cond, false)
	case *For:
		if s.Cond != nil {
			f(s.Cond, false)
		}
	case *Range:
		f(s.X, false)
		all([]Expr{s.Key, s.Value}, true)
	case *Return:
		all(s.Results, false)
	case *Do:
		f(s.Call, false)
	case *Block, *Branch:
	default:
		panic(fmt.Sprintf("ast.Exprs: %T", s))
	}
}

// MapExprs returns s with f applied to the expressions that are directly part of it and g to the statements
// directly below it (blocks, and the simple statements of If and For headers). Either may be nil.
func MapExprs(s Stmt, f func(Expr) Expr, g func(Stmt) Stmt) Stmt {
	fe := func(e Expr) Expr {
		if e == nil || f == nil {
			return e
		}
		return f(e)
	}
	fs := func(t Stmt) Stmt {
		if t == nil || g == nil {
			return t
		}
		return g(t)
	}
	fb := func(b *Block) *Block {
		if b == nil || g == nil {
			return b
		}
		t, _ := g(b).(*Block)
		return t
	}
	list := func(l []Expr) []Expr {
		l, _ = mapList(l, fe)
		return l
	}
	switch s := s.(type) {
	case *Assign:
		c := *s
		c.Lhs, c.Rhs = list(s.Lhs), list(s.Rhs)
		return &c
	case *Decl:
		c := *s
		c.Values = list(s.Values)
		return &c
	case *If:
		c := *s
		c.Init, c.Cond, c.Then, c.Else = fs(s.Init), fe(s.Cond), fb(s.Then), fb(s.Else)
		return &c
	case *For:
		c := *s
		c.Init, c.Cond, c.Post, c.Body = fs(s.Init), fe(s.Cond), fs(s.Post), fb(s.Body)
		return &c
	case *Range:
		c := *s
		c.Key, c.Value, c.X, c.Body = fe(s.Key), fe(s.Value), fe(s.X), fb(s.Body)
		return &c
	case *Return:
		c := *s
		c.Results = list(s.Results)
		return &c
	case *Do:
		c := *s
		c.Call, _ = fe(s.Call).(*Call)
		return &c
	case *Block:
		c := *s
		c.Stmts = make([]Stmt, len(s.Stmts))
		for i, t := range s.Stmts {
			c.Stmts[i] = fs(t)
		}
		return &c
	case *Branch:
		return s
	}
	panic(fmt.Sprintf("ast.MapExprs: %T", s))
}

// Defined returns the variables that s itself brings into scope: into the block that holds it for Decl and a
// defining Assign, into its own body for a defining Range.
func Defined(s Stmt) []*Var {
	var vars []*Var
	add := func(e Expr) {
		if r, ok := e.(*Ref); ok && !r.Again {
			vars = append(vars, r.Var)
		}
	}
	switch s := s.(type) {
	case *Decl:
		return s.Vars
	case *Assign:
		if s.Op == token.DEFINE {
			for _, e := range s.Lhs {
				add(e)
			}
		}
	case *Range:
		if s.Define {
			add(s.Key)
			add(s.Value)
		}
	}
	return vars
}

// Equal reports whether two expressions are the same tree.
func Equal(x, y Expr) bool {
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	if x == y {
		return true
	}
	switch a := x.(type) {
	case *Ref:
		b, ok := y.(*Ref)
		return ok && a.Var == b.Var
	case *Lit:
		b, ok := y.(*Lit)
		return ok && a.Text == b.Text && types.Identical(a.T, b.T)
	case *Name:
		b, ok := y.(*Name)
		return ok && a.Obj == b.Obj
	case *Field:
		b, ok := y.(*Field)
		return ok && a.Field.Id() == b.Field.Id() && Equal(a.X, b.X)
	case *Unary:
		b, ok := y.(*Unary)
		return ok && a.Op == b.Op && Equal(a.X, b.X)
	case *Binary:
		b, ok := y.(*Binary)
		return ok && a.Op == b.Op && Equal(a.X, b.X) && Equal(a.Y, b.Y)
	case *Slice:
		b, ok := y.(*Slice)
		return ok && Equal(a.X, b.X) && Equal(a.Lo, b.Lo) && Equal(a.Hi, b.Hi) && Equal(a.Max, b.Max)
	case *Call:
		b, ok := y.(*Call)
		return ok && sameCallee(a.Fun, b.Fun) && a.Spread == b.Spread && equalLists(a.Args, b.Args)
	case *Convert:
		b, ok := y.(*Convert)
		return ok && types.Identical(a.T, b.T) && Equal(a.X, b.X)
	case *Past:
		b, ok := y.(*Past)
		return ok && a.At == b.At && a.After == b.After && a.Memory == b.Memory && a.Address == b.Address && Equal(a.X, b.X)
	case *Composite:
		return false
	case *Index, *Deref, *Addr:
		return sameKind(x, y) && equalLists(Operands(x), Operands(y))
	}
	panic(fmt.Sprintf("ast.Equal: %T", x))
}

// sameCallee reports whether two calls call the same. What stands for an instance of a generic function is one function.
func sameCallee(a, b Callee) bool {
	return a.Fn == b.Fn && a.Builtin == b.Builtin && a.Gen == b.Gen && a.Copied == b.Copied && a.Value == b.Value && a.Method == b.Method
}

func sameKind(x, y Expr) bool { return fmt.Sprintf("%T", x) == fmt.Sprintf("%T", y) }

func equalLists(x, y []Expr) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !Equal(x[i], y[i]) {
			return false
		}
	}
	return true
}

// MapBlocks returns s with f applied to the blocks directly below it; for a block that is f of the block itself.
func MapBlocks(s Stmt, f func(*Block) *Block) Stmt {
	if b, ok := s.(*Block); ok {
		return f(b)
	}
	return MapExprs(s, nil, func(t Stmt) Stmt {
		if b, ok := t.(*Block); ok {
			return f(b)
		}
		return t
	})
}

// Refs returns expressions that name variables.
func Refs(vars []*Var) []Expr {
	list := make([]Expr, len(vars))
	for i, v := range vars {
		list[i] = &Ref{Var: v}
	}
	return list
}

// RootVar returns the variable that a place is part of, or nil where it is memory behind a pointer or slice.
func RootVar(e Expr) *Var {
	switch e := e.(type) {
	case *Ref:
		return e.Var
	case *Field:
		if Pointee(e.X.Type()) == nil {
			return RootVar(e.X)
		}
	case *Index:
		if _, ok := e.X.Type().Underlying().(*types.Array); ok {
			return RootVar(e.X)
		}
	case *Past:
		return RootVar(e.X)
	}
	return nil
}

// LabelOf returns the label of a loop, or nil.
func LabelOf(s Stmt) *Label {
	switch s := s.(type) {
	case *For:
		return s.Label
	case *Range:
		return s.Label
	}
	return nil
}

// PointedTo returns what a pointer leads to: of the address of a variable, that variable.
func PointedTo(p Expr) Expr {
	if a, ok := p.(*Addr); ok {
		if v, ok := a.X.(*Ref); ok {
			return v
		}
	}
	return &Deref{X: p}
}
