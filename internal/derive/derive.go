// Package derive writes the derivatives that a package asks for: it takes functions from the loader through lowering,
// transformation and printing.
package derive

import (
	"cmp"
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"go/version"
	"maps"
	"os"
	"runtime/debug"
	"slices"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/ast/printer"
	"github.com/godiff/godiff/transform"
)

// Options say how to derive. All fields are optional.
type Options struct {
	Disable  []string        // passes to leave out
	Taken    map[string]bool // names that are declared beside the package: in its tests or, for these, in its outputs
	Thorough bool            // what cannot be differentiated is looked at to its end, and all that is wrong with it is said

	Lowered func(file string, f *ast.Func) // is told of functions that are lowered, now and then again, and of the files that declare them
}

// Stages returns what Show can print instead of a derivative: the lowered function, or the code after one of the passes.
func Stages() []string { return append([]string{"lower"}, transform.Passes()...) }

// WrongPass returns a name among those of the passes to leave out that is not one of an optional pass, or "".
func WrongPass(opt Options) string {
	for _, name := range opt.Disable {
		if !transform.Optional(name) {
			return name
		}
	}
	return ""
}

// A deriver derives the functions of one package.
type deriver struct {
	prog      *lower.Program
	pkg       *lower.Package
	unit      *transform.Unit
	diags     []lower.Diagnostic
	funcs     map[*types.Func]*ast.Func
	instances *lower.Instances
	lib       *library                           // see library
	why       map[*types.Func][]lower.Diagnostic // of functions that cannot be lowered
	at        *types.Func                        // the function that is derived
	opt       Options

	values map[*types.Var]*valueText  // see valueOf
	uses   map[*lower.Package]varUses // see usesIn

	scopes  map[*lower.Package][]*transform.Scope // what a package says and what its imports say
	holding map[*types.Package][]*transform.Scope // what holds for calls in a package
}

func newDeriver(prog *lower.Program, pkg *lower.Package, opt Options) *deriver {
	d := &deriver{
		prog: prog, pkg: pkg, opt: opt, instances: prog.Instances(pkg), funcs: map[*types.Func]*ast.Func{}, why: map[*types.Func][]lower.Diagnostic{},
		values: map[*types.Var]*valueText{}, uses: map[*lower.Package]varUses{},
		scopes: map[*lower.Package][]*transform.Scope{}, holding: map[*types.Package][]*transform.Scope{},
	}
	book := prog.Keep("rules", func() any {
		book, err := ownRules(prog)
		if err != nil {
			panic(fmt.Sprintf("derive: %v", err))
		}
		return book
	}).(*transform.Rules)
	d.unit = transform.NewUnit(pkg.Types, d.told, book)
	d.unit.Replaceable = d.replaceable
	d.unit.Lifted = d.lifted
	d.unit.Source, d.unit.Opened = d.hasSource, d.opened
	d.unit.Value = d.valueOf
	d.unit.Derivative = func(fn *types.Func) bool { return prog.Generated(fn) != nil }
	d.unit.Thorough = opt.Thorough
	for name := range opt.Taken {
		d.unit.Take(name)
	}
	for _, pass := range opt.Disable {
		d.unit.Disable[pass] = true
	}
	for _, t := range prog.Remembered() {
		d.unit.Remembers(t)
	}
	d.unit.Scopes = d.scopesFor
	d.unit.Instances = d.instances
	return d
}

// scopesFor returns what users say by directives of functions that a package calls: in the package that derivatives are written for, in
// what it imports and, of a callee of another package, in that one and what it imports.
func (d *deriver) scopesFor(from *types.Package) []*transform.Scope {
	list, ok := d.holding[from]
	if !ok {
		list = d.scopesOf(d.pkg)
		if pkg := d.prog.PackageOf(from); pkg != nil && pkg != d.pkg {
			list = slices.Concat(list, d.scopesOf(pkg))
		}
		if d.lib != nil && from == d.lib.src.Pkg {
			list = append([]*transform.Scope{d.lib.scope}, list...)
		}
		list = slices.DeleteFunc(slices.Clone(list), (*transform.Scope).Empty)
		d.holding[from] = list
	}
	return list
}

