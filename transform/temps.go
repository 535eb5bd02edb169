package transform

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Temporaries.
//
// The transformations give a name to whatever they may need twice. What is needed once goes where it is needed, and a second name
// for one thing goes away:
//
//	dv := ds * b                     da[i] += ds * b
//	da[i] += dv
//
//	dx2, dy2 := gBack(x, y, dz)      dx, dy = gBack(x, y, dz)
//	dx = dx2
//	dy = dy2
//
//	y = sum / n                      return sum / n, dx
//	return y, dx
//
// Only variables of ours are touched, and nothing moves over a statement that could change its value.
type temps struct {
	d        *derivation
	defs     map[*ast.Var]int // how often a variable is assigned
	uses     map[*ast.Var]int // how often it is read
	pinned   map[*ast.Var]bool
	taken    map[*ast.Var]bool // those whose address is taken
	declared map[*ast.Var]bool // those that a statement declares, which counts as an assignment
	results  []*ast.Var
	names    map[*ast.Var]ast.Expr // second names, and the variables that they are names for
	changed  bool
}

// maxRounds is how often the pass is applied, and near how far down a list it looks for the one use of a temporary.
const (
	maxRounds = 8
	near      = 40
)

// inlineTemps applies the pass until nothing changes.
func (d *derivation) inlineTemps(b *ast.Block, results []*ast.Var) *ast.Block {
	for round := 1; ; round++ {
		t := &temps{d: d, defs: map[*ast.Var]int{}, uses: map[*ast.Var]int{}, pinned: map[*ast.Var]bool{}, declared: map[*ast.Var]bool{}, results: results}
		t.count(b)
		t.names = map[*ast.Var]ast.Expr{}
		b = t.block(b)
		if len(t.names) > 0 {
			b = mapAll(b, substitution(t.firstNames())).(*ast.Block)
		}
		if !t.changed || round == maxRounds {
			return ranges(setOnce(plainSigns(withoutSelf(b))))
		}
	}
}

// withoutSelf drops assignments of variables to themselves, which are left where a second name went away.
func withoutSelf(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, withoutSelf)
		}
		if a, ok := s.(*ast.Assign); ok && a.Op == token.ASSIGN && len(a.Lhs) == len(a.Rhs) {
			c := *a
			c.Lhs, c.Rhs = nil, nil
			other := false // a place is given its own value, which must be left beside something else: go vet would find fault with it
			for i, l := range a.Lhs {
				if r, ok := l.(*ast.Ref); !ok || !isRefTo(r.Var)(a.Rhs[i]) {
					c.Lhs, c.Rhs = append(c.Lhs, l), append(c.Rhs, a.Rhs[i])
					other = other || l != nil && ast.Equal(l, a.Rhs[i])
				}
			}
			if len(c.Lhs) == 0 {
				continue
			}
			if !other {
				s = &c
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// setOnce makes p = e of p = 0 and p += e, where e reads nothing but variables.
func setOnce(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, setOnce)
		}
		add, ok := s.(*ast.Assign)
		if n := len(out.Stmts); ok && n > 0 && (add.Op == token.ADD_ASSIGN || add.Op == token.SUB_ASSIGN) && readsVariables(add.Rhs[0]) {
			zero, ok := out.Stmts[n-1].(*ast.Assign)
			if ok && zero.Op == token.ASSIGN && len(zero.Lhs) == 1 && ast.Equal(zero.Lhs[0], add.Lhs[0]) && isZero(zero.Rhs[0]) && !inVariable(zero.Lhs[0]) {
				c := *zero
				ast.Absorb(&c, add)
				c.Rhs = add.Rhs
				if add.Op == token.SUB_ASSIGN {
					c.Rhs = []ast.Expr{neg(add.Rhs[0])}
				}
				out.Stmts[n-1] = &c
				continue
			}
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// inVariable reports whether a place is a variable or a part of one.
func inVariable(e ast.Expr) bool { return ast.RootVar(e) != nil }

// readsVariables reports whether e reads nothing but variables that are numbers.
func readsVariables(e ast.Expr) bool {
	return !ast.Any(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			return !ast.IsFloat(e.Var.Type)
		case *ast.Lit, *ast.Name, *ast.Binary, *ast.Unary, *ast.Convert:
			return false
		}
		return true
	})
}

