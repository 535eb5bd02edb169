package randprog

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
)

// A rewriter says parts of a program in other words that mean the same: with function literals, switch statements and ranges over
// functions. What the program computes stays, so that the judge needs to know nothing of it.
//
//	s += x                     func() { s += x }()
//	if c { a } else { b }      switch { case c: a; default: b }
//	for i, v := range x { … }  for i, v := range eachOf(x) { … }
type rewriter struct {
	rng   *rand.Rand
	file  *ast.File
	fset  *token.FileSet
	types map[ast.Expr]types.TypeAndValue
	edits []edit
	n     int
	used  map[string]bool
}

// rewritten returns a program in other words, and how often each way was taken.
func rewritten(src string, seed uint64) (string, map[string]int) {
	r := &rewriter{rng: rand.New(rand.NewPCG(seed, 0xd1342543de82ef95)), fset: token.NewFileSet(), types: map[ast.Expr]types.TypeAndValue{}, used: map[string]bool{}}
	var err error
	r.file, err = parser.ParseFile(r.fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		panic(fmt.Sprintf("randprog: seed %d: %v", seed, err))
	}
	conf := types.Config{Importer: noImporter{}, Error: func(error) {}}
	conf.Check("p", r.fset, []*ast.File{r.file}, &types.Info{Types: r.types})
	features := map[string]int{}
	for _, d := range r.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			r.block(f.Body.List, features)
		}
	}
	out := apply(src, r.edits)
	for _, h := range rewriteHelpers {
		if r.used[h.name] {
			out += "\n" + h.source
		}
	}
	return out, features
}

var rewriteHelpers = []struct{ name, source string }{
	{"eachOf", `
// eachOf goes through a slice.
func eachOf[E any](x []E) func(func(int, E) bool) {
	return func(yield func(int, E) bool) {
		for i, v := range x {
			if !yield(i, v) {
				return
			}
		}
	}
}
`},
	{"runIt", `
// runIt calls what it is given.
func runIt(f func()) { f() }
`},
}

func (r *rewriter) offset(p token.Pos) int { return r.fset.Position(p).Offset }

func (r *rewriter) insert(p token.Pos, text string) { r.replace(p, p, text) }

func (r *rewriter) replace(from, to token.Pos, text string) {
	r.edits = append(r.edits, edit{r.offset(from), r.offset(to), text})
}

// block rewrites some of the statements of a list and, below those that it leaves, of theirs.
func (r *rewriter) block(list []ast.Stmt, features map[string]int) {
	for _, s := range list {
		switch p := r.rng.Float64(); {
		case p < 0.08 && movable(s):
			r.wrap(s)
			features["literal"]++
		case p < 0.4:
			switch s := s.(type) {
			case *ast.IfStmt:
				if s.Init == nil && !breaks(s) && !chained(s) {
					r.toSwitch(s)
					features["if-as-switch"]++
				}
			case *ast.RangeStmt:
				if t, slice := r.typeOf(s.X).(*types.Slice); slice && !holdsFunctions(t.Elem()) && s.Tok == token.DEFINE && !branchesOut(s.Body) {
					r.insert(s.X.Pos(), "eachOf(")
					r.insert(s.X.End(), ")")
					r.used["eachOf"] = true
					features["range-function"]++
				}
			}
		}
		r.below(s, features)
	}
}

// holdsFunctions reports whether values of type t are functions or structs that hold some: which, must be seen where they are ranged over.
func holdsFunctions(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Struct:
		for f := range t.Fields() {
			if holdsFunctions(f.Type()) {
				return true
			}
		}
	}
	return false
}

func (r *rewriter) typeOf(e ast.Expr) types.Type {
	if t := r.types[e].Type; t != nil {
		return t.Underlying()
	}
	return nil
}

// below rewrites statements in the blocks of s.
func (r *rewriter) below(s ast.Stmt, features map[string]int) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		r.block(s.List, features)
	case *ast.IfStmt:
		r.block(s.Body.List, features)
		if s.Else != nil {
			r.below(s.Else, features)
		}
	case *ast.ForStmt:
		r.block(s.Body.List, features)
	case *ast.RangeStmt:
		r.block(s.Body.List, features)
	case *ast.LabeledStmt:
		r.below(s.Stmt, features)
	}
}

// wrap puts a statement into a function literal, which is called there, through a variable or by a function that it is given to.
func (r *rewriter) wrap(s ast.Stmt) {
	before, after := "func() {\n", "\n}()"
	switch r.rng.IntN(3) {
	case 0:
		r.n++
		name := fmt.Sprint("act", r.n)
		before, after = name+" := "+before, "\n}\n"+name+"()"
	case 1:
		before, after = "runIt("+before, "\n})"
		r.used["runIt"] = true
	}
	r.insert(s.Pos(), before)
	r.insert(s.End(), after)
}

// toSwitch makes a switch of an if.
func (r *rewriter) toSwitch(s *ast.IfStmt) {
	r.replace(s.If, s.If+2, "switch {\ncase ")
	r.replace(s.Body.Lbrace, s.Body.Lbrace+1, ":\n")
	if els, ok := s.Else.(*ast.BlockStmt); ok {
		r.replace(s.Body.Rbrace, els.Lbrace+1, "\ndefault:\n")
	}
}

// chained reports whether the else of s is another if.
func chained(s *ast.IfStmt) bool {
	_, ok := s.Else.(*ast.IfStmt)
	return ok
}

// movable reports whether a statement means the same in a function literal: it declares nothing and leads nowhere else.
func movable(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := call.Fun.(*ast.Ident)
		return !ok || id.Name != "panic"
	case *ast.IncDecStmt:
		return true
	case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.BlockStmt:
		return !leadsOut(s)
	}
	return false
}

// leadsOut reports whether a return, or a break or continue of a loop around s, is below it.
func leadsOut(s ast.Stmt) bool {
	found, loops := false, 0
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			found = true
		case *ast.BranchStmt:
			found = found || n.Label != nil || loops == 0
		case *ast.ForStmt:
			loops++
			ast.Inspect(n.Body, visit)
			loops--
			return false
		case *ast.RangeStmt:
			loops++
			ast.Inspect(n.Body, visit)
			loops--
			return false
		}
		return !found
	}
	ast.Inspect(s, visit)
	return found
}

// breaks reports whether a break below s leaves the loop around it: in a switch it would leave that.
func breaks(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BranchStmt:
			found = found || n.Tok == token.BREAK && n.Label == nil
		case *ast.ForStmt, *ast.RangeStmt:
			return false
		}
		return !found
	})
	return found
}

// branchesOut reports whether a jump with a label is below s: it may lead out of a loop that becomes a function.
func branchesOut(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		b, ok := n.(*ast.BranchStmt)
		found = found || ok && b.Label != nil
		return !found
	})
	return found
}
