package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A Kind says what a mutant does.
type Kind string

// The kinds of mutants.
const (
	Drop     Kind = "drop"     // a call or an assignment is left out
	Assign   Kind = "assign"   // += becomes =, and = of numbers and strings +=
	Negate   Kind = "negate"   // a condition, an operand of && or ||, or a boolean that is returned, is negated
	Guard    Kind = "guard"    // an if that only leaves is never entered
	Bound    Kind = "bound"    // a loop ends one earlier, or < and <= are swapped
	Exchange Kind = "exchange" // the branches of an if, or two neighbouring ones of a switch, change places
)

// Kinds are all kinds of mutants, with what the page says of them.
var Kinds = []struct {
	Kind  Kind
	Title string
}{
	{Drop, "a call or an assignment is left out"},
	{Assign, "`+=` becomes `=`, or `=` becomes `+=`"},
	{Negate, "a condition, one side of `&&` or `||`, or a result is negated"},
	{Guard, "`if … { return }`, `continue` or `break` is never entered"},
	{Bound, "a loop ends one earlier, `<` and `<=` are swapped"},
	{Exchange, "two branches change places"},
}

// A Mutant is a change that can be made to a file.
type Mutant struct {
	Kind Kind
	File string // relative to the root of the module, with slashes
	Func string // F, T.F or (*T).F
	Line int
	Text string // of what is changed, in one line

	idle bool // it is likely that nothing can be seen of it

	Again  int    // 2 for the second mutant of the function with that kind and text, and so on; 0 for the first
	Number int    // of its switch; 0 if it is not drawn
	wraps  []wrap // what it puts into the text
}

// Key names a mutant as long as its function and what it changes stay as they are.
func (m *Mutant) Key() string {
	key := fmt.Sprintf("%s %s: %s `%s`", m.File, m.Func, m.Kind, m.Text)
	if m.Again > 0 {
		key += fmt.Sprintf(" (%d)", m.Again)
	}
	return key
}

// A wrap is text around a part of a file. A %d in it stands for the number of the mutant.
type wrap struct {
	from, to      int // offsets
	before, after string
}

// A source is a file in which mutants are looked for.
type source struct {
	name string // relative to the root of the module
	text []byte
	tree *ast.File
	fset *token.FileSet
	info *types.Info

	listed map[ast.Stmt]bool // the statements that stand in lists
}

// sourcesOf returns the files of packages, without their tests, in the order of their names.
func sourcesOf(root string, patterns []string) ([]*source, error) {
	config := &packages.Config{Dir: root, Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps}
	pkgs, err := packages.Load(config, patterns...)
	if err != nil {
		return nil, err
	}
	var list []*source
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 {
			return nil, pkg.Errors[0]
		}
		for i, tree := range pkg.Syntax {
			s, err := newSource(root, pkg.GoFiles[i], tree, pkg.Fset, pkg.TypesInfo)
			if err != nil {
				return nil, err
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// A finder collects the mutants of one function.
type finder struct {
	*source
	fn    string
	decl  *ast.FuncDecl
	found []*Mutant
}

// mutants returns all mutants of a file, in the order of their places.
func (s *source) mutants() []*Mutant {
	var list []*Mutant
	for _, d := range s.tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		f := &finder{source: s, fn: nameOf(fn), decl: fn}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if f.looksForMistakes(n) {
				return false
			}
			f.visit(n)
			return true
		})
		list = append(list, f.found...)
	}
	return list
}

// looksForMistakes reports whether a statement panics where the compiler is wrong: that it is there cannot be seen.
func (f *finder) looksForMistakes(n ast.Node) bool {
	s, ok := n.(*ast.IfStmt)
	return ok && s.Init == nil && s.Else == nil && f.onlyPanics(s.Body)
}

func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.ExprStmt:
		f.dropCall(n)
	case *ast.AssignStmt:
		f.dropAssignment(n)
		f.swapAssignment(n)
	case *ast.IncDecStmt:
		if f.isStmt(n) {
			f.add(Drop, n, dropped(f.rangeOf(n)))
		}
	case *ast.IfStmt:
		f.ifStmt(n)
	case *ast.ForStmt:
		if n.Cond != nil && !f.isCompared(n.Cond) {
			f.negate(n.Cond)
		}
	case *ast.RangeStmt:
		f.shorten(n)
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.ReturnStmt:
		for _, e := range n.Results {
			f.negate(e)
		}
	case *ast.SwitchStmt:
		f.switchStmt(n)
	}
}

