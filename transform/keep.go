package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Kept values.
//
// A function of package math that a loop calls for each element of a slice, and a later loop calls again for the same, is called once:
// its values are kept.
//
//	for _, v := range z {                    exps := make([]float64, len(z))
//		sum += math.Exp(v - top)         for i, v := range z {
//	}                                                exp := math.Exp(v - top)
//	…                                                exps[i] = exp
//	for i, v := range z {                            sum += exp
//		dz[i] += ds * math.Exp(v-top)    }
//	}                                        …
//	                                         for i := range z {
//	                                                 dz[i] += ds * exps[i]
//	                                         }
//
// Nothing that the arguments read may be written from the first loop to the second. The first must get to all elements: it is not left
// before its end, and the call is not made under a condition.
//
// A derivative of a callee may be called many times over. There the values go into a slice that is on the stack as long as they are few.
type keeper struct {
	*invariants
	d     *derivation
	known map[ast.Stmt]*writes
	at    *ast.Ref // the index of an element, in general
}

// A keptNote is what the pass has kept for each iteration of a loop.
type keptNote struct {
	call *ast.Call
	loop ast.Stmt
	slot *ast.Var
}

// fewKept is how many numbers are kept on the stack.
const fewKept = 32

// keep applies the pass to the body of a function.
func (d *derivation) keep(b *ast.Block) *ast.Block {
	if hasGoto(b) {
		return b
	}
	at := &ast.Ref{Var: ast.NewVar("i", intType)}
	k := &keeper{&invariants{eliminator: newEliminator(b, d.memoryOf)}, d, map[ast.Stmt]*writes{}, at}
	return k.block(b)
}

// hasGoto reports whether there is a goto in a block.
func hasGoto(b *ast.Block) bool {
	found := false
	ast.Inspect(b, func(s ast.Stmt) bool {
		branch, ok := s.(*ast.Branch)
		found = found || ok && branch.Tok == token.GOTO
		return !found
	})
	return found
}

func (k *keeper) block(b *ast.Block) *ast.Block {
	list := make([]ast.Stmt, len(b.Stmts))
	for i, s := range b.Stmts {
		if len(ast.Blocks(s)) > 0 && !isMark(s) {
			s = ast.MapBlocks(s, k.block)
		}
		list[i] = s
	}
	out := &ast.Block{Meta: b.Meta}
	for i, s := range list {
		if k.isDearLoop(s) {
			out.Stmts = append(out.Stmts, k.keepFor(list, i)...)
		}
		out.Stmts = append(out.Stmts, list[i])
	}
	return out
}

// keepFor lets a loop of a list keep what those behind it compute again, and returns what makes memory for it.
func (k *keeper) keepFor(list []ast.Stmt, i int) []ast.Stmt {
	var made []ast.Stmt
	slots := map[string]*ast.Var{} // by what they keep
	for j := i + 1; j < min(i+near, len(list)); j++ {
		for k.isDearLoop(list[j]) {
			p := k.pair(list, i, j)
			if p == nil {
				break
			}
			slot := slots[p.key]
			if slot == nil {
				slot = ast.NewVar(commonName(p.e)+"s", types.NewSlice(p.e.T))
				slots[p.key] = slot
				k.d.slots[slot] = true
				k.d.kept = append(k.d.kept, keptNote{p.e, list[i], slot})
				made = append(made, k.memory(slot, p.first.x))
				list[i] = k.keepIn(p, slot)
			}
			list[j] = k.reading(p, slot)
		}
	}
	return made
}

// isDearLoop reports whether a statement is a loop that calls what costs much.
func (k *keeper) isDearLoop(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.For, *ast.Range:
	default:
		return false
	}
	found := false
	eachExpr(ast.Blocks(s)[0], func(_ ast.Stmt, e ast.Expr) {
		c, ok := e.(*ast.Call)
		found = found || ok && isDear(c)
	})
	return found
}

// A keptPair is a call in the loop first, of statement number n of its body, that the loop second makes again. The key says what it is.
type keptPair struct {
	first, second *elementLoop
	n             int
	e             *ast.Call
	key           string
}