// scopesOf returns what a package says of functions, and what those say that it imports.
func (d *deriver) scopesOf(pkg *lower.Package) []*transform.Scope {
	if list, ok := d.scopes[pkg]; ok {
		return list
	}
	own := d.scope(slices.Concat(pkg.Inherited, pkg.Directives))
	d.scopes[pkg] = []*transform.Scope{own, d.scope(pkg.Imported)}
	return d.scopes[pkg]
}

// scope returns a scope with the rules and constants among directives. A rule need not be in the language that is differentiated.
func (d *deriver) scope(directives []*lower.Directive) *transform.Scope {
	s := transform.NewScope()
	for _, dir := range directives {
		switch dir.Verb {
		case "nodiff":
			s.AddConstant(dir.Fn)
		case "shadow":
			s.AddOpaque(&transform.Opaque{Of: dir.OfType, Shadow: dir.Fn})
		case "add":
			s.AddOpaque(&transform.Opaque{Of: dir.OfType, Add: dir.Fn})
		case "copy":
			s.AddOpaque(&transform.Opaque{Of: dir.OfType, Copy: dir.Fn})
		case "derivative", "backward":
			s.Add(&transform.Rule{Fn: dir.Fn, Func: d.lower(dir.Fn), Of: dir.Of, Wrt: dir.RuleWrt, Forward: dir.RuleMode == ast.JVP, Saving: dir.Saving, Writes: dir.Writes, Sets: dir.Sets,
				InPlace: dir.InPlace, Returns: dir.Returns})
		}
	}
	return s
}

// told is lower, of which the options want to be told.
func (d *deriver) told(fn *types.Func) *ast.Func {
	f := d.lower(fn)
	if f != nil && d.opt.Lowered != nil {
		d.opt.Lowered(d.prog.Fset.Position(f.Pos).Filename, f)
	}
	return f
}

// lower lowers a function of the package or of another one of the module, once. A function without source here has no
// derivation, nor has one of another package that a build constraint could replace: its derivative would be part of every build.
func (d *deriver) lower(fn *types.Func) *ast.Func {
	if f, ok := d.funcs[fn]; ok {
		return f
	}
	d.funcs[fn] = nil
	report := func(pos token.Pos, msg string) { d.why[fn] = append(d.why[fn], d.diag(pos, msg)) }
	if d.instances.Dispatches(fn) {
		d.funcs[fn] = d.instances.Dispatcher(d.source(d.pkg), fn, report)
		return d.funcs[fn]
	}
	if of := d.inLibrary(fn); of != nil {
		d.funcs[fn] = d.lowerLibrary(fn, of)
		return d.funcs[fn]
	}
	if f := d.instances.Made(fn); f != nil {
		d.funcs[fn] = f
		return f
	}
	pkg, file, decl := d.prog.Decl(d.instances.Origin(fn))
	if decl == nil || !d.prog.HasSource(fn, d.instances) || pkg != d.pkg && file.Constraint != "" {
		return nil
	}
	if file.ImportsC() {
		report(decl.Name.Pos(), fmt.Sprintf("%s stands in a file that imports C, which cannot be differentiated: give it a rule with //godiff:derivative of=%s in another file", fn.Name(), fn.Name()))
		return nil
	}
	if v := languageOf(pkg, file); tooOld(v) {
		shared := lower.SharedVariable(decl.Body, pkg.Info)
		switch {
		case pkg == d.pkg:
			report(decl.Name.Pos(), fmt.Sprintf("%s is of %s, but derivatives need %s or later: say so in go.mod or in the file's go:build line", fn.Name(), v, oldest))
			return nil
		case shared != nil:
			report(shared.Pos(), fmt.Sprintf("%s is of %s, in which the iterations of a loop share its variables, and it keeps %s for longer than one: give %s a rule, or have its module say %s or later", fn.Name(), v, shared.Name(), fn.Name(), oldest))
			return nil
		}
	}
	src := d.sourceFor(pkg, file)
	f := lower.Func(src, decl, d.instances.Of(fn), report)
	if f != nil && f.What == "" && pkg.Types.Path() != d.pkg.Types.Path() {
		f.What = elsewhere(f)
	}
	d.checkTypes(pkg, file, decl, report)
	if len(d.why[fn]) > 0 {
		f = nil
	}
	if f != nil {
		f = d.instances.InPlace(f, d.lower, func(over *types.Func) bool { return d.standsBeside(over, pkg, file) })
	}
	d.funcs[fn] = f
	return f
}

