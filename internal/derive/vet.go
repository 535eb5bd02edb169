package derive

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/transform"
)

// Vet returns what looks like a mistake in the packages of one directory, a package with its test variants, although it can be
// differentiated: where derivatives end, and rules without use. The packages are as they were loaded; the rounds are over, so that the
// derivatives which functions call are there.
func (r *Rounds) Vet(prog *lower.Program, packages []*lower.Package) []lower.Diagnostic {
	diags := unused(prog, packages)
	for _, pkg := range packages {
		diags = append(diags, newDeriver(r.prog, r.prog.Package(pkg.ID), r.opt).losses(pkg.Directives)...)
	}
	return diags
}

// VetOne returns what is for sure wrong with a package of which no more than lower.LoadOne loads is known. Where it imports packages
// outside the standard library, which have source and perhaps rules, that is only where derivatives end, whatever those packages do.
func VetOne(prog *lower.Program) []lower.Diagnostic {
	pkg := prog.Packages[0]
	switch {
	case !pkg.Compiles():
		return nil // the compiler says so, or what is wrong is how it was loaded
	case pkg.Failed:
		return prog.Diags
	}
	if foreign := foreignFuncs(pkg); foreign != nil {
		d := newDeriver(prog, pkg, Options{})
		scope := transform.NewScope()
		for _, fn := range foreign {
			scope.AddConstant(fn)
		}
		d.scopes[pkg] = append(d.scopesOf(pkg), scope)
		return d.losses(pkg.Directives)
	}
	r, diags := NewRounds(prog, Options{Thorough: true})
	if len(diags) > 0 {
		return diags
	}
	err := r.Run(func() {
		_, refused := r.Package(pkg, r.opt)
		diags = append(diags, refused...)
	})
	if err != nil {
		return diags // the derivatives import what the package does not, which is not there
	}
	return append(diags, r.Vet(prog, prog.Packages)...)
}

// foreignFuncs returns the functions that a package names of packages outside the standard library, or nil if it imports none of
// them.
func foreignFuncs(pkg *lower.Package) []*types.Func {
	foreign := func(t *types.Package) bool {
		return t != nil && t != pkg.Types && !lower.Standard(t.Path())
	}
	if !slices.ContainsFunc(pkg.Types.Imports(), foreign) {
		return nil
	}
	list := []*types.Func{}
	for _, obj := range pkg.Info.Uses {
		if fn, ok := obj.(*types.Func); ok && foreign(fn.Pkg()) {
			list = append(list, fn)
		}
	}
	return list
}

// losses returns where the derivatives that directives ask for end, in the package.
func (d *deriver) losses(asked []*lower.Directive) (diags []lower.Diagnostic) {
	defer d.mistaken(new(map[string][]byte), &diags)
	for _, dir := range asked {
		of := declared(d.pkg, dir.Fn, dir.Fn.Name())
		if !dir.Generates || of == nil {
			continue
		}
		d.at, d.unit.File = of, dir.File.Output
		fn := d.instances.Generic(of)
		if d.unit.Direct(fn, dir.Mode) != nil {
			continue // a rule or a nodiff says it all
		}
		if f := d.told(fn); f != nil {
			list, _ := d.unit.Losses(f, dir.Mode, dir.Wrt) // what is refused is said where it is derived
			for _, l := range list {
				diags = append(diags, d.loss(l)...)
			}
		}
	}
	return diags
}

// loss returns a loss in the user's files of the package as a diagnostic.
func (d *deriver) loss(l *transform.Loss) []lower.Diagnostic {
	if !slices.ContainsFunc(d.pkg.Files, func(f *lower.File) bool { return !f.Derived && holds(f, l.Pos) }) {
		return nil
	}
	expr := d.expr(l.Expr)
	switch l.Kind {
	case transform.Equality:
		return []lower.Diagnostic{d.prog.Diag(l.Pos, "%s decides which branch is differentiated: where both sides are equal, the derivative "+
			"is that of one branch alone, often not the slope that is meant; write one expression for both cases, "+
			"or, if it is meant, compare what a function with //godiff:nodiff returns, such as runtime.StopGradient", expr)}
	case transform.Conversion:
		return []lower.Diagnostic{d.prog.Diag(l.Pos, "%s drops a derivative: by way of the integer that of the result is zero; "+
			"keep a float, or, if it is meant, convert what a function with //godiff:nodiff returns, such as runtime.StopGradient", expr)}
	}
	panic(fmt.Sprintf("derive: loss %d", int(l.Kind)))
}