// pair returns a call that a loop of a list makes and that a later one makes again, or nil.
func (k *keeper) pair(list []ast.Stmt, i, j int) *keptPair {
	p := &keptPair{first: k.elements(list[i]), second: k.elements(list[j])}
	if p.first == nil || p.second == nil || !ast.Equal(p.first.x, p.second.x) || leaves(p.first.body) {
		return nil
	}
	w := k.writtenByAll(list[i : j+1])
	if !k.stable(p.first.x, w) {
		return nil
	}
	for n, s := range p.first.body.Stmts {
		p.n = n
		p.e = k.dear(s, func(e ast.Expr) bool {
			general := k.general(e, p.first)
			p.key = k.keyOf(general)
			found := false
			eachExpr(p.second.body, func(_ ast.Stmt, f ast.Expr) { found = found || k.again(p, f) })
			return found && k.stable(general, w)
		})
		if p.e != nil {
			return p
		}
	}
	return nil
}

// again reports whether an expression in the second loop of a pair is the call.
func (k *keeper) again(p *keptPair, f ast.Expr) bool {
	c, ok := f.(*ast.Call)
	return ok && isDear(c) && k.keyOf(k.general(f, p.second)) == p.key
}

// memory returns what makes memory for what is kept for the elements of x.
func (k *keeper) memory(slot *ast.Var, x ast.Expr) ast.Stmt {
	if k.d.called {
		return define(slot, builtin("make", slot.Type, intNumber(0), intNumber(fewKept)))
	}
	return define(slot, builtin("make", slot.Type, length(x)))
}

// writtenByAll returns what some statements write.
func (k *keeper) writtenByAll(list []ast.Stmt) *writes {
	w := &writes{vars: map[*ast.Var]bool{}}
	for _, s := range list {
		if k.known[s] == nil {
			k.known[s] = k.writtenBy(s)
		}
		w.add(k.known[s])
	}
	return w
}

// keepIn is the first loop of a pair with the value of the call kept in the slot.
func (k *keeper) keepIn(p *keptPair, slot *ast.Var) ast.Stmt {
	l, n, e := p.first, p.n, p.e
	v := ast.NewVar(commonName(e), e.T)
	s := l.body.Stmts[n]
	var made, used []ast.Stmt
	if a, ok := s.(*ast.Assign); ok && a.Op == token.DEFINE && len(a.Lhs) == 1 && ast.Equal(a.Rhs[0], e) {
		v = a.Lhs[0].(*ast.Ref).Var
		made = []ast.Stmt{s}
	} else {
		made = []ast.Stmt{define(v, e)}
		ast.Inherit(made, s)
		used = []ast.Stmt{ast.MapExprs(s, func(f ast.Expr) ast.Expr {
			return ast.Map(f, func(f ast.Expr) ast.Expr {
				if ast.Equal(f, e) {
					return &ast.Ref{Var: v}
				}
				return f
			})
		}, nil)}
	}
	ref := &ast.Ref{Var: slot}
	store := set(&ast.Index{X: ref, I: l.index(), T: e.T}, token.ASSIGN, &ast.Ref{Var: v})
	if k.d.called {
		store = set(ref, token.ASSIGN, builtin("append", slot.Type, ref, &ast.Ref{Var: v}))
	}
	ast.Attribute([]ast.Stmt{store}, ast.Saving, s)
	var body []ast.Stmt
	body = append(body, l.body.Stmts[:n]...)
	body = append(body, made...)
	body = append(body, store)
	body = append(body, used...)
	body = append(body, l.body.Stmts[n+1:]...)
	return l.with(&ast.Block{Meta: l.body.Meta, Stmts: body})
}

// reading is the second loop of a pair with elements of the slot instead of the call.
func (k *keeper) reading(p *keptPair, slot *ast.Var) ast.Stmt {
	l := p.second
	element := func(e ast.Expr) ast.Expr {
		if k.again(p, e) {
			return &ast.Index{X: &ast.Ref{Var: slot}, I: l.index(), T: e.Type()}
		}
		return e
	}
	body := mapAll(l.body, func(e ast.Expr) ast.Expr { return ast.Map(e, element) }).(*ast.Block)
	return l.with(l.withoutUnread(body))
}

