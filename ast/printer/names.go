package printer

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A namer gives the variables of a function their names. It walks the function in the order in which it is printed and
// numbers every place where a name is declared or used; a scope is a range of these numbers.
type namer struct {
	fn    *ast.Func
	names map[*ast.Var]string

	pos    int
	scopes int // how many there are
	open   []*scope
	vars   map[*ast.Var]*declared
	order  []*declared
	outer  map[string][]int       // places where a predeclared name is used
	objs   map[types.Object][]int // places where an object of a package is used
	gens   map[string][]int       // places where a function that godiff writes is called
	types  map[types.Type][]int
	paths  map[string][]int // places where a package that printing brings in is named

	world map[string][]int     // names of what is no variable of the function, and where they are used
	last  map[string]int       // of names in a scope: the number that was given last
	apart map[*ast.Assign]bool // definitions with older variables of another block
}

type scope struct {
	id   int
	vars []*declared
}

// A declared is where a variable is in scope and where it is used.
type declared struct {
	v        *ast.Var
	scope    int
	from, to int
	uses     []int
}

func newNamer(fn *ast.Func) *namer {
	n := &namer{
		fn: fn, names: map[*ast.Var]string{}, vars: map[*ast.Var]*declared{},
		outer: map[string][]int{}, objs: map[types.Object][]int{}, gens: map[string][]int{}, types: map[types.Type][]int{}, paths: map[string][]int{}, apart: map[*ast.Assign]bool{}, last: map[string]int{},
	}
	n.push()
	if fn.Recv != nil {
		n.typ(fn.Recv.Type)
		n.declare(fn.Recv)
	}
	for _, v := range slices.Concat(fn.Params, fn.Results) {
		n.typ(v.Type)
		n.declare(v)
	}
	for _, s := range fn.Body.Stmts {
		n.stmt(s)
	}
	// Type parameters have the scope of the parameters.
	for _, t := range fn.TypeParams {
		n.typ(t.Type)
		n.typ(t.Constraint)
	}
	n.pop()
	return n
}

func (n *namer) push() {
	n.scopes++
	n.open = append(n.open, &scope{id: n.scopes})
}

func (n *namer) pop() {
	s := n.open[len(n.open)-1]
	n.open = n.open[:len(n.open)-1]
	n.pos++
	for _, d := range s.vars {
		d.to = n.pos
	}
}

func (n *namer) declare(v *ast.Var) {
	n.pos++
	if v == nil {
		return
	}
	s := n.open[len(n.open)-1]
	if old := n.vars[v]; old != nil {
		panic(fmt.Sprintf("printer: variable %s is declared twice in %s", v.Name, n.fn.Name))
	}
	d := &declared{v: v, scope: s.id, from: n.pos}
	n.vars[v] = d
	n.order = append(n.order, d)
	s.vars = append(s.vars, d)
}

func (n *namer) use(v *ast.Var) {
	n.pos++
	d := n.vars[v]
	if d == nil {
		panic(fmt.Sprintf("printer: variable %s is used in %s where it is not declared", v.Name, n.fn.Name))
	}
	d.uses = append(d.uses, n.pos)
}

// used reports whether anything names v beside its declaration.
func (n *namer) used(v *ast.Var) bool { return len(n.vars[v].uses) > 0 }

func (n *namer) typ(t types.Type) {
	n.pos++
	n.types[t] = append(n.types[t], n.pos)
	ast.EachTypeName(t, func(obj *types.TypeName) {
		if obj.Pkg() == nil {
			n.outer[obj.Name()] = append(n.outer[obj.Name()], n.pos)
		} else {
			n.objs[obj] = append(n.objs[obj], n.pos)
		}
	})
}

func (n *namer) object(obj types.Object) {
	n.pos++
	if obj.Pkg() == nil || obj.Parent() == types.Universe {
		n.outer[obj.Name()] = append(n.outer[obj.Name()], n.pos)
		return
	}
	n.objs[obj] = append(n.objs[obj], n.pos)
}

func (n *namer) block(b *ast.Block) {
	n.push()
	for _, s := range b.Stmts {
		n.stmt(s)
	}
	n.pop()
}

