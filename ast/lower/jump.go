package lower

import (
	goast "go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Jumps.
//
// The representation knows break and continue of the innermost loop. Every other jump of Go comes to these: those that name a
// label by way of flags (see unlabel), breaks out of a switch and forward gotos by way of branches (see escape), and backward gotos by
// way of a loop:
//
//	again:                           for {
//	    a()                              a()
//	    if c { goto again }              if c { continue }
//	    b()                              b()
//	                                     break
//	                                 }

// jumps says where jumps without a label lead to.
type jumps struct {
	loop       *ast.Label // of the innermost loop of the program
	breakTo    *ast.Label // what a break leaves; nil for the innermost loop of the representation
	continueTo *ast.Label // the loop that a continue goes on with; nil likewise
}

// A gotoTarget is a label that a goto names.
type gotoTarget struct {
	skip   *ast.Label // what stands before the label is left by a break to skip
	again  *ast.Label // the loop that begins at the label
	passed bool       // what is lowered now stands behind the label
}

// gotoTargets returns the labels below n that gotos name.
func gotoTargets(in goast.Node, info *types.Info) map[types.Object]*gotoTarget {
	targets := map[types.Object]*gotoTarget{}
	goast.Inspect(in, func(n goast.Node) bool {
		if b, ok := n.(*goast.BranchStmt); ok && b.Tok == token.GOTO {
			if obj := info.Uses[b.Label]; targets[obj] == nil && in.Pos() <= obj.Pos() && obj.Pos() < in.End() {
				targets[obj] = &gotoTarget{skip: &ast.Label{Name: b.Label.Name}, again: &ast.Label{Name: b.Label.Name}}
			}
		}
		return true
	})
	return targets
}

// takeLabel returns the label of the statement at hand, which gets one if it has none.
func (l *lowerer) takeLabel(name string) *ast.Label {
	label := l.label
	l.label = nil
	if label == nil {
		label = &ast.Label{Name: name}
	}
	return label
}

// labelled lowers a statement with a label, which is gone then.
func (l *lowerer) labelled(s *goast.LabeledStmt) []ast.Stmt {
	switch s.Stmt.(type) {
	case *goast.ForStmt, *goast.RangeStmt, *goast.SwitchStmt, *goast.TypeSwitchStmt:
		l.label = &ast.Label{Name: s.Label.Name}
		l.labels[l.info.Defs[s.Label]] = l.label
	}
	list := l.stmt(s.Stmt)
	l.markAs(s.Pos(), s.Stmt, list)
	return list
}

// branch lowers break, continue and goto.
func (l *lowerer) branch(s *goast.BranchStmt) []ast.Stmt {
	b := &ast.Branch{Meta: l.meta(s), Tok: s.Tok}
	switch {
	case s.Label != nil && l.iteration != nil && !l.within(s):
		return l.jumpFrom(s)
	case s.Tok == token.GOTO:
		target := l.gotos[l.info.Uses[s.Label]]
		b.Tok, b.Target = token.BREAK, target.skip
		if target.passed {
			b.Tok, b.Target = token.CONTINUE, target.again
		}
	case s.Label != nil:
		b.Target = l.labels[l.info.Uses[s.Label]]
	case s.Tok == token.BREAK:
		b.Target = l.jumps.breakTo
	default:
		b.Target = l.jumps.continueTo
	}
	return []ast.Stmt{b}
}

// within reports whether the label of a jump is known in the body of a loop that is a function.
func (l *lowerer) within(s *goast.BranchStmt) bool {
	obj := l.info.Uses[s.Label]
	if s.Tok == token.GOTO {
		return l.gotos[obj] != nil
	}
	return l.labels[obj] != nil
}

// loopBody lowers the body of the loop at hand.
func (l *lowerer) loopBody(b *goast.BlockStmt) *ast.Block {
	label := l.takeLabel("loop")
	defer func(old jumps) { l.jumps = old }(l.jumps)
	l.jumps = jumps{loop: label}
	body := l.block(b.List, b.Pos())
	if namedIn(body, label) {
		body = unlabel(body, label)
	}
	return body
}

// namedIn reports whether a branch in b names the label.
func namedIn(b *ast.Block, label *ast.Label) bool {
	return leaves(b, label, token.BREAK) || leaves(b, label, token.CONTINUE)
}

// splitAt returns the label of a goto in a list of statements, and where it stands, such that no other goto leads over it, and that what
// a goto repeats before it declares nothing for what follows: what stands before it and what stands behind can be lowered apart. It
// returns nil if there is no label.
func (l *lowerer) splitAt(list []goast.Stmt) (int, *gotoTarget) {
	at := map[*gotoTarget]int{}
	for i, s := range list {
		if s, ok := s.(*goast.LabeledStmt); ok {
			if target := l.gotos[l.info.Defs[s.Label]]; target != nil && !target.passed {
				at[target] = i
			}
		}
	}
	for i := len(list) - 1; i >= 0; i-- {
		s, ok := list[i].(*goast.LabeledStmt)
		if !ok {
			continue
		}
		target := l.gotos[l.info.Defs[s.Label]]
		if _, here := at[target]; here && !l.leadsOver(list, i, at) && !l.repeatsFor(list, i, at) {
			return i, target
		}
	}
	if len(at) > 0 {
		l.report(list[slices.Min(slices.Collect(maps.Values(at)))].Pos(), "a goto leads into what another goto repeats; that is not supported")
		for target := range at {
			target.passed = true
		}
	}
	return 0, nil
}

// leadsOver reports whether a goto in the list leads over the i-th statement to a label in the list.
func (l *lowerer) leadsOver(list []goast.Stmt, i int, at map[*gotoTarget]int) bool {
	found := false
	for j, s := range list {
		goast.Inspect(s, func(n goast.Node) bool {
			if b, ok := n.(*goast.BranchStmt); ok && b.Tok == token.GOTO {
				k, here := at[l.gotos[l.info.Uses[b.Label]]]
				found = found || here && (j < i && k > i || j >= i && k < i)
			}
			return !found
		})
	}
	return found
}

// repeatsFor reports whether what a goto repeats before the i-th statement declares what the rest of the list names.
func (l *lowerer) repeatsFor(list []goast.Stmt, i int, at map[*gotoTarget]int) bool {
	from := i // of what is repeated
	for j, s := range list[:i] {
		goast.Inspect(s, func(n goast.Node) bool {
			if b, ok := n.(*goast.BranchStmt); ok && b.Tok == token.GOTO {
				if k, here := at[l.gotos[l.info.Uses[b.Label]]]; here && k <= j {
					from = min(from, k)
				}
			}
			return true
		})
	}
	declared := map[types.Object]bool{}
	for _, s := range list[from:i] {
		goast.Inspect(s, func(n goast.Node) bool {
			if id, ok := n.(*goast.Ident); ok && l.info.Defs[id] != nil {
				declared[l.info.Defs[id]] = true
			}
			return true
		})
	}
	found := false
	for _, s := range list[i:] {
		goast.Inspect(s, func(n goast.Node) bool {
			id, ok := n.(*goast.Ident)
			found = found || ok && declared[l.info.Uses[id]]
			return !found
		})
	}
	return found
}

// behind lowers the statements that begin with the one that the label of a goto stands before. What stands before it has been lowered.
func (l *lowerer) behind(before []ast.Stmt, target *gotoTarget, list []goast.Stmt, pos token.Pos) []ast.Stmt {
	before = escape(before, target.skip)
	body := l.repeatable(target, list, pos)
	if !leaves(body, target.again, token.CONTINUE) {
		return append(before, body.Stmts...)
	}
	if !ast.Ends(body.Stmts) {
		body.Stmts = append(body.Stmts, &ast.Branch{Tok: token.BREAK})
	}
	return append(before, &ast.For{Meta: ast.Meta{Pos: pos, Src: target.again.Name + ":"}, Body: unlabel(body, target.again)})
}

// repeatable lowers statements that may become the body of a loop of ours, which breaks and continues of the program pass over.
func (l *lowerer) repeatable(target *gotoTarget, list []goast.Stmt, pos token.Pos) *ast.Block {
	defer func(old jumps) { l.jumps, target.passed = old, false }(l.jumps)
	target.passed = true
	if l.jumps.breakTo == nil {
		l.jumps.breakTo = l.jumps.loop
	}
	if l.jumps.continueTo == nil {
		l.jumps.continueTo = l.jumps.loop
	}
	return l.block(list, pos)
}
