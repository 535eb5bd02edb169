package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Exits.
//
// A reverse sweep begins where the forward sweep ends, so the forward sweep must not leave the function. Returns
// become assignments to the results; what follows a return that is not the last statement moves into an else
// branch, or, where the return is in a loop, behind a flag:
//
//	if x < 0 { return a }            if x < 0 { y = a } else { rest; y = b }
//	rest
//	return b
//
//	for … { if c { return a } }      for … { if c { y = a; returned = true; break } }
//	return b                         if !returned { y = b }
//
// A jump out of the middle of a statement that does not always jump gets a flag too, so that the reverse sweep
// can tell whether what follows it ran:
//
//	if c { if d { continue }; s }    skip := false
//	rest                             if c { if d { skip = true; continue }; s }
//	                                 rest
type exits struct {
	results  []*ast.Var
	returned *ast.Var               // set where a return leaves a loop; nil if none does
	flags    map[ast.Stmt]*ast.Var  // of statements that may jump: the flag that says that they did
	labels   map[string]bool        // names of labels
	leave    func(*ast.Return) bool // whether a return may leave the function at once
}

func trueLit(v bool) ast.Expr {
	t := "false"
	if v {
		t = "true"
	}
	return &ast.Name{Obj: types.Universe.Lookup(t), T: types.Typ[types.Bool]}
}

// body rewrites the body of a function.
func (x *exits) body(b *ast.Block) *ast.Block {
	c := *b
	c.Stmts = x.list(b.Stmts, nil, false)
	if x.returned != nil {
		decl := &ast.Assign{Lhs: ast.Refs([]*ast.Var{x.returned}), Op: token.DEFINE, Rhs: []ast.Expr{trueLit(false)}}
		c.Stmts = append([]ast.Stmt{decl}, c.Stmts...)
	}
	return &c
}

// A loopExit is how to leave the loops that a statement is in.
type loopExit struct {
	label *ast.Label // of the outermost loop
	depth int        // how many loops there are
	used  bool       // a return in an inner loop broke out to the label
}

// list rewrites a list of statements. Loop is nil outside of loops. More says that, in the same iteration,
// something may follow the list.
func (x *exits) list(list []ast.Stmt, loop *loopExit, more bool) []ast.Stmt {
	var out []ast.Stmt
	for i, s := range list {
		rest := list[i+1:]
		switch s := s.(type) {
		case *ast.Return:
			return append(out, x.ret(s, loop)...)
		case *ast.Block:
			if returns(s) || jumps(s) {
				return append(out, x.list(append(append([]ast.Stmt{}, s.Stmts...), rest...), loop, more)...)
			}
		case *ast.If:
			if loop == nil && returns(s) {
				return append(out, x.ifReturns(s, rest)...)
			}
		}
		t := x.stmt(s, loop, more || len(rest) > 0)
		if (more || len(rest) > 0) && mayLeave(s) && !ast.Ends([]ast.Stmt{s}) {
			switch {
			case loop == nil && x.returned == nil: // a loop whose returns all leave the function at once
			case loop == nil: // a loop with a return in it
				out = append(out, t)
				guarded := &ast.Block{Stmts: x.list(rest, nil, false)}
				if len(guarded.Stmts) > 0 {
					out = append(out, &ast.If{Cond: &ast.Unary{Op: token.NOT, X: &ast.Ref{Var: x.returned}}, Then: guarded})
				}
				return out
			case partial(s):
				flag := ast.NewVar("skip", types.Typ[types.Bool])
				out = append(out, &ast.Assign{Lhs: ast.Refs([]*ast.Var{flag}), Op: token.DEFINE, Rhs: []ast.Expr{trueLit(false)}})
				t = x.setFlag(t, flag, labelsBelow(t), 0)
				x.flags[t] = flag
			}
		}
		out = append(out, t)
		if ast.Ends([]ast.Stmt{s}) {
			return out
		}
	}
	return out
}

// ret is what becomes of a return.
func (x *exits) ret(s *ast.Return, loop *loopExit) []ast.Stmt {
	if x.leave(s) {
		return []ast.Stmt{s}
	}
	var out []ast.Stmt
	if a := x.assign(s); a != nil {
		out = append(out, a)
	}
	if loop == nil {
		return out
	}
	if x.returned == nil {
		x.returned = ast.NewVar("returned", types.Typ[types.Bool])
	}
	set := &ast.Assign{Lhs: ast.Refs([]*ast.Var{x.returned}), Op: token.ASSIGN, Rhs: []ast.Expr{trueLit(true)}}
	jump := &ast.Branch{Meta: ast.Meta{Pos: s.Pos}, Tok: token.BREAK}
	if loop.depth > 1 {
		loop.used = true
		jump.Target = loop.label
	}
	ast.Attribute([]ast.Stmt{set}, ast.Saving, s)
	return append(out, set, jump)
}