func (n *namer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		n.exprs(s.Rhs)
		n.assigned(s)
	case *ast.Decl:
		n.exprs(s.Values)
		for _, v := range s.Vars {
			n.typ(v.Type)
			if !v.Blank() {
				n.declare(v)
			}
		}
	case *ast.If:
		if sw := typeSwitchOf(s); sw != nil {
			n.typeSwitch(sw)
			return
		}
		n.push()
		if s.Init != nil {
			n.stmt(s.Init)
		}
		if _, c := asksMap(s); c != nil {
			n.exprs(c.Args)
		} else {
			n.expr(s.Cond)
		}
		n.block(s.Then)
		if s.Else != nil {
			n.block(s.Else)
		}
		n.pop()
	case *ast.For:
		n.push()
		if s.Init != nil {
			n.stmt(s.Init)
		}
		n.expr(s.Cond)
		if s.Post != nil {
			n.stmt(s.Post)
		}
		n.block(s.Body)
		n.pop()
	case *ast.Range:
		if s.IsParallel() {
			n.typ(types.Typ[types.Int]) // of the parameters of the function literal
			n.paths[runtimePath] = append(n.paths[runtimePath], n.pos)
		}
		n.expr(s.X)
		n.push()
		for _, e := range []ast.Expr{s.Key, s.Value} {
			if r, ok := e.(*ast.Ref); ok && s.Define {
				n.declare(r.Var)
			} else {
				n.expr(e)
			}
		}
		n.block(s.Body)
		n.pop()
	case *ast.Return:
		n.exprs(s.Results)
		if len(s.Results) == 0 {
			// It names all results, none of which may be hidden there.
			for _, v := range n.fn.Results {
				n.use(v)
			}
		}
	case *ast.Do:
		n.expr(s.Call)
	case *ast.Block:
		n.block(s)
	case *ast.Branch:
	default:
		panic(fmt.Sprintf("printer: %T", s))
	}
}

func (n *namer) assigned(s *ast.Assign) {
	for _, e := range s.Lhs {
		if r, ok := e.(*ast.Ref); ok && s.Op == token.DEFINE && r.Again && n.vars[r.Var] != nil {
			if n.vars[r.Var].scope != n.open[len(n.open)-1].id {
				n.apart[s] = true
			}
		}
	}
	if n.apart[s] {
		for _, e := range s.Lhs {
			if isNew(e) {
				n.typ(e.Type())
			}
		}
	}
	for i, e := range s.Lhs {
		if r, ok := e.(*ast.Ref); ok && s.Op == token.DEFINE && !r.Again {
			if len(s.Lhs) == len(s.Rhs) {
				if _, untyped := ast.UntypedKind(s.Rhs[i]); untyped {
					n.typ(r.Var.Type)
				}
			}
			n.declare(r.Var)
			continue
		}
		n.expr(e)
	}
}

func (n *namer) exprs(list []ast.Expr) {
	for _, e := range list {
		n.expr(e)
	}
}

func (n *namer) expr(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ref:
			n.use(e.Var)
		case *ast.Name:
			n.object(e.Obj)
		case *ast.Call:
			n.callee(e)
		case *ast.Convert:
			n.typ(e.T)
		case *ast.Composite:
			n.typ(e.T)
		}
		return true
	})
}

// mapCall notes the names that a call of a builtin for maps takes.
func (n *namer) mapCall(c *ast.Call) {
	n.pos++
	switch c.Fun.Builtin {
	case ast.MapHas:
		n.paths[runtimePath] = append(n.paths[runtimePath], n.pos)
	case ast.MapCount:
		n.outer["len"] = append(n.outer["len"], n.pos)
	case ast.MapKeys:
		n.paths["slices"] = append(n.paths["slices"], n.pos)
		n.paths["maps"] = append(n.paths["maps"], n.pos)
	case ast.MapRemove, "delete":
		n.outer["delete"] = append(n.outer["delete"], n.pos)
	}
}