// readable reports whether a function of a file may be lowered as part of one of another package: it means what it would in Go of today, in
// every build.
func (d *deriver) readable(pkg *lower.Package, file *lower.File, decl *goast.FuncDecl) bool {
	return pkg != d.pkg && !pkg.NoBodies && file.Constraint == "" && !file.ImportsC() &&
		(!tooOld(languageOf(pkg, file)) || lower.SharedVariable(decl.Body, pkg.Info) == nil)
}

// languageOf returns the version of the language that a file is written in.
func languageOf(pkg *lower.Package, file *lower.File) string {
	return pkg.Info.FileVersions[file.Syntax]
}

func tooOld(v string) bool { return version.IsValid(v) && version.Compare(v, oldest) < 0 }

// standsBeside reports whether the body of a function may be copied into one of a file: it is of the same package and part of every build
// that the file is part of, and no directive says something else of it.
func (d *deriver) standsBeside(fn *types.Func, pkg *lower.Package, file *lower.File) bool {
	of := d.instances.Origin(fn)
	in, from, decl := d.prog.Decl(of)
	return decl != nil && in == pkg && (from == file || from.Constraint == "") &&
		!slices.ContainsFunc(slices.Concat(pkg.Inherited, pkg.Directives, pkg.Imported), func(dir *lower.Directive) bool {
			return dir.Of == of || dir.Verb == "nodiff" && dir.Fn == of
		})
}

// elsewhere is how documentation calls a function of another package.
func elsewhere(f *ast.Func) string {
	name := f.Name
	if recv := f.RecvName(); recv != "" {
		name = recv + "." + name
	}
	return fmt.Sprintf("[%s.%s]", f.Pkg.Name(), name)
}

// lifted reports whether the output must hold a function where it calls it: one that is declared nowhere, is one of the library's own, or
// is not exported by the package that declares it, or not for here.
func (d *deriver) lifted(fn *types.Func) bool {
	if d.instances.Lifted(fn) || d.ownOfLibrary(fn) {
		return true
	}
	of := d.instances.Origin(fn)
	if of.Pkg() == nil || of.Pkg().Path() == d.pkg.Types.Path() || !d.prog.HasSource(of, d.instances) {
		return false
	}
	return !ast.Exported(of) || of.Signature().Recv() == nil && !ast.Importable(of.Pkg().Path(), d.pkg.Types.Path())
}

// sourceFor returns what lowering needs to know for a function of a file: of those that it looks into, in place of calls, the file must be part of
// every build that its own is part of, and mean the same there.
func (d *deriver) sourceFor(pkg *lower.Package, file *lower.File) *lower.Source {
	src := d.source(pkg)
	src.Derived = file.Derived
	declared := src.Decl
	src.Decl = func(fn *types.Func) *goast.FuncDecl {
		decl := declared(fn)
		if decl == nil {
			return nil
		}
		_, from, _ := d.prog.Decl(fn)
		if from.Constraint != "" && from.Constraint != file.Constraint || !d.sameTypes(pkg, from, decl) {
			return nil
		}
		return decl
	}
	return src
}

// source returns what lowering needs to know of a package.
func (d *deriver) source(pkg *lower.Package) *lower.Source {
	src := d.prog.Source(pkg, d.instances)
	src.HasSource, src.Elsewhere, src.Copied = d.hasSource, d.elsewhere, d.copied
	src.FuncVar = func(v *types.Var) goast.Expr { return d.functionVar(pkg, v) }
	src.Body = func(name string) *types.Func {
		rule := func(dir *lower.Directive) bool { return dir.Of != nil && dir.Of.FullName() == name }
		for _, list := range [][]*lower.Directive{pkg.Inherited, pkg.Directives, pkg.Imported, d.pkg.Directives, d.pkg.Imported} {
			if slices.ContainsFunc(list, rule) {
				return nil // the user's rule comes first
			}
		}
		return d.body(name)
	}
	return src
}

// oldest is the oldest version of the language that is written: before it, range over an integer was not there. Before it, too, the iterations of a
// loop shared its variables; functions of other packages for which that makes a difference are not understood.
const oldest = "go1.22"

