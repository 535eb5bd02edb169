package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
)

func newSource(root, path string, tree *ast.File, fset *token.FileSet, info *types.Info) (*source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return nil, err
	}
	return &source{name: filepath.ToSlash(name), text: text, tree: tree, fset: fset, info: info, listed: listedIn(tree)}, nil
}

func (s *source) offset(pos token.Pos) int { return s.fset.Position(pos).Offset }

func (s *source) rangeOf(n ast.Node) (from, to int) { return s.offset(n.Pos()), s.offset(n.End()) }

func (s *source) textOf(n ast.Node) string {
	return string(s.text[s.offset(n.Pos()):s.offset(n.End())])
}

func (s *source) typeOf(e ast.Expr) types.Type {
	if t := s.info.TypeOf(e); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

// nameOf returns the name of a function with that of its receiver.
func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	recv := types.ExprString(fn.Recv.List[0].Type)
	if _, ok := fn.Recv.List[0].Type.(*ast.StarExpr); ok {
		recv = "(" + recv + ")"
	}
	return recv + "." + fn.Name.Name
}

func (s *source) panics(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "panic" && s.info.Uses[id] == types.Universe.Lookup("panic")
}

// onlyPanics reports whether a block does nothing but panic.
func (s *source) onlyPanics(b *ast.BlockStmt) bool {
	if len(b.List) != 1 {
		return false
	}
	stmt, ok := b.List[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := stmt.X.(*ast.CallExpr)
	return ok && s.panics(call)
}

// leaves reports whether a block ends by leaving what is around it.
func leaves(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

func allBlank(list []ast.Expr) bool {
	for _, e := range list {
		if id, ok := e.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}

// isStmt reports whether a statement stands in a list, and not in the head of another one.
func (s *source) isStmt(stmt ast.Stmt) bool { return s.listed[stmt] }

// listedIn returns the statements that stand in lists of a file.
func listedIn(tree *ast.File) map[ast.Stmt]bool {
	set := map[ast.Stmt]bool{}
	add := func(list []ast.Stmt) {
		for _, s := range list {
			set[s] = true
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			add(n.List)
		case *ast.CaseClause:
			add(n.Body)
		case *ast.CommClause:
			add(n.Body)
		}
		return true
	})
	return set
}