// count counts assignments and uses.
func (t *temps) count(b *ast.Block) {
	ast.Inspect(b, func(s ast.Stmt) bool {
		for _, v := range ast.Defined(s) {
			t.declared[v] = true
			if _, ok := s.(*ast.Decl); ok {
				t.defs[v]++
			}
		}
		ast.Exprs(s, func(e ast.Expr, assigned bool) {
			if r, ok := e.(*ast.Ref); ok && assigned {
				t.defs[r.Var]++
				return
			}
			if v := ast.RootVar(e); v != nil && assigned {
				t.defs[v] += 2 // a part of it changes
			}
			t.read(e)
		})
		return true
	})
	t.taken = addressTaken(b)
	for _, v := range slices.Concat(t.d.fn.Inputs(), t.results) {
		t.pinned[v] = true
	}
	maps.Copy(t.pinned, t.taken)
}

func (t *temps) read(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		if r, ok := e.(*ast.Ref); ok {
			t.uses[r.Var]++
		}
		return true
	})
}

// ours reports whether v is a variable of ours that is assigned once.
func (t *temps) ours(v *ast.Var) bool { return v.Obj == nil && t.defs[v] == 1 && !t.pinned[v] }

func (t *temps) block(b *ast.Block) *ast.Block {
	list := slices.Clone(b.Stmts)
	for i := 0; i < len(list); i++ {
		if list[i] == nil {
			continue
		}
		if len(ast.Blocks(list[i])) > 0 && !isMark(list[i]) {
			list[i] = ast.MapBlocks(list[i], t.block)
		}
		a, ok := list[i].(*ast.Assign)
		if !ok {
			continue
		}
		switch {
		case len(a.Lhs) == 1 && len(a.Rhs) == 1 && a.Op == token.DEFINE:
			v := a.Lhs[0].(*ast.Ref).Var
			if t.ours(v) && (t.alias(v, a.Rhs[0], list, i) || t.twin(v, a.Rhs[0], list, i) || t.single(v, a, list, i)) {
				t.changed = true
			}
		case len(a.Lhs) > 1 && len(a.Lhs) == len(a.Rhs) && a.Op == token.DEFINE:
			if t.renamed(a, list, i) {
				t.changed = true
			}
		case len(a.Rhs) == 1 && len(a.Lhs) > 1 && (a.Op == token.DEFINE || a.Op == token.ASSIGN):
			if t.targets(a, list, i) {
				t.changed = true
			}
		case len(a.Lhs) == 1 && len(a.Rhs) == 1 && a.Op == token.ASSIGN:
			if t.returned(a, list, i) {
				t.changed = true
			}
		}
	}
	return &ast.Block{Meta: b.Meta, Stmts: slices.DeleteFunc(list, func(s ast.Stmt) bool { return s == nil })}
}

func isMark(s ast.Stmt) bool {
	b, ok := s.(*ast.Block)
	return ok && len(b.Stmts) == 0
}

// remove takes statement i out of a list. Its comment goes to the next statement of its group.
func remove(list []ast.Stmt, i int) {
	gone, c := list[i], list[i].Info().Comment
	list[i] = nil
	if c == "" || i+1 >= len(list) || list[i+1] == nil || isMark(list[i+1]) {
		return
	}
	if next := list[i+1].Info(); next.Comment == "" && next.Src == "" {
		if _, ret := list[i+1].(*ast.Return); !ret && len(ast.Blocks(list[i+1])) == 0 {
			list[i+1] = withComment(list[i+1], c)
			ast.Absorb(list[i+1], gone)
		}
	}
}

// alias replaces v := w by w everywhere, where neither changes.
func (t *temps) alias(v *ast.Var, e ast.Expr, list []ast.Stmt, i int) bool {
	w, ok := e.(*ast.Ref)
	if !ok || t.taken[w.Var] || !types.Identical(v.Type, w.Var.Type) {
		return false
	}
	if t.defs[w.Var] != btoi(t.declared[w.Var]) || slices.Contains(t.results, w.Var) {
		return false // it changes
	}
	t.names[v] = w
	remove(list, i)
	return true
}