// refused adds the diagnostic of a refusal; one without a position is reported at fn.
func (d *deriver) refused(err error, fn *types.Func) {
	pos := token.NoPos
	if r, ok := err.(*transform.Refusal); ok {
		for _, more := range r.More {
			d.refused(more, fn)
		}
		if why := d.why[r.Callee]; r.Callee != nil && len(why) > 0 {
			d.diags = append(d.diags, why...)
			return
		}
		pos = r.Pos
	}
	if !pos.IsValid() {
		pos = fn.Pos()
	}
	d.diags = append(d.diags, d.diag(pos, err.Error()))
}

// diag returns a diagnostic. One in a derivative is reported at the function whose derivative it is needed for.
func (d *deriver) diag(pos token.Pos, msg string) lower.Diagnostic {
	for _, pkg := range d.prog.Sources() {
		for _, file := range pkg.Files {
			if !file.Derived || !holds(file, pos) {
				continue
			}
			for _, decl := range file.Syntax.Decls {
				if fn, ok := decl.(*goast.FuncDecl); ok && fn.Pos() <= pos && pos < fn.End() {
					msg = fmt.Sprintf("the derivative of %s, which %s needs, cannot be differentiated: %s", fn.Name.Name, d.at.Name(), msg)
				}
			}
			pos = d.at.Pos()
		}
	}
	return d.prog.Diag(pos, "%s", msg)
}

// mistaken makes a mistake of the compiler, a panic, a diagnostic at the function that it came to light with, and of the outputs none.
func (d *deriver) mistaken(out *map[string][]byte, diags *[]lower.Diagnostic) {
	if mistake := recover(); mistake != nil {
		if d.at == nil {
			panic(mistake)
		}
		trace := ""
		if os.Getenv("GODIFF_TRACE") != "" {
			trace = "\n" + string(debug.Stack())
		}
		*out = nil
		*diags = append(d.diags, d.prog.Diag(d.at.Pos(), "internal error: %s: %v%s", d.at.Name(), mistake, trace))
	}
}

// derive derives one function, or returns nil and leaves a diagnostic.
func (d *deriver) derive(req Request, name string) *ast.Func {
	fn := req.Fn
	d.at, d.unit.Plain = fn, req.Plain
	if _, file, _ := d.prog.Decl(fn); file != nil {
		d.unit.File = file.Output
	}
	if req.Gradient != nil {
		fn = req.Gradient
	}
	fn = d.instances.Generic(fn)
	f := d.unit.Direct(fn, req.Mode)
	if f == nil {
		f = d.told(fn)
	}
	if f == nil {
		d.diags = append(d.diags, d.why[fn]...)
		if len(d.why[fn]) == 0 {
			d.diags = append(d.diags, d.prog.Diag(fn.Pos(), "%s has no source here", fn.Name()))
		}
		return nil
	}
	var g *ast.Func
	var err error
	if req.Gradient != nil {
		g, err = d.unit.DeriveSecond(f, d.told(d.instances.Generic(req.Fn)), req.Mode, req.Wrt, name)
	} else {
		g, err = d.unit.Derive(f, req.Mode, req.Wrt, name)
	}
	if err != nil {
		d.refused(err, fn)
		return nil
	}
	if d.unit.Stage == "" {
		verify(g)
	}
	return g
}

// verify panics where a derivative breaks the rules of the representation.
func verify(g *ast.Func) {
	if err := ast.Verify(g); err != nil {
		panic(fmt.Sprintf("derive: %v\n%s", err, ast.Dump(g)))
	}
}

// Package returns the outputs of pkg, complete and formatted, by path, and what cannot be differentiated.
func Package(prog *lower.Program, pkg *lower.Package, opt Options) (map[string][]byte, []lower.Diagnostic) {
	r := newRounds(prog, opt)
	r.want(pkg)
	diags := r.diags
	outputs := map[string][]byte{}
	err := r.Run(func() {
		for _, p := range prog.Packages {
			if len(diags) > 0 {
				return
			}
			out, wrong := r.Package(p, opt)
			if p == pkg {
				maps.Copy(outputs, out)
				diags = wrong
			}
		}
	})
	if err != nil {
		return nil, []lower.Diagnostic{prog.Diag(token.NoPos, "%v", err)}
	}
	if len(diags) > 0 || len(outputs) == 0 {
		return nil, diags
	}
	return r.Asked(outputs), nil
}