// assign is the assignment to the results that a return comes to, or nil if there is none. Results without a name are assigned
// nowhere else, so they are zero before it.
func (x *exits) assign(s *ast.Return) ast.Stmt {
	if len(s.Results) == 0 || sameVars(s.Results, x.results) {
		return nil
	}
	a := &ast.Assign{Meta: ast.Meta{Pos: s.Pos, Src: s.Src}, Lhs: ast.Refs(x.results), Op: token.ASSIGN, Rhs: s.Results}
	if len(s.Results) != len(x.results) {
		return a
	}
	a.Lhs, a.Rhs = nil, nil
	for i, e := range s.Results {
		if x.results[i].Obj == nil && (isZero(e) || isNil(e)) || ast.Equal(e, &ast.Ref{Var: x.results[i]}) {
			continue
		}
		a.Lhs, a.Rhs = append(a.Lhs, &ast.Ref{Var: x.results[i]}), append(a.Rhs, e)
	}
	if len(a.Lhs) == 0 {
		return nil
	}
	return a
}

func sameVars(list []ast.Expr, vars []*ast.Var) bool {
	for i, e := range list {
		r, ok := e.(*ast.Ref)
		if !ok || i >= len(vars) || r.Var != vars[i] {
			return false
		}
	}
	return true
}

// ifReturns rewrites an if statement outside of loops, some of whose branches return, and what follows it.
func (x *exits) ifReturns(s *ast.If, rest []ast.Stmt) []ast.Stmt {
	c := *s
	var els []ast.Stmt
	if s.Else != nil {
		els = s.Else.Stmts
	}
	thenEnds, elseEnds := ast.Ends(s.Then.Stmts), ast.Ends(els)
	then := s.Then.Stmts
	switch {
	case thenEnds:
		els = append(append([]ast.Stmt{}, els...), rest...)
		rest = nil
	case elseEnds:
		then = append(append([]ast.Stmt{}, then...), rest...)
		rest = nil
	case len(rest) > 0:
		return x.ifMayReturn(s, rest)
	}
	c.Then = &ast.Block{Meta: s.Then.Meta, Stmts: x.list(then, nil, false)}
	c.Else = nil
	if stmts := x.list(els, nil, false); len(stmts) > 0 {
		if len(c.Then.Stmts) > 0 && leaves1(c.Then.Stmts) {
			// The branch leaves the function at once: no else is needed.
			return append([]ast.Stmt{&c}, stmts...)
		}
		c.Else = &ast.Block{Stmts: stmts}
	}
	return []ast.Stmt{&c}
}

// leaves1 reports whether a list ends in a return that has been left as it is, or in a panic.
func leaves1(list []ast.Stmt) bool {
	switch s := list[len(list)-1].(type) {
	case *ast.Return:
		return true
	case *ast.Do:
		return s.Call.Fun.Builtin == "panic"
	}
	return false
}

// ifMayReturn rewrites an if statement neither of whose branches always returns: the returns in it set the
// flag, and what follows asks for it.
func (x *exits) ifMayReturn(s *ast.If, rest []ast.Stmt) []ast.Stmt {
	if x.returned == nil {
		x.returned = ast.NewVar("returned", types.Typ[types.Bool])
	}
	c := *s
	c.Then = &ast.Block{Meta: s.Then.Meta, Stmts: x.flagged(s.Then.Stmts)}
	if s.Else != nil {
		c.Else = &ast.Block{Meta: s.Else.Meta, Stmts: x.flagged(s.Else.Stmts)}
	}
	guarded := &ast.Block{Stmts: x.list(rest, nil, false)}
	if len(guarded.Stmts) == 0 {
		return []ast.Stmt{&c}
	}
	return []ast.Stmt{&c, &ast.If{Cond: &ast.Unary{Op: token.NOT, X: &ast.Ref{Var: x.returned}}, Then: guarded}}
}

// flagged is list with the flag set after every return.
func (x *exits) flagged(list []ast.Stmt) []ast.Stmt {
	return x.list(markReturns(list, x.returned), nil, false)
}

// markReturns puts an assignment to the flag before every return in a list that is not in a loop. The results
// are evaluated after it, which no one can see.
func markReturns(list []ast.Stmt, flag *ast.Var) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		switch t := s.(type) {
		case *ast.Return:
			set := &ast.Assign{Lhs: ast.Refs([]*ast.Var{flag}), Op: token.ASSIGN, Rhs: []ast.Expr{trueLit(true)}}
			ast.Attribute([]ast.Stmt{set}, ast.Saving, s)
			out = append(out, set, s)
			continue
		case *ast.If, *ast.Block:
			s = ast.MapBlocks(t, func(b *ast.Block) *ast.Block { return &ast.Block{Meta: b.Meta, Stmts: markReturns(b.Stmts, flag)} })
		}
		out = append(out, s)
	}
	return out
}

