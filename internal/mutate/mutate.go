package mutate

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"slices"
	"strings"
)

// A Mutator makes mutants of files that each are a package. It knows what packages the files import.
type Mutator struct{ imports types.Importer }

// New returns a mutator.
func New() *Mutator { return &Mutator{importer.Default()} }

// Mutate returns src after up to n changes that rng draws; where src does not type-check, it is an error. The same numbers give the
// same mutant. About one mutant in forty does not type-check.
func (m *Mutator) Mutate(src []byte, n int, rng *rand.Rand) ([]byte, error) {
	f, err := m.load(src)
	if err != nil {
		return nil, err
	}
	f.rng = rng
	for range n {
		for range 20 {
			mutant, ok := f.change()
			if !ok || len(mutant) > 4*len(src)+4000 {
				continue
			}
			g, err := m.load(mutant)
			if err == nil {
				g.rng = rng
				f = g
				break
			}
			if rng.IntN(1200) == 0 {
				return mutant, nil
			}
		}
	}
	return f.src, nil
}

// A file is a file with what its changes need to know.
type file struct {
	src  []byte
	fset *token.FileSet
	tree *ast.File
	info *types.Info
	pkg  *types.Package
	rng  *rand.Rand

	fn    *ast.FuncDecl // the function that is changed
	exprs []ast.Expr    // of fn, those with a value
	lists []list        // of fn
}

// A list is a list of statements, which ends at a position.
type list struct {
	stmts []ast.Stmt
	end   token.Pos
}

func (m *Mutator) load(src []byte) (*file, error) {
	f := &file{src: src, fset: token.NewFileSet(), info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}}
	var err error
	if f.tree, err = parser.ParseFile(f.fset, "in.go", src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	config := types.Config{Importer: m.imports, GoVersion: "go1.26"}
	f.pkg, err = config.Check("p", f.fset, []*ast.File{f.tree}, f.info)
	return f, err
}

// An edit replaces what lies between two positions.
type edit struct {
	from, to token.Pos
	text     string
}

// change returns the source after one change, and whether there was anything to change.
func (f *file) change() ([]byte, bool) {
	if !f.choose() {
		return nil, false
	}
	edits := f.draw(changes)()
	if len(edits) == 0 {
		return nil, false
	}
	slices.SortFunc(edits, func(a, b edit) int { return int(b.from - a.from) })
	out := f.src
	for _, e := range edits {
		from, to := f.offset(e.from), f.offset(e.to)
		out = slices.Concat(out[:from], []byte(e.text), out[to:])
	}
	return out, !bytes.Equal(out, f.src)
}

// A weighted change is drawn that often.
type weighted struct {
	weight int
	change func(*file) []edit
}

var changes = []weighted{
	{2, (*file).deleteStmt},
	{3, (*file).repeatStmt},
	{2, (*file).swapStmts},
	{3, (*file).copyStmt},
	{6, (*file).wrapStmt},
	{4, (*file).insertExit},
	{8, (*file).replaceExpr},
	{6, (*file).wrapExpr},
	{3, (*file).changeOperator},
	{2, (*file).changeAssignment},
	{3, (*file).changeLiteral},
	{1, (*file).changeType},
	{1, (*file).addDirective},
}

func (f *file) draw(list []weighted) func() []edit {
	sum := 0
	for _, w := range list {
		sum += w.weight
	}
	n := f.rng.IntN(sum)
	for _, w := range list {
		if n -= w.weight; n < 0 {
			return func() []edit { return w.change(f) }
		}
	}
	panic("mutate: no change")
}

// choose chooses the function that is changed and finds what is in it.
func (f *file) choose() bool {
	var fns []*ast.FuncDecl
	for _, d := range f.tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			fns = append(fns, fn)
		}
	}
	if len(fns) == 0 {
		return false
	}
	f.fn, f.exprs, f.lists = pick(f.rng, fns), nil, nil
	ast.Inspect(f.fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			f.lists = append(f.lists, list{n.List, n.Rbrace})
		case *ast.CaseClause:
			f.lists = append(f.lists, list{n.Body, n.End()})
		case ast.Expr:
			if tv, ok := f.info.Types[n]; ok && tv.IsValue() && tv.Type != nil && !isTuple(tv.Type) {
				f.exprs = append(f.exprs, n)
			}
		}
		return true
	})
	return true
}

func isTuple(t types.Type) bool {
	_, ok := t.(*types.Tuple)
	return ok
}

// pick returns one of a list that is not empty.
func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func (f *file) offset(pos token.Pos) int { return f.fset.Position(pos).Offset }

func (f *file) text(n ast.Node) string { return string(f.src[f.offset(n.Pos()):f.offset(n.End())]) }

// stmt returns a statement, or nil.
func (f *file) stmt() ast.Stmt {
	var all []ast.Stmt
	for _, l := range f.lists {
		all = append(all, l.stmts...)
	}
	if len(all) == 0 {
		return nil
	}
	return pick(f.rng, all)
}

// place returns where a statement may be put.
func (f *file) place() token.Pos {
	l := pick(f.rng, f.lists)
	if i := f.rng.IntN(len(l.stmts) + 1); i < len(l.stmts) {
		return l.stmts[i].Pos()
	}
	return l.end
}

// like returns the text of an expression of the function of a type, or of a zero value of it where there is none.
func (f *file) like(t types.Type) string {
	var fit []string
	for _, e := range f.exprs {
		if types.Identical(f.typeOf(e), t) {
			fit = append(fit, f.text(e))
		}
	}
	if len(fit) == 0 {
		return "*new(" + f.typeText(t) + ")"
	}
	return pick(f.rng, fit)
}

func (f *file) typeOf(e ast.Expr) types.Type { return types.Default(f.info.Types[e].Type) }

func (f *file) typeText(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == f.pkg {
			return ""
		}
		return p.Name()
	})
}

// condition returns the text of a condition.
func (f *file) condition() string {
	switch f.rng.IntN(4) {
	case 0:
		return pick(f.rng, []string{"true", "false", "1 < 2"})
	case 1:
		return f.like(types.Typ[types.Bool])
	case 2:
		return f.like(types.Typ[types.Int]) + pick(f.rng, []string{" < ", " == ", " != "}) + pick(f.rng, []string{"1", "2", f.like(types.Typ[types.Int])})
	}
	return f.like(types.Typ[types.Float64]) + pick(f.rng, []string{" < ", " > "}) + pick(f.rng, []string{"0", "1", f.like(types.Typ[types.Float64])})
}

// fill fills a pattern: S with the text of what is wrapped, C with conditions, T with a type, N with a number that makes names new.
func (f *file) fill(pattern, text string, t types.Type) string {
	number := fmt.Sprint(f.rng.IntN(10000))
	var b strings.Builder
	for _, r := range pattern {
		switch r {
		case 'S':
			b.WriteString(text)
		case 'C':
			b.WriteString(f.condition())
		case 'T':
			b.WriteString(f.typeText(t))
		case 'N':
			b.WriteString(number)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