// Outputs returns the outputs of pkg as they would be if the directives that generate derivatives were those among asked, and what these
// call were there as source.
func Outputs(prog *lower.Program, pkg *lower.Package, asked []*lower.Directive, opt Options) (map[string][]byte, []lower.Diagnostic) {
	asked = slices.DeleteFunc(slices.Clone(asked), func(d *lower.Directive) bool { return !d.Generates })
	if len(asked) == 0 {
		return nil, nil
	}
	return newDeriver(prog, pkg, opt).outputs(asked)
}

// outputs derives all that is asked for.
func (d *deriver) outputs(asked []*lower.Directive) (out map[string][]byte, diags []lower.Diagnostic) {
	defer d.mistaken(&out, &diags)
	decls := map[*lower.File][]any{}
	var first *lower.File
	for _, dir := range asked {
		if first == nil || dir.File.Output < first.Output {
			first = dir.File
		}
		if g := d.derive(Request{Fn: dir.Fn, Mode: dir.Mode, Wrt: dir.Wrt, Plain: dir.Plain, Gradient: dir.Gradient}, dir.Name); g != nil {
			for _, f := range d.unit.With(g) {
				verify(f)
				decls[dir.File] = append(decls[dir.File], f)
			}
		}
	}
	d.addHelpers(asked, decls, first)
	if len(d.diags) > 0 {
		return nil, lower.SortDiagnostics(d.diags)
	}
	return d.print(decls)
}

// addHelpers adds the derivatives of callees to the outputs of the files that declare them, and others to the outputs that need them first.
func (d *deriver) addHelpers(asked []*lower.Directive, decls map[*lower.File][]any, first *lower.File) {
	helpers, err := d.unit.Helpers()
	if err != nil {
		d.blame(err, asked)
		return
	}
	users := usersOf(decls)
	var rules []*ast.Func
	for _, h := range helpers {
		if h.Of == nil && h.File == "" {
			rules = append(rules, h.Funcs...)
			continue
		}
		file := d.homeOf(h, users, first)
		for _, t := range h.Types {
			decls[file] = append(decls[file], t)
		}
		for _, f := range h.Funcs {
			verify(f)
			decls[file] = append(decls[file], f)
		}
		for _, v := range h.Vars {
			decls[file] = append(decls[file], v)
		}
	}
	for _, f := range rules {
		verify(f)
		file := firstOf(users[f])
		decls[file] = append(decls[file], f)
	}
}

// homeOf returns the file to whose output a helper goes: the one that declares the callee, else the first that needs it. But what only files
// with build constraints need goes to one of these, so that the output of another does not depend on the build.
func (d *deriver) homeOf(h *transform.Helper, users map[*ast.Func]map[*lower.File]bool, first *lower.File) *lower.File {
	needing := map[*lower.File]bool{}
	for _, f := range h.Funcs {
		maps.Copy(needing, users[f])
	}
	file := firstOf(needing)
	if file == nil {
		file = d.fileOf(h.File)
	}
	if h.Of != nil {
		if pkg, own, _ := d.prog.Decl(d.instances.Origin(h.Of)); pkg == d.pkg && (own.Constraint != "" || file.Constraint == "") {
			file = d.fileOf(own.Output)
		}
	}
	if d.pkg.ForTest != "" && !file.Test() {
		return first // only a test asks for it
	}
	return file
}

// usersOf returns, for each function of ours, the files whose derivatives call it, or call what does.
func usersOf(decls map[*lower.File][]any) map[*ast.Func]map[*lower.File]bool {
	users := map[*ast.Func]map[*lower.File]bool{}
	var needs func(f *ast.Func, file *lower.File)
	needs = func(f *ast.Func, file *lower.File) {
		for _, g := range transform.CalledGen(f) {
			if users[g] == nil {
				users[g] = map[*lower.File]bool{}
			}
			if !users[g][file] {
				users[g][file] = true
				needs(g, file)
			}
		}
	}
	for file, list := range decls {
		for _, d := range list {
			if f, ok := d.(*ast.Func); ok {
				needs(f, file)
			}
		}
	}
	return users
}

