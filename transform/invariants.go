package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Invariants.
//
// What is the same in all iterations of a loop is computed before it, in statements of ours: a partial, or a value that is read from
// memory.
//
//	for j := n - 1; j >= k+1; j-- {          a2 := a[i*n+k]
//		adj := da[i*n+j]                 for j := n - 1; j >= k+1; j-- {
//		da[k*n+j] -= adj * a[i*n+k]              …
//	}                                                da[k*n+j] -= adj * a2
//	adj := da[i*n+k] / a[i*n+k]              }
//
// So are rows of matrices:
//
//	for j := range x {                       drow := dw[i]
//		dw[i][j] += dy * x[j]            for j := range x {
//	}                                                drow[j] += dy * x[j]
//	                                         }
//
// A place is read before a loop only if it is known to be one, for there may be no iterations: a statement beside the loop names it too,
// or the same element of a slice that is as long (see lengths.go).
type invariants struct {
	*eliminator
	known   map[ast.Stmt]*writes
	lengths *lengths
	around  []ast.Stmt // the loops around the statement at hand
}

// hoistInvariants applies the pass to the body of a function.
func hoistInvariants(b *ast.Block, in func(ast.Expr) memoryKind) *ast.Block {
	c := newEliminator(b, in)
	v := &invariants{c, map[ast.Stmt]*writes{}, newLengths(b, c), nil}
	return v.block(b)
}

func (v *invariants) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for i, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			v.around = append(v.around, s)
			s = ast.MapBlocks(s, v.block)
			v.around = v.around[:len(v.around)-1]
		}
		switch s.(type) {
		case *ast.For, *ast.Range:
			l := &loopInvariants{invariants: v, list: b.Stmts, at: i, made: map[string]*ast.Var{}, written: v.writtenBy(s)}
			s = ast.MapBlocks(s, l.body)
			out.Stmts = append(out.Stmts, l.pre...)
		}
		if len(v.around) == 0 {
			v.lengths.note(s)
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// A writes is what a statement writes.
type writes struct {
	vars   map[*ast.Var]bool
	memory memoryKind
	links  memoryKind // the memory in which more than numbers is written
}

// writtenBy returns what a statement, and those below it, write.
func (v *invariants) writtenBy(s ast.Stmt) *writes {
	w := &writes{vars: map[*ast.Var]bool{}}
	ast.Inspect(s, func(s ast.Stmt) bool {
		for _, x := range ast.Defined(s) {
			w.vars[x] = true
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			kind := memoryKind{}
			if assigned {
				x := ast.RootVar(e)
				w.vars[x] = true
				switch {
				case x == nil:
					kind = v.in(e)
				case v.taken[x]:
					kind = memoryKind{true, true}
				}
			}
			if writesMemory(e) {
				kind = memoryKind{true, true}
			}
			for i := range kind {
				w.memory[i] = w.memory[i] || kind[i]
				w.links[i] = w.links[i] || kind[i] && (writesMemory(e) || !isNumber(e.Type()))
			}
		})
		return true
	})
	return w
}

// isNumber reports whether a type is one of numbers or booleans.
func isNumber(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsNumeric|types.IsBoolean) != 0
}

// loopInvariants are those of one loop, in a list of statements.
type loopInvariants struct {
	*invariants
	list    []ast.Stmt
	at      int
	written *writes
	made    map[string]*ast.Var // the variables that have them, by their keys
	pre     []ast.Stmt
}