// twin makes one variable of two where w := e and, right after it, v := e: the one of the shorter name.
func (t *temps) twin(v *ast.Var, e ast.Expr, list []ast.Stmt, i int) bool {
	if !isPlace(e) || ast.Any(e, t.impure) || list[i].Info().Comment != "" {
		return false
	}
	for j := i - 1; j >= 0; j-- {
		if list[j] == nil {
			continue
		}
		a, ok := list[j].(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 || ast.Any(a.Rhs[0], t.impure) {
			return false
		}
		w := a.Lhs[0].(*ast.Ref).Var
		if t.ours(w) && t.names[w] == nil && types.Identical(v.Type, w.Type) && ast.Equal(a.Rhs[0], e) {
			remove(list, i)
			if len(v.Name) < len(w.Name) {
				c := *a
				c.Lhs = []ast.Expr{&ast.Ref{Var: v}}
				list[j] = &c
				v, w = w, v
			}
			t.names[v] = &ast.Ref{Var: w}
			t.uses[w] += t.uses[v]
			return true
		}
	}
	return false
}

// renamed gives results of calls the names of the variables that a statement defines by them, and nothing else, and drops the statement.
//
//	t, saved := f(x)               a, saved := f(x)
//	t2, saved2 := f(y)             b, saved2 := f(y)
//	a, b := t, t2
func (t *temps) renamed(a *ast.Assign, list []ast.Stmt, i int) bool {
	by := map[*ast.Var]ast.Expr{}
	for k, e := range a.Rhs {
		w, ok := e.(*ast.Ref)
		v, plain := a.Lhs[k].(*ast.Ref)
		if !ok || !plain || v.Again || !t.ours(w.Var) || t.uses[w.Var] != 1 || t.names[w.Var] != nil || !types.Identical(v.Var.Type, w.Var.Type) {
			return false
		}
		from := slices.IndexFunc(list[:i], func(s ast.Stmt) bool {
			_, isAssign := s.(*ast.Assign)
			return isAssign && slices.Contains(ast.Defined(s), w.Var)
		})
		if from < 0 || slices.ContainsFunc(list[from:i], func(s ast.Stmt) bool { return s != nil && namesAnother(s, v.Var) }) {
			return false
		}
		by[w.Var] = v
	}
	for w, v := range by {
		t.names[w] = v
	}
	remove(list, i)
	return true
}

// namesAnother reports whether a statement names another variable, or anything else, by the name of v.
func namesAnother(s ast.Stmt, v *ast.Var) bool {
	found := false
	eachExpr(&ast.Block{Stmts: []ast.Stmt{s}}, func(_ ast.Stmt, e ast.Expr) {
		switch e := e.(type) {
		case *ast.Ref:
			found = found || e.Var != v && e.Var.Name == v.Name
		case *ast.Name:
			found = found || e.Obj.Name() == v.Name || e.Obj.Pkg() != nil && e.Obj.Pkg().Name() == v.Name
		case *ast.Call:
			fn := e.Fun.Fn
			found = found || e.Fun.Builtin == v.Name || e.Fun.Gen != nil && e.Fun.Gen.Name == v.Name ||
				fn != nil && (fn.Name() == v.Name || fn.Pkg() != nil && fn.Pkg().Name() == v.Name)
		case *ast.Convert, *ast.Composite:
			found = found || strings.Contains(types.TypeString(e.Type(), nil), v.Name)
		}
	})
	return found
}

// firstNames follows names that are names for names.
func (t *temps) firstNames() map[*ast.Var]ast.Expr {
	first := map[*ast.Var]ast.Expr{}
	for v, e := range t.names {
		for {
			next := t.names[e.(*ast.Ref).Var]
			if next == nil {
				break
			}
			e = next
		}
		first[v] = e
	}
	return first
}

func substitution(by map[*ast.Var]ast.Expr) func(ast.Expr) ast.Expr {
	return func(e ast.Expr) ast.Expr {
		return ast.Map(e, func(e ast.Expr) ast.Expr {
			if r, ok := e.(*ast.Ref); ok && by[r.Var] != nil {
				return by[r.Var]
			}
			return e
		})
	}
}

// single puts the value of a variable where it is used, if that is one place of the same list.
func (t *temps) single(v *ast.Var, a *ast.Assign, list []ast.Stmt, i int) bool {
	e := a.Rhs[0]
	if t.uses[v] == 0 || t.uses[v] > 1 || !types.Identical(v.Type, e.Type()) && !isLit(e) {
		return false
	}
	pure := !ast.Any(e, func(e ast.Expr) bool { return t.impure(e) })
	simple := cost(e) < 3
	for j := i + 1; j < min(i+near, len(list)); j++ {
		s := list[j]
		if s == nil {
			continue
		}
		if s.Info().Comment != "" && cost(e) > 0 {
			simple = false // it belongs to another statement of the primal
		}
		if usesVar(s, v) {
			if !simple && !wholeRhs(s, v) || !directUse(s, v) || !pure && !t.isWholeRhs(s, v, list, i, j) || !t.order(s, v, e) {
				return false
			}
			used := mapAll(s, substitution(map[*ast.Var]ast.Expr{v: e}))
			if isConstant(e) && (!constantsInRange(used) || foldsIn(s, v)) {
				return false
			}
			ast.Absorb(used, a)
			list[j] = used
			remove(list, i)
			return true
		}
		if !pure || t.disturbs(s, e) {
			return false
		}
	}
	return false
}

// foldsIn reports whether an operation of a statement would be one of constants if v were one.
func foldsIn(s ast.Stmt, v *ast.Var) bool {
	found := false
	eachExpr(&ast.Block{Stmts: []ast.Stmt{s}}, func(_ ast.Stmt, e ast.Expr) {
		found = found || folds(e, func(x *ast.Var) bool { return x == v })
	})
	return found
}

// folds reports whether e is an operation on nothing but constants and variables that are to become such: Go would compute it exactly, know
// no zero with a sign, and refuse what overflows.
func folds(e ast.Expr, becomes func(*ast.Var) bool) bool {
	switch e := e.(type) {
	case *ast.Binary, *ast.Unary, *ast.Index:
	case *ast.Convert:
		if ast.IsFloat(e.T) && ast.IsFloat(e.X.Type()) && types.Identical(e.T, e.X.Type()) {
			return false
		}
	default:
		return false
	}
	some, all := false, true
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Binary, *ast.Unary, *ast.Convert, *ast.Lit, *ast.Index:
		case *ast.Name:
			_, constant := e.Obj.(*types.Const)
			all = all && constant
		case *ast.Ref:
			some = some || becomes(e.Var)
			all = all && becomes(e.Var)
		default:
			all = false
		}
		return all
	})
	return some && all
}

