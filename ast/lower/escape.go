package lower

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// escape returns a list of statements that a break to the label leaves, without such breaks: what follows one is skipped by
// other means.
//
//	a()                              a()
//	if c {                           if c {
//	    b()                              b()
//	    break label                  } else {
//	}                                    d()
//	d()                              }
//
// Where a statement leads to a break on some of its paths only, a flag says so:
//
//	if c {                           leave := false
//	    b()                          if c {
//	    if e { break label }             b()
//	}                                    if e { leave = true }
//	d()                              }
//	                                 if !leave { d() }
func escape(list []ast.Stmt, label *ast.Label) []ast.Stmt {
	return (&escaper{label: label}).list(list)
}

type escaper struct {
	label *ast.Label
	flag  *ast.Var // set where the list is left; nil where nothing asks
}

func (x *escaper) names(s ast.Stmt) bool { return leaves(s, x.label, token.BREAK) }

func (x *escaper) list(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for i, s := range list {
		rest := list[i+1:]
		if b, ok := s.(*ast.Branch); ok && b.Target == x.label {
			if x.flag != nil {
				out = append(out, setBool(token.ASSIGN, x.flag, "true"))
			}
			return out
		}
		if !x.names(s) {
			out = append(out, s)
			continue
		}
		switch s := s.(type) {
		case *ast.Block:
			return append(out, x.list(append(append([]ast.Stmt{}, s.Stmts...), rest...))...)
		case *ast.If:
			if t := x.branches(s, rest); t != nil {
				return append(out, t)
			}
		}
		return append(out, x.guarded(s, rest)...)
	}
	return out
}

// branches puts the rest into the branch of s that leads to it, or returns nil if both may.
func (x *escaper) branches(s *ast.If, rest []ast.Stmt) ast.Stmt {
	then, els := s.Then.Stmts, []ast.Stmt(nil)
	if s.Else != nil {
		els = s.Else.Stmts
	}
	switch {
	case len(rest) == 0:
	case ast.Ends(then):
		els = append(append([]ast.Stmt{}, els...), rest...)
	case ast.Ends(els):
		then = append(append([]ast.Stmt{}, then...), rest...)
	default:
		return nil
	}
	n := *s
	n.Then = &ast.Block{Meta: s.Then.Meta, Stmts: x.list(then)}
	n.Else = nil
	if els = x.list(els); len(els) > 0 {
		n.Else = &ast.Block{Meta: ast.Meta{Pos: s.Pos}, Stmts: els}
	}
	if len(n.Then.Stmts) == 0 && n.Else != nil {
		n.Cond, n.Then, n.Else = &ast.Unary{Op: token.NOT, X: s.Cond}, n.Else, nil
	}
	return &n
}

// guarded is s followed by the rest where s did not leave.
func (x *escaper) guarded(s ast.Stmt, rest []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	inner := x
	if x.flag == nil && len(rest) > 0 {
		inner = &escaper{label: x.label, flag: ast.NewVar("leave", types.Typ[types.Bool])}
		out = append(out, setBool(token.DEFINE, inner.flag, "false"))
	}
	if isLoopStmt(s) {
		out = append(out, inner.loop(s))
	} else {
		out = append(out, mapBlocks(s, func(b *ast.Block) *ast.Block { return &ast.Block{Meta: b.Meta, Stmts: inner.list(b.Stmts)} }))
	}
	if len(rest) > 0 {
		unless := &ast.Unary{Op: token.NOT, X: &ast.Ref{Var: inner.flag}}
		out = append(out, &ast.If{Cond: unless, Then: &ast.Block{Stmts: x.list(rest)}})
	}
	return out
}

// loop leaves a loop that the label is outside of.
func (x *escaper) loop(s ast.Stmt) ast.Stmt {
	if x.flag == nil {
		return mapBlocks(s, func(b *ast.Block) *ast.Block { return unlabel(b, x.label) })
	}
	return (&leaver{label: x.label, vars: map[token.Token]*ast.Var{token.BREAK: x.flag}}).loop(s)
}

// withoutContinue returns the body of a loop with a label, in which conditions take the place of a continue out of the middle of a
// statement or of an inner loop: there is one way through the body then, and a way back.
func withoutContinue(b *ast.Block, label *ast.Label) *ast.Block {
	if !continuesAmid(b.Stmts, label, false) {
		return b
	}
	next := &ast.Label{Name: "next"}
	return &ast.Block{Meta: b.Meta, Stmts: escape(breaksTo(b.Stmts, label, next, false), next)}
}

// breaksTo makes breaks to the label next of what continues a loop, whose own continue may name next already.
func breaksTo(list []ast.Stmt, loop, next *ast.Label, inner bool) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		if b, ok := s.(*ast.Branch); ok && (continues(b, loop, inner) || continues(b, next, true)) {
			s = &ast.Branch{Meta: b.Meta, Tok: token.BREAK, Target: next}
		}
		inner := inner || isLoopStmt(s)
		out = append(out, mapBlocks(s, func(b *ast.Block) *ast.Block {
			return &ast.Block{Meta: b.Meta, Stmts: breaksTo(b.Stmts, loop, next, inner)}
		}))
	}
	return out
}

// continues reports whether a jump, in a loop or in an inner one, is a continue of the loop.
func continues(b *ast.Branch, loop *ast.Label, inner bool) bool {
	return b.Tok == token.CONTINUE && (b.Target == nil && !inner || b.Target != nil && b.Target == loop)
}

// continuesAmid reports whether a loop is continued out of the middle of a statement: not at the end of a branch which leads nowhere else.
// More says that something follows the list.
func continuesAmid(list []ast.Stmt, loop *ast.Label, more bool) bool {
	for i, s := range list {
		more := more || i < len(list)-1
		switch s := s.(type) {
		case *ast.Block:
			if continuesAmid(s.Stmts, loop, more) {
				return true
			}
		case *ast.If:
			both := s.Else == nil || !ast.Ends(s.Else.Stmts)
			if more && both && !ast.Ends(s.Then.Stmts) && continuesIn(s, loop, false) {
				return true
			}
			if continuesAmid(s.Then.Stmts, loop, more) || s.Else != nil && continuesAmid(s.Else.Stmts, loop, more) {
				return true
			}
		case *ast.For, *ast.Range:
			if continuesIn(s, loop, true) {
				return true
			}
		}
	}
	return false
}

// continuesIn reports whether a continue of the loop is below s.
func continuesIn(s ast.Stmt, loop *ast.Label, inner bool) bool {
	for _, b := range ast.Blocks(s) {
		for _, s := range b.Stmts {
			if b, ok := s.(*ast.Branch); ok && continues(b, loop, inner) || continuesIn(s, loop, inner || isLoopStmt(s)) {
				return true
			}
		}
	}
	return false
}
