package lower

import (
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// unlabel returns the body of a loop with a label, in which no branch names the label. Those in inner loops, which leave these first,
// set a variable:
//
//	outer:                                        for … {
//	    for … {                                       next := false
//	        for … {                                   for … {
//	            if c { continue outer }                   if c { next = true; break }
//	        }                                         }
//	        rest                                      if next { continue }
//	    }                                             rest
//	                                              }
func unlabel(b *ast.Block, label *ast.Label) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if br, ok := s.(*ast.Branch); ok && br.Target == label {
			out.Stmts = append(out.Stmts, &ast.Branch{Meta: br.Meta, Tok: br.Tok})
			continue
		}
		if !isLoopStmt(s) {
			out.Stmts = append(out.Stmts, mapBlocks(s, func(b *ast.Block) *ast.Block { return unlabel(b, label) }))
			continue
		}
		x := &leaver{label: label, vars: map[token.Token]*ast.Var{}}
		s = x.loop(s)
		for _, tok := range branches {
			if v := x.vars[tok]; v != nil {
				out.Stmts = append(out.Stmts, setBool(token.DEFINE, v, "false"))
			}
		}
		out.Stmts = append(out.Stmts, s)
		for _, tok := range branches {
			if v := x.vars[tok]; v != nil {
				out.Stmts = append(out.Stmts, branchIf(v, tok))
			}
		}
	}
	return out
}

// branches are the ways out of an iteration.
var branches = []token.Token{token.CONTINUE, token.BREAK}

// A leaver replaces the branches to a label in a loop inside the one with the label.
type leaver struct {
	label *ast.Label
	vars  map[token.Token]*ast.Var // set where the loop is left for the label, by what is to be done there
}

func (x *leaver) loop(s ast.Stmt) ast.Stmt { return mapBlocks(s, x.block) }

func (x *leaver) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if br, ok := s.(*ast.Branch); ok && br.Target == x.label {
			out.Stmts = append(out.Stmts, setBool(token.ASSIGN, x.flag(br.Tok), "true"), &ast.Branch{Meta: br.Meta, Tok: token.BREAK})
			continue
		}
		out.Stmts = append(out.Stmts, x.loop(s))
		for _, tok := range branches {
			if isLoopStmt(s) && leaves(s, x.label, tok) {
				out.Stmts = append(out.Stmts, branchIf(x.flag(tok), token.BREAK))
			}
		}
	}
	return out
}

func (x *leaver) flag(tok token.Token) *ast.Var {
	if x.vars[tok] == nil {
		name := "next"
		if tok == token.BREAK {
			name = "leave"
		}
		x.vars[tok] = ast.NewVar(name, types.Typ[types.Bool])
	}
	return x.vars[tok]
}

// leaves reports whether a branch of a kind below s names the label.
func leaves(s ast.Stmt, label *ast.Label, tok token.Token) bool {
	found := false
	ast.Inspect(s, func(s ast.Stmt) bool {
		br, ok := s.(*ast.Branch)
		found = found || ok && br.Target == label && br.Tok == tok
		return !found
	})
	return found
}

func isLoopStmt(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.For, *ast.Range:
		return true
	}
	return false
}

// mapBlocks is ast.MapBlocks, but for statements without blocks, which it leaves as they are.
func mapBlocks(s ast.Stmt, f func(*ast.Block) *ast.Block) ast.Stmt {
	if len(ast.Blocks(s)) == 0 {
		return s
	}
	return ast.MapBlocks(s, f)
}

func setBool(op token.Token, v *ast.Var, value string) ast.Stmt {
	name := &ast.Name{Obj: types.Universe.Lookup(value), T: types.Typ[types.Bool]}
	return &ast.Assign{Lhs: []ast.Expr{&ast.Ref{Var: v}}, Op: op, Rhs: []ast.Expr{name}}
}

func branchIf(v *ast.Var, tok token.Token) ast.Stmt {
	return &ast.If{Cond: &ast.Ref{Var: v}, Then: &ast.Block{Stmts: []ast.Stmt{&ast.Branch{Tok: tok}}}}
}