// impure reports whether e itself is a call of a function that is none of math, or makes memory.
func (t *temps) impure(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call:
		switch e.Fun.Builtin {
		case "len", "cap", "min", "max":
			return false
		case "":
			return e.Fun.Fn == nil || e.Fun.Fn.Pkg() == nil || e.Fun.Fn.Pkg().Path() != "math"
		}
		return true
	case *ast.Composite, *ast.Addr:
		return true
	}
	return false
}

// isWholeRhs reports whether the next statement is t = v for a plain variable.
func (t *temps) isWholeRhs(s ast.Stmt, v *ast.Var, list []ast.Stmt, i, j int) bool {
	for k := i + 1; k < j; k++ {
		if list[k] != nil {
			return false
		}
	}
	if !wholeRhs(s, v) {
		return false
	}
	_, plain := s.(*ast.Assign).Lhs[0].(*ast.Ref)
	return plain
}

// wholeRhs reports whether s assigns v, or adds it, as it is.
func wholeRhs(s ast.Stmt, v *ast.Var) bool {
	a, ok := s.(*ast.Assign)
	if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return false
	}
	r, ok := a.Rhs[0].(*ast.Ref)
	return ok && r.Var == v
}

// directUse reports whether s uses v in an expression of its own, not in a statement below it, and evaluates it once and
// unconditionally.
func directUse(s ast.Stmt, v *ast.Var) bool {
	switch s := s.(type) {
	case *ast.For:
		return false
	case *ast.Range:
		return mentions(s.X, v)
	case *ast.If:
		return s.Init == nil && mentions(s.Cond, v) && !conditional(s.Cond, v)
	}
	found, ok := false, true
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		if mentions(e, v) {
			found = true
			ok = ok && !conditional(e, v)
			if r, isRef := e.(*ast.Ref); isRef && assigned && r.Var == v {
				ok = false
			}
		}
	})
	return found && ok
}