// add adds a mutant that changes a node.
func (f *finder) add(kind Kind, n ast.Node, wraps ...wrap) {
	text := strings.Join(strings.Fields(f.textOf(n)), " ")
	if len(text) > 110 {
		text = text[:107] + "…"
	}
	f.found = append(f.found, &Mutant{Kind: kind, File: f.name, Func: f.fn, Line: f.fset.Position(n.Pos()).Line, Text: text, wraps: wraps})
}

// dropped is what leaves a statement out.
func dropped(from, to int) wrap { return wrap{from, to, "if !switches.On(%d) { ", " }"} }

func (f *finder) dropCall(s *ast.ExprStmt) {
	if call, ok := s.X.(*ast.CallExpr); ok && !f.panics(call) && f.isStmt(s) {
		f.add(Drop, s, dropped(f.rangeOf(s)))
	}
}

func (f *finder) dropAssignment(s *ast.AssignStmt) {
	if s.Tok != token.DEFINE && !allBlank(s.Lhs) && f.isStmt(s) {
		f.add(Drop, s, dropped(f.rangeOf(s)))
	}
}

// swapAssignment swaps += and = where both can stand.
func (f *finder) swapAssignment(s *ast.AssignStmt) {
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 || !f.isStmt(s) {
		return
	}
	other := map[token.Token]token.Token{token.ADD_ASSIGN: token.ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.ASSIGN: token.ADD_ASSIGN}[s.Tok]
	basic, ok := f.typeOf(s.Lhs[0]).Underlying().(*types.Basic)
	if other == 0 || !ok || basic.Info()&(types.IsNumeric|types.IsString) == 0 {
		return
	}
	from, to := f.rangeOf(s)
	swapped := f.textOf(s.Lhs[0]) + " " + other.String() + " " + f.textOf(s.Rhs[0])
	f.add(Assign, s, wrap{from, to, "if switches.On(%d) { " + escape(swapped) + " } else { ", " }"})
	f.found[len(f.found)-1].idle = s.Tok == token.ASSIGN && !f.hasValue(s.Lhs[0])
}

// hasValue reports whether a place is a variable that is declared with a value: others are mostly zero when they are assigned to, so that
// += does the same as =.
func (f *finder) hasValue(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	obj := f.info.Uses[id]
	valued := false
	ast.Inspect(f.decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				def, ok := l.(*ast.Ident)
				valued = valued || ok && n.Tok == token.DEFINE && f.info.Defs[def] == obj
			}
		case *ast.FuncType:
			for _, field := range n.Params.List {
				valued = valued || slices.ContainsFunc(field.Names, func(p *ast.Ident) bool { return f.info.Defs[p] == obj })
			}
		}
		return true
	})
	return valued
}

// ifStmt negates the condition of an if, exchanges its branches, or skips it.
func (f *finder) ifStmt(s *ast.IfStmt) {
	if _, ok := s.Else.(*ast.BlockStmt); ok {
		from, to := f.rangeOf(s.Cond)
		f.add(Exchange, s, wrap{from, to, "switches.Not(%d, ", ")"})
		return
	}
	if s.Else == nil && leaves(s.Body) {
		from, to := f.rangeOf(s.Cond)
		f.add(Guard, s, wrap{from, to, "switches.Unless(%d, ", ")"})
	}
	f.negate(s.Cond)
}

func (f *finder) negate(e ast.Expr) {
	if basic, ok := f.typeOf(e).Underlying().(*types.Basic); !ok || basic.Info()&types.IsBoolean == 0 {
		return
	}
	from, to := f.rangeOf(e)
	f.add(Negate, e, wrap{from, to, "switches.Not(%d, ", ")"})
}

// shorten lets a loop over a list or a number end one earlier.
func (f *finder) shorten(s *ast.RangeStmt) {
	from, to := f.rangeOf(s.X)
	switch t := f.typeOf(s.X).Underlying().(type) {
	case *types.Slice:
		f.addHead(s, wrap{from, to, "switches.First(%d, ", ")"})
	case *types.Basic:
		if t.Info()&types.IsInteger != 0 && t.Info()&types.IsUntyped == 0 {
			f.addHead(s, wrap{from, to, "switches.Fewer(%d, ", ")"})
		}
	}
}