// dear returns a call that costs much, is surely made by a simple statement, and which holds for ok; else nil.
func (k *keeper) dear(s ast.Stmt, ok func(ast.Expr) bool) *ast.Call {
	if len(ast.Blocks(s)) > 0 || isMark(s) {
		return nil
	}
	var found *ast.Call
	ast.Exprs(s, func(e ast.Expr, assigned bool) {
		ast.Walk(e, func(e ast.Expr) bool {
			if b, is := e.(*ast.Binary); is && (b.Op == token.LAND || b.Op == token.LOR) {
				return false
			}
			if c, is := e.(*ast.Call); is && found == nil && !assigned && isDear(c) && ok(c) {
				found = c
			}
			return true
		})
	})
	return found
}

// isDear reports whether a call of a function of package math takes longer than to remember its value.
func isDear(c *ast.Call) bool {
	if !isMath(c) || !ast.IsFloat(c.T) {
		return false
	}
	switch c.Fun.Fn.Name() {
	case "Abs", "Ceil", "Copysign", "Dim", "FMA", "Float64frombits", "Floor", "Inf", "Max", "Min", "NaN", "Round", "RoundToEven", "Sqrt", "Trunc":
		return false
	}
	return true
}

// general is e in terms of the index of the element: the same for all loops that get to the same elements.
func (k *keeper) general(e ast.Expr, l *elementLoop) ast.Expr {
	by := map[*ast.Var]ast.Expr{}
	if l.key != nil {
		by[l.key] = k.at
	}
	if l.value != nil {
		by[l.value] = &ast.Index{X: l.x, I: k.at, T: l.value.Type}
	}
	e = substitution(by)(e)
	for n := len(l.body.Stmts) - 1; n >= 0; n-- {
		a, ok := l.body.Stmts[n].(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 {
			continue
		}
		if v := a.Lhs[0].(*ast.Ref).Var; k.defs[v] == 1 && !k.taken[v] && mentions(e, v) && types.Identical(v.Type, a.Rhs[0].Type()) {
			e = substitution(map[*ast.Var]ast.Expr{v: substitution(by)(a.Rhs[0])})(e)
		}
	}
	return e
}

// stable reports whether e, in general, has one value as long as nothing but w is written.
func (k *keeper) stable(e ast.Expr, w *writes) bool {
	return !ast.Any(e, func(e ast.Expr) bool {
		reads := false
		switch e := e.(type) {
		case *ast.Ref:
			return e.Var != k.at.Var && (w.vars[e.Var] || k.taken[e.Var])
		case *ast.Lit, *ast.Name, *ast.Unary, *ast.Binary, *ast.Convert:
			return false
		case *ast.Call:
			return e.Fun.Builtin != "len" && !isMath(e)
		case *ast.Field:
			reads = ast.Pointee(e.X.Type()) != nil
		case *ast.Index:
			if isString(e.X.Type()) || ast.RootVar(e) != nil {
				return false
			}
			if !isSlice(e.X.Type()) && ast.Pointee(e.X.Type()) == nil {
				return true // a map
			}
			reads = true
		case *ast.Deref:
			reads = true
		default:
			return true
		}
		kind := k.in(e)
		return reads && (kind == memoryKind{} || kind[0] && w.memory[0] || kind[1] && w.memory[1])
	})
}

// add adds what another statement writes.
func (w *writes) add(other *writes) {
	for v := range other.vars {
		w.vars[v] = true
	}
	for i, written := range other.memory {
		w.memory[i] = w.memory[i] || written
	}
}

// An elementLoop is a loop that gets to each element of a slice.
type elementLoop struct {
	loop       ast.Stmt
	x          ast.Expr
	key, value *ast.Var // that do not change in an iteration; may be nil
	body       *ast.Block
}

// elements returns what a statement is as a loop that gets to each element of a slice, or nil.
func (k *keeper) elements(s ast.Stmt) *elementLoop {
	l := &elementLoop{loop: s}
	switch s := s.(type) {
	case *ast.Range:
		l.x, l.body = s.X, s.Body
		if !isSlice(s.X.Type()) || !s.Define && (s.Key != nil || s.Value != nil) {
			return nil
		}
		for _, v := range []struct {
			e  ast.Expr
			to **ast.Var
		}{{s.Key, &l.key}, {s.Value, &l.value}} {
			if v.e == nil {
				continue
			}
			r := v.e.(*ast.Ref)
			if r.Var.Blank() {
				continue
			}
			if k.taken[r.Var] || assigns(s.Body, r.Var) {
				return nil
			}
			*v.to = r.Var
		}
	case *ast.For:
		l.x, l.key = countsElements(s)
		if l.x == nil || k.taken[l.key] || assigns(s.Body, l.key) {
			return nil
		}
		l.body = s.Body
	default:
		return nil
	}
	return l
}

// countsElements returns the slice, and the counter, of a loop that counts the indices of a slice up or down.
func countsElements(s *ast.For) (x ast.Expr, i *ast.Var) {
	init, ok := s.Init.(*ast.Assign)
	post, ok2 := s.Post.(*ast.Assign)
	cond, ok3 := s.Cond.(*ast.Binary)
	if !ok || !ok2 || !ok3 || init.Op != token.DEFINE || len(init.Lhs) != 1 || len(post.Lhs) != 1 {
		return nil, nil
	}
	i = init.Lhs[0].(*ast.Ref).Var
	if !isRefTo(i)(post.Lhs[0]) || !isOne(post.Rhs[0]) || !isRefTo(i)(cond.X) || !types.Identical(i.Type, intType) {
		return nil, nil
	}
	switch {
	case post.Op == token.ADD_ASSIGN && cond.Op == token.LSS && isZero(init.Rhs[0]):
		x = measured(cond.Y)
	case post.Op == token.SUB_ASSIGN && cond.Op == token.GEQ && isZero(cond.Y):
		if b, ok := init.Rhs[0].(*ast.Binary); ok && b.Op == token.SUB && isOne(b.Y) {
			x = measured(b.X)
		}
	}
	if x == nil {
		return nil, nil
	}
	return x, i
}

// measured returns the slice that e is the length of, or nil.
func measured(e ast.Expr) ast.Expr {
	if c, ok := e.(*ast.Call); ok && c.Fun.Builtin == "len" && isSlice(c.Args[0].Type()) {
		return c.Args[0]
	}
	return nil
}

// withoutUnread is a body of the loop without definitions of its element that nothing reads.
func (l *elementLoop) withoutUnread(b *ast.Block) *ast.Block {
	used := map[*ast.Var]bool{}
	eachExpr(b, func(s ast.Stmt, e ast.Expr) {
		if r, ok := e.(*ast.Ref); ok && !slices.Contains(ast.Defined(s), r.Var) {
			used[r.Var] = true
		}
	})
	return &ast.Block{Meta: b.Meta, Stmts: slices.DeleteFunc(slices.Clone(b.Stmts), func(s ast.Stmt) bool {
		a, ok := s.(*ast.Assign)
		if !ok || a.Op != token.DEFINE || len(a.Lhs) != 1 || a.Comment != "" || used[a.Lhs[0].(*ast.Ref).Var] {
			return false
		}
		x, ok := a.Rhs[0].(*ast.Index)
		return ok && l.key != nil && isRefTo(l.key)(x.I) && ast.Equal(x.X, l.x)
	})}
}

// index returns the index of the element that is got to, for which the loop may need a variable.
func (l *elementLoop) index() ast.Expr {
	if l.key == nil {
		l.key = ast.NewVar("i", intType)
	}
	return &ast.Ref{Var: l.key}
}

// with is the loop with another body.
func (l *elementLoop) with(b *ast.Block) ast.Stmt {
	switch s := l.loop.(type) {
	case *ast.Range:
		c := *s
		c.Body = b
		if l.key != nil {
			c.Key, c.Define = &ast.Ref{Var: l.key}, true
		}
		return &c
	case *ast.For:
		c := *s
		c.Body = b
		return &c
	}
	panic("transform: a loop over elements of another kind")
}