func (n *namer) callee(e *ast.Call) {
	if _, t, ok := ast.IsTest(e); ok {
		n.typ(t)
		n.pos++
		n.paths[runtimePath] = append(n.paths[runtimePath], n.pos)
		return
	}
	if c, _, ok := ast.IsMapCall(e); ok {
		n.mapCall(c)
		return
	}
	if ast.IsRunes(e) {
		n.pos++
		n.paths[runtimePath] = append(n.paths[runtimePath], n.pos)
		return
	}
	if _, ok := ast.IsAssertion(e); ok {
		n.typ(e.T)
		return
	}
	switch f := e.Fun; {
	case f.As != nil:
		n.object(f.As)
		for _, t := range f.TypeArgs {
			n.typ(t)
		}
		return
	case f.Builtin == "make":
		n.typ(e.T)
		n.pos++
		n.outer["make"] = append(n.outer["make"], n.pos)
	case f.Builtin == "new":
		if len(e.Args) == 0 {
			n.typ(ast.Pointee(e.T))
		}
		n.pos++
		n.outer["new"] = append(n.outer["new"], n.pos)
	case f.Builtin != "":
		n.pos++
		n.outer[f.Builtin] = append(n.outer[f.Builtin], n.pos)
	case f.Method:
	case f.Fn != nil:
		n.object(f.Fn)
		for _, t := range f.TypeArgs {
			n.typ(t)
		}
	case f.Gen != nil:
		n.pos++
		n.gens[f.Gen.Name] = append(n.gens[f.Gen.Name], n.pos)
	case f.Copied != "":
		n.pos++
		n.paths[runtimePath] = append(n.paths[runtimePath], n.pos)
	}
}

// assign gives every variable its name: the user's first.
func (n *namer) assign(im *imports) {
	taken := map[string][]int{} // names of the world outside and where they are used
	add := func(name string, at []int) { taken[name] = append(taken[name], at...) }
	for name, at := range n.outer {
		add(name, at)
	}
	for name, at := range n.gens {
		add(name, at)
	}
	for obj, at := range n.objs {
		if obj.Pkg() == im.pkg {
			add(obj.Name(), at)
		} else {
			add(im.names[obj.Pkg().Path()], at)
		}
	}
	for path, at := range n.paths {
		add(im.names[path], at)
	}
	for _, at := range taken {
		sort.Ints(at)
	}
	n.world = taken
	byName := map[string][]*declared{}
	for _, users := range []bool{true, false} {
		for _, d := range n.order {
			if (d.v.Obj != nil) == users {
				name := n.choose(d, taken, byName)
				n.names[d.v] = name
				byName[name] = append(byName[name], d)
			}
		}
	}
}

func (n *namer) choose(d *declared, taken map[string][]int, byName map[string][]*declared) string {
	base := d.v.Name
	if base == "_" || base == "" {
		return "_"
	}
	name := base
	tried := fmt.Sprint(base, d.scope)
	for k := max(2, n.last[tried]); ; k++ {
		n.last[tried] = k
		if !token.IsKeyword(name) && !within(taken[name], d.from, d.to) && !slices.ContainsFunc(byName[name], d.clashes) {
			return name
		}
		name = fmt.Sprint(strings.TrimRight(base, "0123456789"), k)
		if strings.TrimRight(base, "0123456789") == "" {
			name = fmt.Sprint("v", k)
		}
	}
}

// clashes reports whether two variables cannot have one name.
func (d *declared) clashes(e *declared) bool {
	switch {
	case d.scope == e.scope:
		return true
	case e.from > d.from && e.to <= d.to: // e is inside of d
		return within(d.uses, e.from, e.to)
	case d.from > e.from && d.to <= e.to:
		return within(e.uses, d.from, d.to)
	}
	return false
}

// within reports whether one of the ascending places lies between from and to.
func within(places []int, from, to int) bool {
	i := sort.SearchInts(places, from)
	return i < len(places) && places[i] <= to
}

const runtimePath = "github.com/godiff/godiff/runtime"

// imports are the packages that an output names.
type imports struct {
	pkg   *types.Package
	paths map[string]string // path → name of the package
	names map[string]string // path → what it is called here
	outer map[string]bool   // predeclared names that are used
}

func newImports(pkg *types.Package) *imports {
	return &imports{pkg: pkg, paths: map[string]string{}, names: map[string]string{}, outer: map[string]bool{}}
}

func (im *imports) add(p *types.Package) {
	if p != nil && p != im.pkg {
		im.paths[p.Path()] = p.Name()
	}
}

