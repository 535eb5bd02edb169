package transform

import (
	"fmt"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Memory of F's own.
//
// Locations do not tell what a variable refers to at a time from what it refers to at another. Whether F writes memory that it is given
// depends on that:
//
//	h := x
//	for range n {
//		next := make([]float64, len(h))
//		next[0] = h[0]                    // writes what x never refers to
//		h = next
//	}
//
// So F is followed statement by statement, with the variables that refer to memory which it has made.

// outerWrites returns the cells that F writes but for what it writes in memory that it has made itself.
func (d *derivation) outerWrites() map[*location]bool {
	o := &ownWrites{derivation: d, written: map[*location]bool{}, jumps: map[*ast.Label]*frame{}}
	jumps := false
	ast.Inspect(d.fn.Body, func(s ast.Stmt) bool {
		b, ok := s.(*ast.Branch)
		jumps = jumps || ok && b.Tok == token.GOTO
		return true
	})
	if jumps {
		return d.writtenCells()
	}
	o.block(d.fn.Body, own{})
	return o.written
}

// own are the variables, and fields of variables, that refer to memory that F has made; nil where control does not get to.
type own map[ownPlace]bool

// An ownPlace is a variable or a field of one.
type ownPlace struct {
	v    *ast.Var
	path string
}

type ownWrites struct {
	*derivation
	written map[*location]bool
	inner   *frame // the innermost loop
	jumps   map[*ast.Label]*frame
}

// A frame is a loop, with what holds where it is left and where its next iteration begins.
type frame struct {
	left, next own
}

// meet is what holds where control comes from two places.
func meet(a, b own) own {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := own{}
	for p := range a {
		if b[p] {
			out[p] = true
		}
	}
	return out
}

func (o *ownWrites) block(b *ast.Block, at own) own {
	if b == nil {
		return at
	}
	for _, s := range b.Stmts {
		at = o.stmt(s, at)
	}
	return at
}

// stmt returns what holds after a statement.
func (o *ownWrites) stmt(s ast.Stmt, at own) own {
	if at == nil {
		return nil
	}
	switch s := s.(type) {
	case *ast.Block:
		return o.block(s, at)
	case *ast.If:
		if s.Init != nil {
			at = o.stmt(s.Init, at)
		}
		o.simple(s, at)
		return meet(o.block(s.Then, at), o.block(s.Else, at))
	case *ast.For:
		if s.Init != nil {
			at = o.stmt(s.Init, at)
		}
		return o.loop(s.Label, at, func(at own) own {
			o.simple(s, at)
			at = o.block(s.Body, at)
			at = meet(at, o.inner.next)
			if s.Post != nil {
				at = o.stmt(s.Post, at)
			}
			return at
		}, s.Cond != nil)
	case *ast.Range:
		return o.loop(s.Label, at, func(at own) own {
			o.simple(s, at)
			at = o.set(s.Key, nil, at)
			at = o.set(s.Value, nil, at)
			return meet(o.block(s.Body, at), o.inner.next)
		}, true)
	case *ast.Branch:
		f := o.inner
		if s.Target != nil {
			f = o.jumps[s.Target]
		}
		if s.Tok == token.BREAK {
			f.left = meet(f.left, at)
		} else {
			f.next = meet(f.next, at)
		}
		return nil
	case *ast.Return:
		o.simple(s, at)
		return nil
	case *ast.Assign:
		o.simple(s, at)
		return o.assign(s.Lhs, s.Rhs, at)
	case *ast.Decl:
		o.simple(s, at)
		if len(s.Values) == 0 {
			values := make([]ast.Expr, len(s.Vars))
			for i, v := range s.Vars {
				values[i] = zeroOf(v.Type)
			}
			return o.assign(ast.Refs(s.Vars), values, at)
		}
		return o.assign(ast.Refs(s.Vars), s.Values, at)
	case *ast.Do:
		o.simple(s, at)
		return at
	}
	panic(fmt.Sprintf("transform: writes of %T", s))
}

// loop follows a loop until nothing changes. Ends says that it may end before an iteration.
func (o *ownWrites) loop(label *ast.Label, at own, once func(own) own, ends bool) own {
	outer := o.inner
	defer func() { o.inner = outer }()
	for {
		f := &frame{}
		o.inner = f
		if label != nil {
			o.jumps[label] = f
		}
		next := meet(at, once(at))
		if len(next) == len(at) {
			if ends {
				return meet(at, f.left)
			}
			return f.left
		}
		at = next
	}
}

// assign returns what holds after an assignment.
func (o *ownWrites) assign(lhs, rhs []ast.Expr, at own) own {
	out := at
	for i, l := range lhs {
		var e ast.Expr
		if len(rhs) == len(lhs) {
			e = rhs[i]
		}
		out = o.setFrom(l, e, at, out)
	}
	return out
}

func (o *ownWrites) set(l, e ast.Expr, at own) own { return o.setFrom(l, e, at, at) }

// setFrom is what holds where out does, and l has been given the value that e has where at holds.
func (o *ownWrites) setFrom(l, e ast.Expr, at, out own) own {
	p, ok := o.placeOf(l)
	if !ok {
		return out
	}
	next := own{}
	for q := range out {
		if q.v != p.v || len(q.path) < len(p.path) || q.path[:len(p.path)] != p.path {
			next[q] = true
		}
	}
	o.give(next, p, l.Type(), e, at)
	return next
}

// give notes that the value of e, of type t, is at p.
func (o *ownWrites) give(next own, p ownPlace, t types.Type, e ast.Expr, at own) {
	if e == nil {
		return
	}
	if refers(t) {
		if o.isOwn(e, at) {
			next[p] = true
		}
		return
	}
	if lit, ok := e.(*ast.Composite); ok && isStruct(t) {
		for _, x := range lit.Elems {
			o.give(next, ownPlace{p.v, p.path + "." + x.Field.Name()}, x.Field.Type(), x.Value, at)
		}
		return
	}
	if from, ok := o.placeOf(e); ok && isStruct(t) {
		for q := range at {
			if q.v == from.v && len(q.path) > len(from.path) && q.path[:len(from.path)] == from.path {
				next[ownPlace{p.v, p.path + q.path[len(from.path):]}] = true
			}
		}
	}
}

// placeOf returns the variable or field that an expression names, if nothing but its name leads there.
func (o *ownWrites) placeOf(e ast.Expr) (ownPlace, bool) {
	switch e := e.(type) {
	case *ast.Ref:
		return ownPlace{v: e.Var}, !o.mem.addressed(e.Var)
	case *ast.Field:
		if isPointer(e.X.Type()) {
			return ownPlace{}, false
		}
		p, ok := o.placeOf(e.X)
		return ownPlace{p.v, p.path + "." + e.Field.Name()}, ok
	}
	return ownPlace{}, false
}

// isOwn reports whether a slice, pointer or map is nil or refers to memory that F has made.
func (o *ownWrites) isOwn(e ast.Expr, at own) bool {
	if p, ok := o.placeOf(e); ok {
		return at[p]
	}
	switch e := e.(type) {
	case *ast.Name, *ast.Lit:
		return isNil(e)
	case *ast.Composite:
		return true
	case *ast.Addr:
		_, made := e.X.(*ast.Composite)
		return made
	case *ast.Slice:
		return isSlice(e.X.Type()) && o.isOwn(e.X, at)
	case *ast.Convert:
		return refers(e.X.Type()) && o.isOwn(e.X, at)
	case *ast.Call:
		switch e.Fun.Builtin {
		case "make", "new":
			return true
		case "append":
			return isEmptyBase(e, e.Args[0]) || o.isOwn(e.Args[0], at)
		}
	}
	return false
}

// simple notes what a statement itself writes, without those in it.
func (o *ownWrites) simple(s ast.Stmt, at own) {
	add := func(c *location) { o.written[c.find()] = true }
	if d, ok := s.(*ast.Decl); ok {
		for _, v := range d.Vars {
			o.mem.cellsIn(o.mem.variable(v), add)
		}
	}
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		switch {
		case !assigned:
			o.calls(e, at, add)
		case !o.isOwnPlace(e, at):
			o.mem.cellsIn(o.mem.place(e), add)
		}
	})
}

