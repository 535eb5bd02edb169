package ast

import (
	"go/token"
	"go/types"
	"slices"
	"testing"
)

// sample returns an expression that holds every kind of node but Past, and the variables in it in order of evaluation.
func sample() (Expr, []*Var) {
	var vars []*Var
	v := func() *Ref {
		vars = append(vars, NewVar(string(rune('a'+len(vars))), float))
		return ref(vars[len(vars)-1])
	}
	slice := types.NewSlice(float)
	field := types.NewVar(0, nil, "F", float)
	e := &Call{Fun: Callee{Builtin: "max"}, T: float, Args: []Expr{
		&Binary{Op: token.ADD, X: v(), Y: &Unary{Op: token.SUB, X: v()}, T: float},
		&Index{X: &Slice{X: v(), Lo: v(), Hi: nil, Max: v(), T: slice}, I: v(), T: float},
		&Deref{X: &Addr{X: &Field{X: v(), Field: field}, T: types.NewPointer(float)}},
		&Convert{X: v(), T: float},
		&Composite{T: slice, Elems: []Elem{{Key: number("1"), Value: v()}, {Value: v()}}},
		&Name{Obj: types.Universe.Lookup("nil"), T: types.Typ[types.UntypedNil]},
	}}
	return e, vars
}

// refs returns the variables that Walk meets.
func refs(e Expr) []*Var {
	var vars []*Var
	Walk(e, func(e Expr) bool {
		if r, ok := e.(*Ref); ok {
			vars = append(vars, r.Var)
		}
		return true
	})
	return vars
}

func TestWalk(t *testing.T) {
	e, vars := sample()
	if got := refs(e); !slices.Equal(got, vars) {
		t.Errorf("Walk meets %v, want %v", got, vars)
	}
	n := 0
	Walk(e, func(Expr) bool { n++; return false })
	if n != 1 {
		t.Errorf("Walk goes on below a node where it is told not to: %d calls, want 1", n)
	}
	if !Any(e, func(e Expr) bool { _, ok := e.(*Deref); return ok }) || Any(e, func(e Expr) bool { _, ok := e.(*Past); return ok }) {
		t.Error("Any finds a Past or no Deref")
	}
}

func TestMap(t *testing.T) {
	e, vars := sample()
	before := Dump(function(vars[0], vars[1], returns(e)))
	if same := Map(e, func(e Expr) Expr { return e }); same != e {
		t.Error("Map copies what does not change")
	}
	for i, v := range vars {
		w := NewVar("w", float)
		mapped := Map(e, func(e Expr) Expr {
			if r, ok := e.(*Ref); ok && r.Var == v {
				return ref(w)
			}
			return e
		})
		want := slices.Clone(vars)
		want[i] = w
		if got := refs(mapped); !slices.Equal(got, want) {
			t.Errorf("Map of variable %d gives %v, want %v", i, got, want)
		}
	}
	if after := Dump(function(vars[0], vars[1], returns(e))); after != before {
		t.Errorf("Map changes its argument:\n%swant\n%s", after, before)
	}
}

func TestEqual(t *testing.T) {
	x, y := ref(NewVar("x", float)), ref(NewVar("y", float))
	sum := func(a, b Expr) Expr { return &Binary{Op: token.ADD, X: a, Y: b, T: float} }
	for _, c := range []struct {
		name string
		a, b Expr
		want bool
	}{
		{"nil", nil, nil, true},
		{"nil and not", x, nil, false},
		{"variables", x, ref(x.Var), true},
		{"other variables", x, y, false},
		{"namesakes", x, ref(NewVar("x", float)), false},
		{"sums", sum(x, y), sum(x, y), true},
		{"sums the other way round", sum(x, y), sum(y, x), false},
		{"operators", sum(x, y), &Binary{Op: token.SUB, X: x, Y: y, T: float}, false},
		{"kinds", &Deref{X: x}, &Addr{X: x}, false},
		{"elements", &Index{X: x, I: y}, &Index{X: x, I: y}, true},
		{"bounds", &Slice{X: x, Lo: y}, &Slice{X: x, Hi: y}, false},
		{"literals", number("1"), number("1"), true},
		{"literals in another spelling", number("1"), number("1.0"), false},
		{"composite literals", &Composite{T: float}, &Composite{T: float}, false},
	} {
		if got := Equal(c.a, c.b); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestInspect meets every statement once, headers included, in source order.
func TestInspect(t *testing.T) {
	x := ref(NewVar("x", float))
	var order []Stmt
	add := func() *Assign {
		a := assign(token.ADD_ASSIGN, x, number("1"))
		order = append(order, a)
		return a
	}
	then := &If{Init: add(), Cond: x, Then: block(add()), Else: block(add())}
	loop := &For{Init: add(), Body: block(add()), Post: add()}
	over := &Range{X: x, Body: block(add())}
	var got []Stmt
	Inspect(block(then, loop, over), func(s Stmt) bool {
		if a, ok := s.(*Assign); ok {
			got = append(got, a)
		}
		return true
	})
	if !slices.Equal(got, order) {
		t.Errorf("Inspect meets %v, want %v", got, order)
	}
}

func TestExprs(t *testing.T) {
	x, y, z := ref(NewVar("x", float)), ref(NewVar("y", float)), ref(NewVar("z", float))
	for _, c := range []struct {
		name        string
		s           Stmt
		read, write []Expr
	}{
		{"assignment", assign(token.ASSIGN, x, y), []Expr{y}, []Expr{x}},
		{"compound", assign(token.ADD_ASSIGN, x, y), []Expr{x, y}, []Expr{x}},
		{"blank", assign(token.ASSIGN, nil, y), []Expr{y}, nil},
		{"range", &Range{Key: x, Value: y, X: z, Body: block()}, []Expr{z}, []Expr{x, y}},
		{"declaration", &Decl{Vars: []*Var{x.Var}, Values: []Expr{y}}, []Expr{y}, nil},
		{"return", returns(x, y), []Expr{x, y}, nil},
		{"endless loop", &For{Body: block()}, nil, nil},
	} {
		var read, assigned []Expr
		Exprs(c.s, func(e Expr, a bool) {
			if a {
				assigned = append(assigned, e)
			} else {
				read = append(read, e)
			}
		})
		if !slices.Equal(read, c.read) || !slices.Equal(assigned, c.write) {
			t.Errorf("%s: reads %v and assigns %v, want %v and %v", c.name, read, assigned, c.read, c.write)
		}
	}
}

func TestDefined(t *testing.T) {
	x, y := NewVar("x", float), NewVar("y", float)
	for _, c := range []struct {
		name string
		s    Stmt
		want []*Var
	}{
		{"declaration", &Decl{Vars: []*Var{x, y}}, []*Var{x, y}},
		{"definition", &Assign{Op: token.DEFINE, Lhs: []Expr{ref(x), nil}, Rhs: []Expr{two()}}, []*Var{x}},
		{"definition of one", &Assign{Op: token.DEFINE, Lhs: []Expr{ref(x), &Ref{Var: y, Again: true}}, Rhs: []Expr{two()}}, []*Var{x}},
		{"assignment", assign(token.ASSIGN, ref(x), number("1")), nil},
		{"range", &Range{Key: ref(x), Value: ref(y), Define: true, X: ref(x), Body: block()}, []*Var{x, y}},
		{"range without :=", &Range{Key: ref(x), X: ref(x), Body: block()}, nil},
	} {
		if got := Defined(c.s); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