// stmt rewrites the statements below s.
func (x *exits) stmt(s ast.Stmt, loop *loopExit, more bool) ast.Stmt {
	inner := loop
	var label **ast.Label
	switch c := s.(type) {
	case *ast.For:
		t := *c
		s, label = &t, &t.Label
	case *ast.Range:
		t := *c
		s, label = &t, &t.Label
	}
	if label != nil {
		more = false
		if loop == nil {
			own := *label
			if own == nil {
				own = &ast.Label{}
			}
			inner = &loopExit{label: own, depth: 1}
		} else {
			inner = &loopExit{label: loop.label, depth: loop.depth + 1}
		}
	}
	t := ast.MapBlocks(s, func(b *ast.Block) *ast.Block {
		return &ast.Block{Meta: b.Meta, Stmts: x.list(b.Stmts, inner, more)}
	})
	if inner != loop {
		if loop != nil {
			loop.used = loop.used || inner.used
		} else if inner.used {
			x.name(inner.label)
			switch t := t.(type) {
			case *ast.For:
				t.Label = inner.label
			case *ast.Range:
				t.Label = inner.label
			}
		}
	}
	return t
}

// name gives a label of ours a name that no other label of the function has.
func (x *exits) name(l *ast.Label) {
	for n := 1; l.Name == ""; n++ {
		try := "sweep"
		if n > 1 {
			try = fmt.Sprint(try, n)
		}
		if !x.labels[try] {
			l.Name, x.labels[try] = try, true
		}
	}
}

// labelsIn returns the names of the labels in a block.
func labelsIn(b *ast.Block) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(b, func(s ast.Stmt) bool {
		if l := ast.LabelOf(s); l != nil {
			names[l.Name] = true
		}
		return true
	})
	return names
}

// returns reports whether a return is below s.
func returns(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(s ast.Stmt) bool {
		_, ok := s.(*ast.Return)
		found = found || ok
		return !found
	})
	return found
}

// jumps reports whether a break or continue below s leaves s.
func jumps(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(t ast.Stmt) bool {
		switch t := t.(type) {
		case *ast.For, *ast.Range:
			if labelled(t) {
				found = true
			}
			return false
		case *ast.Branch:
			found = true
		}
		return !found
	})
	return found
}

// labelled reports whether a jump below a loop leaves it for a label of a loop around it.
func labelled(loop ast.Stmt) bool {
	found, own := false, labelsBelow(loop)
	ast.Inspect(loop, func(t ast.Stmt) bool {
		b, ok := t.(*ast.Branch)
		found = found || ok && b.Target != nil && !own[b.Target]
		return !found
	})
	return found
}

// labelsBelow returns the labels of a statement and of those below it.
func labelsBelow(s ast.Stmt) map[*ast.Label]bool {
	labels := map[*ast.Label]bool{}
	ast.Inspect(s, func(t ast.Stmt) bool {
		if l := ast.LabelOf(t); l != nil {
			labels[l] = true
		}
		return true
	})
	return labels
}

// mayLeave reports whether control may leave s for elsewhere than the statement after it.
func mayLeave(s ast.Stmt) bool { return returns(s) || jumps(s) }

// partial reports whether s may jump in a way that a branch of an if that always jumps does not show: the
// reverse sweep then needs a flag to tell.
func partial(s ast.Stmt) bool {
	i, ok := s.(*ast.If)
	if !ok {
		return true
	}
	if ast.Ends(i.Then.Stmts) || i.Else != nil && ast.Ends(i.Else.Stmts) {
		return false
	}
	return true
}

// setFlag returns s with the flag set before every jump that leaves it, which has labels of its own.
func (x *exits) setFlag(s ast.Stmt, flag *ast.Var, own map[*ast.Label]bool, depth int) ast.Stmt {
	switch s.(type) {
	case *ast.For, *ast.Range:
		depth++
	}
	t := ast.MapBlocks(s, func(b *ast.Block) *ast.Block {
		out := &ast.Block{Meta: b.Meta}
		for _, t := range b.Stmts {
			if br, ok := t.(*ast.Branch); ok && (depth == 0 || br.Target != nil) && !own[br.Target] {
				out.Stmts = append(out.Stmts, &ast.Assign{Lhs: ast.Refs([]*ast.Var{flag}), Op: token.ASSIGN, Rhs: []ast.Expr{trueLit(true)}})
			}
			out.Stmts = append(out.Stmts, x.setFlag(t, flag, own, depth))
		}
		return out
	})
	if own := x.flags[s]; own != nil {
		x.flags[t] = own
	}
	return t
}

// intLit returns the value of an integer literal.
func intLit(e ast.Expr) (int64, bool) {
	l, ok := e.(*ast.Lit)
	if !ok || l.Val == nil {
		return 0, false
	}
	v := constant.ToInt(l.Val)
	if v.Kind() != constant.Int {
		return 0, false
	}
	return constant.Int64Val(v)
}