// addHead adds a mutant of the head of a loop.
func (f *finder) addHead(s *ast.RangeStmt, w wrap) {
	f.add(Bound, s, w)
	m := f.found[len(f.found)-1]
	text := string(f.text[f.offset(s.Pos()):f.offset(s.X.End())])
	m.Text = strings.Join(strings.Fields(text), " ")
}

func (f *finder) binary(e *ast.BinaryExpr) {
	switch e.Op {
	case token.LAND, token.LOR:
		f.negate(e.X)
		f.negate(e.Y)
	default:
		if f.isCompared(e) {
			f.shift(e)
		}
	}
}

// shift swaps < and <=, > and >=.
func (f *finder) shift(e *ast.BinaryExpr) {
	other := map[token.Token]token.Token{token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR}[e.Op]
	from, to := f.rangeOf(e)
	swapped := f.textOf(e.X) + " " + other.String() + " " + f.textOf(e.Y)
	f.add(Bound, e, wrap{from, to, "(switches.On(%d) && " + escape(swapped) + " || !switches.On(%d) && ", ")"})
	f.found[len(f.found)-1].idle = e.Op == token.GTR && f.isLength(e.X) && f.textOf(e.Y) == "0"
}

// isLength reports whether an expression is a length. What is done with a list does nothing with an empty one, mostly.
func (f *finder) isLength(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	return ok && f.textOf(call.Fun) == "len"
}

// isCompared reports whether e compares sizes of integers, with operands that may be computed twice.
func (f *finder) isCompared(e ast.Expr) bool {
	b, ok := e.(*ast.BinaryExpr)
	if !ok || b.Op != token.LSS && b.Op != token.LEQ && b.Op != token.GTR && b.Op != token.GEQ {
		return false
	}
	basic, ok := f.typeOf(b.X).Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// switchStmt exchanges neighbouring branches and negates conditions of a switch that has no tag.
func (f *finder) switchStmt(s *ast.SwitchStmt) {
	var last *ast.CaseClause
	for _, stmt := range s.Body.List {
		c := stmt.(*ast.CaseClause)
		if s.Tag == nil {
			for _, e := range c.List {
				f.negate(e)
			}
		}
		if !f.exchangeable(c) {
			last = nil
			continue
		}
		if last != nil {
			f.exchange(last, c)
		}
		last = c
	}
}

// exchangeable reports whether the body of c can stand in another case.
func (f *finder) exchangeable(c *ast.CaseClause) bool {
	if len(c.Body) == 0 {
		return false
	}
	if s, ok := c.Body[0].(*ast.ExprStmt); ok {
		if call, ok := s.X.(*ast.CallExpr); ok && f.panics(call) {
			return false
		}
	}
	moved := true
	ast.Inspect(c, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.LabeledStmt:
			moved = false
		case *ast.BranchStmt:
			moved = moved && n.Tok != token.FALLTHROUGH
		}
		return moved
	})
	return moved
}

func (f *finder) exchange(a, b *ast.CaseClause) {
	one, other := f.bodyOf(a), f.bodyOf(b)
	instead := func(w, with wrap) wrap {
		w.before, w.after = "if switches.On(%d) { "+escape(string(f.text[with.from:with.to]))+"\n} else { ", " }"
		return w
	}
	f.add(Exchange, b, instead(one, other), instead(other, one))
	m := f.found[len(f.found)-1]
	m.Text = f.heading(a) + " … " + f.heading(b)
}

// bodyOf returns where the statements of a case are.
func (f *finder) bodyOf(c *ast.CaseClause) wrap {
	return wrap{from: f.offset(c.Body[0].Pos()), to: f.offset(c.Body[len(c.Body)-1].End())}
}

func (f *finder) heading(c *ast.CaseClause) string {
	return strings.Join(strings.Fields(string(f.text[f.offset(c.Pos()):f.offset(c.Colon)+1])), " ")
}

// escape returns text in which no % is one of a verb.
func escape(text string) string { return strings.ReplaceAll(text, "%", "%%") }

// texts returns what the wrap puts before and after for a mutant.
func (w wrap) texts(number int) (before, after string) {
	numbers := make([]any, strings.Count(strings.ReplaceAll(w.before, "%%", ""), "%d"))
	for i := range numbers {
		numbers[i] = number
	}
	return fmt.Sprintf(w.before, numbers...), w.after
}