func (l *loopInvariants) body(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		known := len(l.pre)
		switch t := s.(type) {
		case *ast.If, *ast.Block:
			if !isMark(s) {
				s = ast.MapBlocks(s, l.body)
			}
		case *ast.Assign:
			if !t.Pos.IsValid() {
				if l.isInvariantDef(t) {
					l.pre = append(l.pre, t)
					continue
				}
				s = l.assign(t)
			}
		case *ast.Do:
			if !t.Pos.IsValid() {
				s = ast.MapExprs(t, l.replace, nil)
			}
		}
		ast.Inherit(l.pre[known:], s)
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// isInvariantDef reports whether a statement gives a new variable, once, what does not change.
func (l *loopInvariants) isInvariantDef(s *ast.Assign) bool {
	if s.Op != token.DEFINE || len(s.Lhs) != 1 || s.Comment != "" {
		return false
	}
	r, ok := s.Lhs[0].(*ast.Ref)
	if !ok || l.defs[r.Var] != 1 || l.taken[r.Var] || !l.isWorthwhile(s.Rhs[0]) || !l.isInvariant(s.Rhs[0]) {
		return false
	}
	delete(l.written.vars, r.Var)
	return true
}

func (l *loopInvariants) assign(s *ast.Assign) ast.Stmt {
	c := *s
	c.Lhs, c.Rhs = slices.Clone(s.Lhs), slices.Clone(s.Rhs)
	for i, e := range s.Lhs {
		if e != nil {
			c.Lhs[i] = ast.MapOperands(e, l.replace)
		}
	}
	for i, e := range s.Rhs {
		c.Rhs[i] = l.replace(e)
	}
	return &c
}

// replace puts variables for what does not change in e.
func (l *loopInvariants) replace(e ast.Expr) ast.Expr {
	if e == nil {
		return nil
	}
	if b, ok := e.(*ast.Binary); ok && (b.Op == token.LAND || b.Op == token.LOR) {
		return e
	}
	if !l.isWorthwhile(e) || !l.isInvariant(e) {
		return ast.MapOperands(e, l.replace)
	}
	key := l.keyOf(e)
	if l.made[key] == nil {
		name := commonName(e)
		if isPlace(e) {
			name = savedName(e)
		}
		l.made[key] = ast.NewVar(name, e.Type())
		l.pre = append(l.pre, define(l.made[key], e))
	}
	return &ast.Ref{Var: l.made[key]}
}

// isWorthwhile reports whether e is a number, or a row, that is worth a variable.
func (l *loopInvariants) isWorthwhile(e ast.Expr) bool {
	if x, ok := e.(*ast.Index); ok && isSlice(x.T) {
		return isSlice(x.X.Type())
	}
	if !ast.IsFloat(e.Type()) {
		return false
	}
	switch e := e.(type) {
	case *ast.Index:
		return isSlice(e.X.Type())
	case *ast.Call:
		return isMath(e)
	case *ast.Binary:
		v, _ := constantValue(e)
		return v == nil && weight(e) > 1
	}
	return false
}

// isInvariant reports whether e has the same value in all iterations, and can be evaluated before the loop without a panic.
func (l *loopInvariants) isInvariant(e ast.Expr) bool {
	return !ast.Any(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Ref:
			return l.written.vars[x.Var] || l.taken[x.Var]
		case *ast.Lit, *ast.Name, *ast.Unary, *ast.Convert:
			return false
		case *ast.Field:
			return ast.Pointee(x.X.Type()) != nil && !l.isBeside(x)
		case *ast.Index, *ast.Deref:
			return !l.isBeside(x)
		case *ast.Binary:
			return isInteger(x.T) && (x.Op == token.QUO || x.Op == token.REM || x.Op == token.SHL || x.Op == token.SHR)
		case *ast.Call:
			return x.Fun.Builtin != "len" && !isMath(x)
		}
		return true
	})
}

// isBeside reports whether a place that the loop does not write is named by a statement beside the loop, with nothing in between that
// could make it another place.
func (l *loopInvariants) isBeside(place ast.Expr) bool {
	memory := l.written.memory
	if isSlice(place.Type()) {
		memory = l.written.links
	}
	for i, written := range memory {
		if written && l.in(place)[i] {
			return false
		}
	}
	return l.isCounted(place) || l.isNamed(place, l.at-1, -1) || !l.mayLeave() && l.isNamed(place, l.at+1, 1)
}

// mayLeave reports whether the loop has statements of the primal function, whose panics come before those of what follows it.
func (l *loopInvariants) mayLeave() bool {
	found := false
	ast.Inspect(l.list[l.at], func(s ast.Stmt) bool {
		found = found || s.Info().Pos.IsValid() && len(ast.Blocks(s)) == 0
		return !found
	})
	return found
}

// isCounted reports whether a place is an element of a slice, and a loop around the one at hand counts the elements of one as long.
func (l *loopInvariants) isCounted(place ast.Expr) bool {
	x, ok := place.(*ast.Index)
	if !ok {
		return false
	}
	i, ok := x.I.(*ast.Ref)
	return ok && slices.ContainsFunc(l.around, func(s ast.Stmt) bool { return l.lengths.counts(s, i.Var, x.X) })
}

// isNamed looks for a place in the statements of the list from number i on, in steps of step.
func (l *loopInvariants) isNamed(place ast.Expr, i, step int) bool {
	for range near {
		if i < 0 || i >= len(l.list) {
			break
		}
		s := l.list[i]
		i += step
		w := l.known[s]
		if w == nil {
			w = l.writtenBy(s)
			l.known[s] = w
		}
		changes := ast.Any(place, func(e ast.Expr) bool {
			r, ok := e.(*ast.Ref)
			return ok && w.vars[r.Var] || e != place && isPath(e) && !ok && w.memory != memoryKind{}
		})
		if changes && step < 0 {
			return false
		}
		if len(ast.Blocks(s)) == 0 && l.names(s, place) {
			return true
		}
		if changes || leaves(s) {
			return false
		}
	}
	return false
}

// names reports whether a simple statement surely evaluates a place, or assigns to it, or does so with the same element of a slice
// that is as long.
func (l *loopInvariants) names(s ast.Stmt, place ast.Expr) bool {
	found := false
	element, _ := place.(*ast.Index)
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		found = found || !ast.Any(e, isShortCircuit) && ast.Any(e, func(x ast.Expr) bool {
			if ast.Equal(x, place) {
				return true
			}
			other, ok := x.(*ast.Index)
			return ok && element != nil && ast.Equal(other.I, element.I) && l.lengths.same(other.X, element.X)
		})
	})
	return found
}

// leaves reports whether a statement may pass by what follows it.
func leaves(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(s ast.Stmt) bool {
		switch s.(type) {
		case *ast.Return, *ast.Branch:
			found = true
		}
		return !found
	})
	return found
}
