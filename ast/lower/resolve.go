package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// resolver gives directives their meaning in a package.
type resolver struct {
	prog  *Program
	pkg   *Package
	types *types.Package
	info  *types.Info
	taken map[string]token.Pos // names of derivatives, with the receiver's type before a dot, and their directives

	written []*goast.File // what people have written; nothing else takes a name

	unresolved map[string]bool // names of derivatives that will not be there
	diags      []Diagnostic
}

// view returns what a file sees of the types behind interfaces.
func (r *resolver) view(file *File) ast.View { return r.prog.view(r.pkg, r.types, file.Test()) }

func (r *resolver) errorf(pos token.Pos, format string, args ...any) {
	r.diags = append(r.diags, r.prog.Diag(pos, format, args...))
}

// derivative returns the directive that c is, for a verb that generates something, or nil if there is an error in it.
func (r *resolver) derivative(c *comment, mode ast.Mode) *Directive {
	fn, ok := r.info.Defs[c.decl.Name].(*types.Func)
	if !ok || invalidSignature(fn.Signature()) {
		if slices.ContainsFunc(r.pkg.Files, (*File).ImportsC) {
			r.errorf(c.pos, "the parameters and results of %s have types that are not known without C: these are refused", c.decl.Name.Name)
		}
		return nil // the strict pass says why
	}
	d := &Directive{
		Pos: c.pos, Verb: c.verb.name, Decl: c.decl, File: c.file, Fn: fn,
		Generates: true, Mode: mode, Name: fn.Name() + mode.Suffix(),
	}
	if o, ok := c.option("name"); ok {
		d.Name = o.value
	}
	if !r.checkName(c, d) || !r.resolveWrt(c, d) || !r.sign(d) {
		r.unresolved[d.Name] = true
		return nil
	}
	return d
}

// resolveWrt sets the parameters that d is with respect to and reports whether it could.
func (r *resolver) resolveWrt(c *comment, d *Directive) bool {
	o, ok := c.option("wrt")
	if !ok {
		d.Wrt = r.view(d.File).DefaultWrt(d.Fn.Signature(), r.types)
		return len(d.Wrt) > 0 || !r.hidden(d)
	}
	before := len(r.diags)
	d.Wrt = r.wrt(o, d.File, d.Fn)
	return len(r.diags) == before
}

// hidden reports a function the floats of whose parameters no code of the package can reach.
func (r *resolver) hidden(d *Directive) bool {
	for _, p := range ast.ParamsOf(d.Fn.Signature()) {
		if ast.Carries(p.Type()) && ast.Opaque(p.Type(), r.types) {
			r.errorf(d.Pos, "%s has no parameter to differentiate by: %s has floats behind unexported fields of another package, which counts only when it is named in wrt=", d.Fn.Name(), p.Name())
			return true
		}
	}
	return false
}

// wrt returns the parameters of fn that the option names, in a file.
func (r *resolver) wrt(o option, file *File, fn *types.Func) []int {
	at := o.pos + token.Pos(len("wrt="))
	return parseWrt(fn, o.value, r.view(file), func(offset int, err error) { r.errorf(at+token.Pos(offset), "%v", err) })
}

// sign gives d its signature and reports whether it has one.
func (r *resolver) sign(d *Directive) bool {
	var err error
	d.Signature, err = r.view(d.File).SignatureOf(d.Fn.Signature(), d.Mode, d.Wrt)
	if err != nil {
		r.errorf(d.Pos, "%s %v", d.Fn.Name(), err)
	}
	return err == nil
}

// invalidSignature reports whether a type in sig could not be resolved.
func invalidSignature(sig *types.Signature) bool {
	seen := map[types.Type]bool{}
	for _, v := range append(ast.ParamsOf(sig), slices.Collect(sig.Results().Variables())...) {
		if invalidType(v.Type(), seen) {
			return true
		}
	}
	return false
}