func (im *imports) use(n *namer) {
	for obj := range n.objs {
		im.add(obj.Pkg())
	}
	for name := range n.outer {
		im.outer[name] = true
	}
	for p := range n.paths {
		im.paths[p] = path.Base(p)
	}
}

func (im *imports) useType(t types.Type) {
	ast.EachTypeName(t, func(obj *types.TypeName) {
		im.add(obj.Pkg())
		if obj.Pkg() == nil {
			im.outer[obj.Name()] = true
		}
	})
}

func (im *imports) useText(text []ast.TextPart) {
	for _, part := range text {
		switch {
		case part.Object == nil:
		case part.Object.Pkg() == nil:
			im.outer[part.Object.Name()] = true
		default:
			im.add(part.Object.Pkg())
		}
	}
}

// HiddenNames are declarations of a package that hide predeclared names which its derivatives need.
type HiddenNames []types.Object

// Error implements error.
func (h HiddenNames) Error() string {
	return fmt.Sprintf("the package declares %s, which hides the predeclared %s that its derivatives need", h[0].Name(), h[0].Name())
}

// check returns HiddenNames if there are any.
func (im *imports) check() error {
	var hidden HiddenNames
	for _, name := range slices.Sorted(maps.Keys(im.outer)) {
		if obj := im.pkg.Scope().Lookup(name); obj != nil {
			hidden = append(hidden, obj)
		}
	}
	if hidden == nil {
		return nil
	}
	return hidden
}

// name decides what each package is called: by its own name, unless the package or a variable of the user's in a
// function that names it has that one.
func (im *imports) name(namers []*namer) {
	used := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(im.paths)) {
		base := im.paths[path]
		if path == runtimePath {
			base = "godiff"
		}
		name := base
		for k := 2; used[name] || im.outer[name] || im.pkg.Scope().Lookup(name) != nil || im.hidden(name, path, namers); k++ {
			name = fmt.Sprint(base, k)
		}
		used[name] = true
		im.names[path] = name
	}
}

// hidden reports whether a variable of the user's has a name in a function that uses the package.
func (im *imports) hidden(name, path string, namers []*namer) bool {
	for _, n := range namers {
		uses := len(n.paths[path]) > 0
		for obj := range n.objs {
			uses = uses || obj.Pkg() != nil && obj.Pkg().Path() == path
		}
		if uses && slices.ContainsFunc(n.order, func(d *declared) bool { return d.v.Obj != nil && d.v.Name == name }) {
			return true
		}
	}
	return false
}

func (im *imports) qualify(p *types.Package) string {
	if p == im.pkg {
		return ""
	}
	return im.names[p.Path()]
}

// object is how an object of a package, or a predeclared one, is written.
func (im *imports) object(obj types.Object) string {
	if obj.Pkg() == nil || obj.Pkg() == im.pkg {
		return obj.Name()
	}
	return im.names[obj.Pkg().Path()] + "." + obj.Name()
}

func (im *imports) runtime() string { return im.names[runtimePath] }

// standard is what a package that printing brings in is called.
func (im *imports) standard(path string) string { return im.names[path] }

// decl is the import declaration.
func (im *imports) decl() string {
	specs := map[string]string{}
	for path, own := range im.paths {
		spec := quote(path)
		if name := im.names[path]; name != own {
			spec = name + " " + spec
		}
		specs[spec] = path
	}
	return importDecl(specs)
}

// importDecl writes the declaration of imports, whose paths are given by how they are written, the standard library before others.
func importDecl(specs map[string]string) string {
	if len(specs) == 0 {
		return ""
	}
	if len(specs) == 1 {
		for spec := range specs {
			return fmt.Sprintf("\nimport %s\n", spec)
		}
	}
	var b strings.Builder
	b.WriteString("\nimport (\n")
	for _, std := range []bool{true, false} {
		for _, spec := range slices.SortedFunc(maps.Keys(specs), func(a, b string) int { return cmp.Compare(specs[a], specs[b]) }) {
			if isStandard(specs[spec]) == std {
				fmt.Fprintln(&b, spec)
			}
		}
		b.WriteByte('\n')
	}
	b.WriteString(")\n")
	return b.String()
}

// isStandard reports whether a path looks like one of the standard library: its first element has no dot.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