// isOwnPlace reports whether a place lies in memory that F has made.
func (o *ownWrites) isOwnPlace(e ast.Expr, at own) bool {
	switch e := e.(type) {
	case *ast.Index:
		return refers(e.X.Type()) && o.isOwn(e.X, at) || !refers(e.X.Type()) && o.isOwnPlace(e.X, at)
	case *ast.Field:
		return refers(e.X.Type()) && o.isOwn(e.X, at) || !refers(e.X.Type()) && o.isOwnPlace(e.X, at)
	case *ast.Deref:
		return o.isOwn(e.X, at)
	}
	return false
}

// calls notes what the calls in an expression write.
func (o *ownWrites) calls(e ast.Expr, at own, add func(*location)) {
	ast.Walk(e, func(e ast.Expr) bool {
		c, ok := e.(*ast.Call)
		if !ok {
			return true
		}
		switch c.Fun.Builtin {
		case "append", "copy", "clear":
			if o.isOwn(c.Args[0], at) || isEmptyBase(c, c.Args[0]) {
				return true
			}
		}
		if c = o.mem.origin(c); c.Fun.Fn == nil || !o.writesOwn(c, at) {
			o.mem.oneCallWrites(c, add)
		}
		return true
	})
}

// writesOwn reports whether what a call of a function writes is memory that F has made and gives it.
func (o *ownWrites) writesOwn(c *ast.Call, at own) bool {
	s := o.u.summary(c.Fun.Fn)
	if _, _, says := o.u.saysWrites(c.Fun.Fn, o.fn.Pkg); says || s == nil || c.Late {
		return false
	}
	args := argsOf(c, s.mem.fn)
	mine, others := map[*location]bool{}, map[*location]bool{} // what the callee sees of memory of F's own, and of any other
	for i, v := range s.mem.fn.Inputs() {
		variadic := s.mem.fn.Variadic && i == len(args)-1 && !c.Spread
		into := func(set map[*location]bool) func(*location) {
			return func(l *location) { set[l.find()] = true }
		}
		if !refers(v.Type) || variadic || len(args[i]) != 1 || !o.isOwn(args[i][0], at) {
			s.mem.behind(s.mem.variable(v), map[*location]bool{}, into(others))
			continue
		}
		target := s.mem.targetOf(s.mem.variable(v))
		s.mem.cellsIn(target, into(mine))
		s.mem.behind(target, map[*location]bool{}, into(others))
	}
	for _, l := range s.writes {
		if l = l.find(); !mine[l] || others[l] {
			return false
		}
	}
	return true
}