// unused returns the rules and nodiffs that only the packages of one directory could use, and none of them does.
func unused(prog *lower.Program, packages []*lower.Package) []lower.Diagnostic {
	used := map[token.Pos]bool{}
	var rules []*lower.Directive
	for _, pkg := range packages {
		u := newUses(prog, pkg)
		for _, dir := range slices.Concat(pkg.Inherited, pkg.Directives) {
			if of := ruled(dir); of != nil && !ast.Exported(dir.Fn) {
				rules = append(rules, dir)
				used[dir.Pos] = used[dir.Pos] || u.has(of)
			}
		}
	}
	var diags []lower.Diagnostic
	for _, dir := range rules {
		if used[dir.Pos] {
			continue
		}
		if dir.Verb == "nodiff" {
			diags = append(diags, prog.Diag(dir.Pos, "//godiff:nodiff is of no use: nothing that is differentiated calls %s; remove it", dir.Fn.Name()))
		} else {
			diags = append(diags, prog.Diag(dir.Pos, "the rule %s is never used: nothing that is differentiated in this package calls %s; remove it%s",
				dir.Fn.Name(), calledIn(dir), orExport(dir)))
		}
	}
	return diags
}

// calledIn is how a message in the package of a rule calls the function that it is for.
func calledIn(dir *lower.Directive) string {
	if dir.Of.Pkg() != dir.Fn.Pkg() {
		return dir.Of.FullName()
	}
	return dir.Of.Name()
}

// orExport is what else may be done about a rule that only its own package could use.
func orExport(dir *lower.Directive) string {
	if dir.Fn.Pkg().Name() == "main" || !ast.Exported(dir.Of) {
		return ""
	}
	return ", or export it, so that it holds for other packages"
}

// ruled returns the function that a directive says the derivative of, or nil.
func ruled(dir *lower.Directive) *types.Func {
	if dir.Verb == "nodiff" {
		return dir.Fn
	}
	return dir.Of
}

// uses are the functions that may be called where something is differentiated: those that a package asks for a derivative of, those that
// other packages can call from what they differentiate, and all that these name.
type uses struct {
	funcs    map[*types.Func]bool
	abstract map[string]bool // names of methods that are called by way of interfaces
}

func newUses(prog *lower.Program, pkg *lower.Package) *uses {
	u := &uses{funcs: map[*types.Func]bool{}, abstract: map[string]bool{}}
	rules := rulesAmong(slices.Concat(pkg.Inherited, pkg.Directives))
	n := &naming{prog: prog, seen: map[*types.Func]bool{}}
	n.enter = func(fn *types.Func) bool {
		u.funcs[fn] = true
		if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
			u.abstract[fn.Name()] = true
		}
		for _, rule := range rules[fn] {
			n.visit(rule) // a derivative of second order goes through it
		}
		if dir := prog.Generated(fn); dir != nil {
			n.visit(dir.Fn)
		}
		return true
	}
	for _, dir := range slices.Concat(pkg.Inherited, pkg.Directives) {
		if dir.Generates {
			n.visit(dir.Fn)
		}
	}
	for _, file := range pkg.Files {
		n.reachable(pkg, file)
	}
	return u
}

// reachable visits what other packages can call of a file, and what package-level variables name.
func (n *naming) reachable(pkg *lower.Package, file *lower.File) {
	for _, decl := range file.Syntax.Decls {
		switch decl := decl.(type) {
		case *goast.GenDecl:
			n.within(pkg, decl)
		case *goast.FuncDecl:
			fn, ok := pkg.Info.Defs[decl.Name].(*types.Func)
			if ok && fn.Exported() && pkg.Name != "main" && !file.Test() && decl.Body != nil {
				n.within(pkg, decl.Body)
			}
		}
	}
}

// has reports whether a function is among them.
func (u *uses) has(fn *types.Func) bool {
	return u.funcs[fn.Origin()] || fn.Signature().Recv() != nil && u.abstract[fn.Name()]
}