// invalidType reports whether t holds a type that could not be resolved where a float could be.
func invalidType(t types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if t == types.Typ[types.Invalid] {
		return true
	}
	if seen[t] || len(seen) > maxTypes {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Array:
		return invalidType(u.Elem(), seen)
	case *types.Slice:
		return invalidType(u.Elem(), seen)
	case *types.Pointer:
		return invalidType(u.Elem(), seen)
	case *types.Map:
		return invalidType(u.Elem(), seen)
	case *types.Struct:
		for field := range u.Fields() {
			if invalidType(field.Type(), seen) {
				return true
			}
		}
	}
	return false
}

// maxTypes bounds the types that invalidType looks at: one that expands without end occurs only in code with other errors.
const maxTypes = 10000

// checkName takes the name of d and reports whether it could. It reports a name that is none, or is taken.
func (r *resolver) checkName(c *comment, d *Directive) bool {
	o, given := c.option("name")
	pos := c.pos
	if given {
		pos = o.pos
	}
	switch {
	case given && (!token.IsIdentifier(d.Name) || d.Name == "_"):
		r.errorf(pos, "name=%s is no identifier", d.Name)
	case !given && d.Fn.Name() == "_":
		r.errorf(pos, "a blank function needs a name for its derivative: give one with name=")
	case d.Fn.Signature().Recv() == nil && (d.Name == "init" || d.Name == "main" && r.types.Name() == "main"):
		r.errorf(pos, "the name %s is taken by Go itself", d.Name)
	default:
		return r.takeName(pos, d)
	}
	return false
}

func (r *resolver) takeName(pos token.Pos, d *Directive) bool {
	key := d.Name
	if named := Receiver(d.Fn); named != nil {
		key = named.Obj().Name() + "." + d.Name
	}
	if other, ok := r.taken[key]; ok {
		r.errorf(pos, "the name %s is taken by the directive at %s: give another with name=", d.Name, r.place(other))
		return false
	}
	in := func(pos token.Pos) func(*goast.File) bool {
		return func(f *goast.File) bool { return f.FileStart <= pos && pos <= f.FileEnd }
	}
	if other := r.declared(d); other != token.NoPos && slices.ContainsFunc(r.written, in(other)) {
		r.errorf(pos, "the name %s is taken at %s: give another with name=", d.Name, r.place(other))
		return false
	}
	r.taken[key] = d.Pos
	return true
}

// place writes a position without its column.
func (r *resolver) place(pos token.Pos) string {
	position := r.prog.Position(pos)
	return fmt.Sprintf("%s:%d", position.Filename, position.Line)
}

// declared returns where the name of d is declared already: in the package or as an import of one of its files, or in the
// type of the receiver.
func (r *resolver) declared(d *Directive) token.Pos {
	if d.Fn.Signature().Recv() != nil {
		return declaredIn(Receiver(d.Fn), d.Name)
	}
	if obj := r.types.Scope().Lookup(d.Name); obj != nil {
		return obj.Pos()
	}
	for _, file := range r.pkg.Files {
		for _, spec := range file.Syntax.Imports {
			if !file.Derived && r.importName(spec) == d.Name {
				return spec.Pos()
			}
		}
	}
	return token.NoPos
}

// importName returns the name that an import declares in its file.
func (r *resolver) importName(spec *goast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	if obj := r.info.Implicits[spec]; obj != nil {
		return obj.Name()
	}
	return ""
}

// declaredIn returns where a method or field of named has the name. Promoted ones give way.
func declaredIn(named *types.Named, name string) token.Pos {
	if named == nil {
		return token.NoPos
	}
	for method := range named.Methods() {
		if method.Name() == name {
			return method.Pos()
		}
	}
	if fields, ok := named.Underlying().(*types.Struct); ok {
		for field := range fields.Fields() {
			if field.Name() == name {
				return field.Pos()
			}
		}
	}
	return token.NoPos
}

// Receiver returns the type that fn is a method of, or nil.
func Receiver(fn *types.Func) *types.Named {
	recv := fn.Signature().Recv()
	if recv == nil {
		return nil
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}