// conditional reports whether v stands on the right of && or || in e.
func conditional(e ast.Expr, v *ast.Var) bool {
	return ast.Any(e, func(e ast.Expr) bool {
		b, ok := e.(*ast.Binary)
		return ok && (b.Op == token.LAND || b.Op == token.LOR) && mentions(b.Y, v)
	})
}

// order reports whether e may be evaluated where v is in s: what s evaluates before must not change it.
func (t *temps) order(s ast.Stmt, v *ast.Var, e ast.Expr) bool {
	calls := false
	ast.Exprs(s, func(x ast.Expr, _ bool) {
		calls = calls || ast.Any(x, t.impure)
	})
	return !calls || !ast.Any(e, t.looks)
}

// acts reports whether e itself is a call that may write memory.
func (t *temps) acts(e ast.Expr) bool {
	c, ok := e.(*ast.Call)
	return ok && t.impure(c) && c.Fun.Builtin != "make" && c.Fun.Builtin != "new"
}

// looks reports whether e itself reads what a call may write: memory, or a variable whose address is taken.
func (t *temps) looks(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ref:
		return t.taken[e.Var]
	case *ast.Index, *ast.Deref:
		return true
	case *ast.Field:
		return ast.Pointee(e.X.Type()) != nil
	}
	return false
}

// disturbs reports whether a statement may change the value of e.
func (t *temps) disturbs(s ast.Stmt, e ast.Expr) bool {
	vars := map[*ast.Var]bool{}
	var roots []*ast.Var // of the memory that e reads
	ast.Walk(e, func(x ast.Expr) bool {
		switch x := x.(type) {
		case *ast.Ref:
			vars[x.Var] = true
			if t.taken[x.Var] {
				roots = append(roots, nil) // others may write it
			}
		case *ast.Index, *ast.Deref, *ast.Field:
			if ast.RootVar(x) == nil {
				roots = append(roots, rootOf(x))
			}
		}
		return true
	})
	found := false
	ast.Inspect(s, func(s ast.Stmt) bool {
		switch s := s.(type) {
		case *ast.Return, *ast.Branch:
			found = true
		case *ast.Decl:
			for _, v := range s.Vars {
				found = found || vars[v]
			}
		}
		ast.Exprs(s, func(x ast.Expr, assigned bool) {
			if assigned {
				if v := ast.RootVar(x); v != nil {
					found = found || vars[v] || t.taken[v] && len(roots) > 0
				} else {
					found = found || t.meets(rootOf(x), roots)
				}
			}
			if len(roots) > 0 {
				found = found || ast.Any(x, func(x ast.Expr) bool { return t.impure(x) })
			}
		})
		return !found
	})
	return found
}

// meets reports whether memory behind a variable may be that behind one of the others: primal values and shadows are apart.
func (t *temps) meets(v *ast.Var, others []*ast.Var) bool {
	return slices.ContainsFunc(others, func(w *ast.Var) bool {
		return v == nil || w == nil || !t.apart(v, w)
	})
}

// apart reports whether one of two variables belongs to the primal function and the other to its shadows.
func (t *temps) apart(v, w *ast.Var) bool {
	return t.d.isShadow[v] && w.Obj != nil && !t.d.isShadow[w] || t.d.isShadow[w] && v.Obj != nil && !t.d.isShadow[v]
}