// firstOf returns the first of some files by name, one without a build constraint if there is any, or nil.
func firstOf(files map[*lower.File]bool) *lower.File {
	if len(files) == 0 {
		return nil
	}
	rank := func(f *lower.File) string {
		if f.Constraint == "" {
			return "0" + f.Output
		}
		return "1" + f.Output
	}
	return slices.MinFunc(slices.Collect(maps.Keys(files)), func(a, b *lower.File) int { return cmp.Compare(rank(a), rank(b)) })
}

// blame adds the diagnostics of derivatives of which one needs a helper that is refused: each is derived alone, to tell which.
func (d *deriver) blame(err error, asked []*lower.Directive) {
	n := len(d.diags)
	if len(asked) > 1 {
		for _, dir := range asked {
			_, diags := Outputs(d.prog, d.pkg, []*lower.Directive{dir}, d.opt)
			d.diags = append(d.diags, diags...)
		}
	}
	if len(d.diags) == n {
		d.refused(err, asked[0].Fn)
	}
}

// fileOf returns the file of the package with the given output, which people have written.
func (d *deriver) fileOf(output string) *lower.File {
	i := slices.IndexFunc(d.pkg.Files, func(f *lower.File) bool { return f.Output == output })
	return d.pkg.Files[i]
}

func (d *deriver) print(decls map[*lower.File][]any) (map[string][]byte, []lower.Diagnostic) {
	outputs := map[string][]byte{}
	for _, file := range d.pkg.Files {
		list := decls[file]
		if len(list) == 0 {
			continue
		}
		out := &printer.File{Pkg: d.pkg.Types, Constraint: file.Constraint, Decls: list, Same: d.standIns()}
		src, err := out.Source()
		if err != nil {
			d.hidden(err)
			continue
		}
		outputs[file.Output] = src
	}
	if len(d.diags) > 0 {
		return nil, d.diags
	}
	return outputs, nil
}

// standIns returns the types that the output names in place of others.
func (d *deriver) standIns() map[*types.Named]types.Type {
	same := maps.Clone(d.instances.Originals())
	for t, of := range d.unit.Same {
		same[t] = of
	}
	return same
}

// hidden adds a diagnostic for each name that the printer finds hidden.
func (d *deriver) hidden(err error) {
	names, ok := err.(printer.HiddenNames)
	if !ok {
		panic(fmt.Sprintf("derive: %v", err))
	}
	for _, by := range names {
		pos := by.Pos()
		if fn, ok := by.(*types.Func); ok && d.prog.Generated(fn) != nil {
			pos = d.prog.Generated(fn).Pos
		}
		d.diags = append(d.diags, d.prog.Diag(pos, "this hides the predeclared %s, which derivatives of this package need; give it another name", by.Name()))
	}
}

// A Request names a derivative: of a function in a mode with respect to the inputs wrt.
type Request struct {
	Fn    *types.Func
	Mode  ast.Mode
	Wrt   []int
	Stage string // of Show: what to show instead of the derivative

	Plain    bool        // the derivative is to be derived: see transform.Unit
	Gradient *types.Func // of a mode of second order: the gradient of Fn, which is there as source
}

// name returns the name of the derivative.
func (r *Request) name() string { return r.Fn.Name() + r.Mode.Suffix() }

// Show returns a derivative, or what a stage makes of it.
func Show(prog *lower.Program, pkg *lower.Package, req Request, opt Options) (text string, diags []lower.Diagnostic) {
	d := newDeriver(prog, pkg, opt)
	defer d.mistaken(new(map[string][]byte), &diags)
	if req.Stage == "lower" {
		f := d.lower(req.Fn)
		if f == nil {
			return "", append(d.diags, d.why[req.Fn]...)
		}
		return ast.Dump(f), nil
	}
	d.unit.Stage = req.Stage
	g := d.derive(req, req.name())
	if g == nil {
		return "", d.diags
	}
	if req.Stage != "" {
		return d.unit.Traced, nil
	}
	if _, err := d.unit.Helpers(); err != nil {
		d.refused(err, req.Fn)
		return "", d.diags
	}
	out, err := printer.Func(pkg.Types, g, d.standIns())
	if err != nil {
		d.hidden(err)
		return "", d.diags
	}
	return out.Source, nil
}