// targets lets a call assign to the variables that its results are copied to right after it.
func (t *temps) targets(a *ast.Assign, list []ast.Stmt, i int) bool {
	to := map[*ast.Var]*ast.Assign{}
	var used []int
	define := -1 // whether the copies define their variables
	taken := map[*ast.Var]bool{}
	for j := i + 1; j < len(list) && list[j] != nil; j++ {
		c, ok := list[j].(*ast.Assign)
		if !ok || len(c.Lhs) != 1 || len(c.Rhs) != 1 || c.Op != token.ASSIGN && c.Op != token.DEFINE {
			break
		}
		r, isRef := c.Rhs[0].(*ast.Ref)
		l, plain := c.Lhs[0].(*ast.Ref)
		if !isRef || !plain || !isResultOf(a, r.Var) || !t.ours(r.Var) || t.uses[r.Var] != 1 || taken[l.Var] || l.Again {
			break
		}
		kind := btoi(c.Op == token.DEFINE)
		if define >= 0 && define != kind {
			break
		}
		define = kind
		taken[l.Var] = true
		to[r.Var] = c
		used = append(used, j)
	}
	if len(used) == 0 {
		return false
	}
	c := *a
	c.Lhs = slices.Clone(a.Lhs)
	kept := false // results that stay in variables of the call's own
	for k, l := range a.Lhs {
		if l == nil {
			continue
		}
		r, ok := l.(*ast.Ref)
		if !ok {
			return false
		}
		if s := to[r.Var]; s != nil {
			c.Lhs[k] = s.Lhs[0]
		} else {
			kept = true
		}
	}
	if kept && (a.Op == token.DEFINE) != (define == 1) {
		return false
	}
	if define == 1 {
		c.Op = token.DEFINE
	} else {
		c.Op = token.ASSIGN
	}
	list[i] = &c
	for _, j := range used {
		list[j] = nil
	}
	return true
}

func isResultOf(a *ast.Assign, v *ast.Var) bool {
	return slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool {
		r, ok := l.(*ast.Ref)
		return ok && r.Var == v && !r.Again
	})
}

// returned puts the value of a result into the return that follows its assignment.
func (t *temps) returned(a *ast.Assign, list []ast.Stmt, i int) bool {
	l, ok := a.Lhs[0].(*ast.Ref)
	if !ok || l.Var.Obj != nil || !slices.Contains(t.results, l.Var) || i+1 >= len(list) || list[i+1] == nil {
		return false
	}
	ret, ok := list[i+1].(*ast.Return)
	if !ok {
		return false
	}
	n := 0
	for _, e := range ret.Results {
		if mentions(e, l.Var) {
			n += occurrences(e, l.Var)
		}
	}
	among := func(f func(ast.Expr) bool) bool {
		return slices.ContainsFunc(ret.Results, func(e ast.Expr) bool { return ast.Any(e, f) })
	}
	value := a.Rhs[0]
	if n != 1 || a.Comment != "" && ret.Comment != "" || ast.Any(value, t.impure) && among(t.impure) ||
		ast.Any(value, t.acts) && among(t.looks) || ast.Any(value, t.looks) && among(t.acts) {
		return false
	}
	at := slices.IndexFunc(ret.Results, func(e ast.Expr) bool { return mentions(e, l.Var) })
	if r, ok := ret.Results[at].(*ast.Ref); !ok || r.Var != l.Var {
		return false
	}
	c := *ret
	c.Results = slices.Clone(ret.Results)
	c.Results[at] = a.Rhs[0]
	if a.Comment != "" {
		c.Comment = a.Comment
	}
	ast.Absorb(&c, a)
	list[i], list[i+1] = nil, &c
	return true
}

// ranges writes loops over the elements of a slice with a value where their bodies begin with it:
//
//	for i := range x {               for i, v := range x {
//		v := x[i]
func ranges(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, ranges)
		}
		if r, ok := s.(*ast.Range); ok && r.Define && r.Value == nil {
			s = rangeOverValues(r)
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

func rangeOverValues(r *ast.Range) ast.Stmt {
	key, ok := r.Key.(*ast.Ref)
	if !ok || len(r.Body.Stmts) == 0 || assigns(r.Body, key.Var) {
		return r
	}
	if _, slice := r.X.Type().Underlying().(*types.Slice); !slice {
		return r
	}
	for n, s := range r.Body.Stmts {
		a, ok := s.(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
			return r
		}
		x, isIndex := a.Rhs[0].(*ast.Index)
		v, _ := a.Lhs[0].(*ast.Ref)
		if !isIndex || v.Var.Obj != nil || !ast.Equal(x.I, key) || !ast.Equal(x.X, r.X) || a.Comment != "" {
			continue
		}
		c := *r
		c.Value = v
		c.Body = &ast.Block{Meta: r.Body.Meta, Stmts: slices.Delete(slices.Clone(r.Body.Stmts), n, n+1)}
		if !usesVar(c.Body, key.Var) {
			c.Key = nil
		}
		return &c
	}
	return r
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
