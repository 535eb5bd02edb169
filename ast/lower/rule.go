package lower

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
)

// rulesPath is the path of the package with godiff's own rules, the only one that may have rules for builtin functions.
const rulesPath = "github.com/godiff/godiff/transform/rules"

// rules returns the directives of the package that generate nothing. The types must be final.
func (r *resolver) rules() []*Directive {
	var rules []*Directive
	for _, file := range r.pkg.Files {
		for _, c := range file.comments {
			if _, ok := ast.ParseMode(c.verb.name); ok {
				continue
			}
			if d := r.rule(c); d != nil {
				rules = append(rules, d)
			}
		}
	}
	r.checkTwice(rules)
	return r.paired(rules)
}

// rule returns the directive that c is, for a verb that says something about an existing function, or nil if there is
// an error in it.
func (r *resolver) rule(c *comment) *Directive {
	fn, ok := r.info.Defs[c.decl.Name].(*types.Func)
	if !ok {
		return nil
	}
	d := &Directive{Pos: c.pos, Verb: c.verb.name, Decl: c.decl, File: c.file, Fn: fn}
	before := len(r.diags)
	switch c.verb.name {
	case "nodiff":
	case "shadow", "add", "copy":
		r.opaqueType(c, d)
	default:
		d.RuleMode = ast.VJP
		r.ruleMode(c, d)
		r.ruleOf(c, d)
		if len(r.diags) == before {
			r.ruleSignature(c, d)
		}
	}
	if len(r.diags) > before {
		return nil
	}
	return d
}

// paired joins the halves of rules in the pair form: the backward half stands for the rule, and the forward half is no directive of its
// own any more.
func (r *resolver) paired(rules []*Directive) []*Directive {
	saving := map[*types.Func]*Directive{}
	for _, d := range rules {
		if d.Verb == "forward" {
			saving[d.Of] = d
		}
	}
	used := map[*types.Func]bool{}
	for _, d := range rules {
		if d.Verb != "backward" {
			continue
		}
		half := saving[d.Of]
		if half == nil {
			r.errorf(d.Pos, "%s is half of a rule for %s: the other half is a function with //godiff:forward of=%s", d.Fn.Name(), d.Of.Name(), d.Of.Name())
			continue
		}
		used[d.Of] = true
		switch saved := half.saved(); {
		case !types.Identical(d.saved(), saved):
			r.errorf(d.Decl.Name.Pos(), "%s is given what %s saves: its first parameter must be of type %s",
				d.Fn.Name(), half.Fn.Name(), types.TypeString(saved, types.RelativeTo(r.types)))
		case ast.Exported(d.Fn) != ast.Exported(half.Fn):
			r.errorf(d.Pos, "%s and %s are the halves of one rule: export both of them or none", half.Fn.Name(), d.Fn.Name())
		}
		d.Saving, d.Writes, d.Sets, d.InPlace, d.Returns = half.Fn, half.Writes, half.Sets, half.InPlace, half.Returns
	}
	for _, d := range rules {
		if d.Verb == "forward" && !used[d.Of] {
			r.errorf(d.Pos, "%s is half of a rule for %s: the other half is a function with //godiff:backward of=%s", d.Fn.Name(), d.Of.Name(), d.Of.Name())
		}
	}
	return slices.DeleteFunc(rules, func(d *Directive) bool { return d.Verb == "forward" || d.Verb == "backward" && d.Saving == nil })
}

// ruleMode sets the mode of a rule.
func (r *resolver) ruleMode(c *comment, d *Directive) {
	o, ok := c.option("mode")
	if !ok {
		return
	}
	d.RuleMode = ast.JVP
	if o.value != "jvp" {
		r.errorf(o.pos, "mode=%s: a rule is a reverse rule, or a forward rule with mode=jvp", o.value)
	}
	if o, ok := c.option("wrt"); ok {
		r.errorf(o.pos, "a forward rule is for all parameters: it has no wrt=")
	}
}

// ruleOf sets the function that a rule is for.
func (r *resolver) ruleOf(c *comment, d *Directive) {
	o, _ := c.option("of")
	if builtin, ok := types.Universe.Lookup(o.value).(*types.Builtin); ok && r.types.Scope().Lookup(o.value) == nil {
		if r.types.Path() != rulesPath {
			r.errorf(o.pos, "of=%s: a builtin function has no rule but godiff's own", o.value)
		}
		d.OfBuiltin = builtin.Name()
		if o, ok := c.option("wrt"); ok {
			d.RuleWrt = r.wrt(o, d.File, d.Fn) // its parameters have names in the rule alone
		}
		return
	}
	fn, err := r.function(o.value)
	switch {
	case err != nil:
		r.errorf(o.pos, "of=%s: %v", o.value, err)
	case types.IsInterface(recvType(fn)):
		r.errorf(o.pos, "of=%s: a method of an interface has no rule", o.value)
	}
	d.Of = fn
}

func recvType(fn *types.Func) types.Type {
	if recv := fn.Signature().Recv(); recv != nil {
		return recv.Type()
	}
	return types.Typ[types.Invalid]
}

// ruleSignature sets the parameters that a rule covers and reports one that has another signature than it must have.
func (r *resolver) ruleSignature(c *comment, d *Directive) {
	if d.Of == nil {
		return
	}
	d.RuleWrt = r.view(d.File).Carrying(d.Of.Signature())
	if o, ok := c.option("wrt"); ok {
		before := len(r.diags)
		if d.RuleWrt = r.wrt(o, d.File, d.Of); len(r.diags) > before {
			return
		}
	}
	r.ruleWrites(c, d)
	r.ruleInPlace(c, d)
	want := d.wanted(r.view(d.File))
	want.TypeParams = typeParams(d.Of)
	if got := d.signature(); got == nil || !sameTypes(got, want.GoSignature(r.types)) {
		r.errorf(c.decl.Name.Pos(), "%s is no rule for %s: its signature must be %s",
			d.Fn.Name(), d.Of.Name(), want.Format(d.Fn.Name(), types.RelativeTo(r.types)))
	}
}

// ruleWrites sets the parameters whose memory the function of a rule writes, if the rule says so.
func (r *resolver) ruleWrites(c *comment, d *Directive) {
	writes, saysWrites := c.option("writes")
	sets, saysSets := c.option("sets")
	if !saysWrites && !saysSets {
		return
	}
	d.Writes = []int{}
	if saysWrites && writes.value != "none" {
		d.Writes = r.named(writes, d.Of, d.Writes)
	}
	if saysSets {
		d.Sets = r.named(sets, d.Of, d.Writes)[len(d.Writes):]
	}
}

// ruleInPlace sets the parameters that the function of a rule may be given in place of what it writes, and the one that it returns.
func (r *resolver) ruleInPlace(c *comment, d *Directive) {
	if o, ok := c.option("inplace"); ok {
		if d.Writes == nil {
			r.errorf(o.pos, "inplace=%s: the rule must say what %s writes, with writes= or sets=", o.value, d.Of.Name())
		}
		d.InPlace = r.named(o, d.Of, slices.Clone(d.Writes))[len(d.Writes):]
	}
	if o, ok := c.option("returns"); ok {
		list, results := r.named(o, d.Of, nil), d.Of.Signature().Results()
		switch {
		case len(list) == 0:
		case len(list) > 1 || results.Len() != 1 || !types.Identical(results.At(0).Type(), ast.ParamsOf(d.Of.Signature())[list[0]].Type()):
			r.errorf(o.pos, "returns=%s: %s has no one result that is a parameter by its type", o.value, d.Of.Name())
		default:
			d.Returns = list[0] + 1
		}
	}
}

// named adds to a list the parameters of a function that an option names, which must not be in it yet.
func (r *resolver) named(o option, fn *types.Func, list []int) []int {
	params := ast.ParamsOf(fn.Signature())
	for name := range strings.SplitSeq(o.value, ",") {
		i := slices.IndexFunc(params, func(p *types.Var) bool { return p.Name() == name })
		switch {
		case i < 0:
			r.errorf(o.pos, "%s has no parameter named %s%s", fn.Name(), name, parameterNames(params))
		case slices.Contains(list, i):
			r.errorf(o.pos, "%s is named twice", name)
		default:
			list = append(list, i)
		}
	}
	return list
}

// wanted returns the signature that a rule must have.
func (d *Directive) wanted(view ast.View) ast.Signature {
	of := d.Of.Signature()
	switch {
	case d.Verb == "forward":
		return view.SavingRuleSignature(of, d.saved())
	case d.Verb == "backward":
		return view.BackwardRuleSignature(of, d.RuleWrt, d.saved())
	case d.RuleMode == ast.JVP:
		return view.ForwardRuleSignature(of)
	}
	return view.RuleSignature(of, d.RuleWrt)
}

// saved returns the type of what one half of a rule remembers for the other, which may be any; S where there is none.
func (d *Directive) saved() types.Type {
	if sig := d.signature(); sig != nil {
		switch params, results := ast.ParamsOf(sig), sig.Results(); {
		case d.Verb == "backward" && len(params) > 0:
			return params[0].Type()
		case d.Verb == "forward" && results.Len() > d.Of.Signature().Results().Len():
			return results.At(results.Len() - 1).Type()
		}
	}
	return types.NewNamed(types.NewTypeName(token.NoPos, nil, "S", nil), types.NewStruct(nil, nil), nil)
}

// signature returns the signature of a rule with the type parameters of the function that it is for in place of its own, or nil if it
// cannot take those.
func (d *Directive) signature() *types.Signature {
	sig, params := d.Fn.Signature(), typeParams(d.Of)
	if params.Len() != sig.TypeParams().Len() {
		return nil
	}
	if params.Len() == 0 {
		return sig
	}
	var args []types.Type
	for p := range params.TypeParams() {
		args = append(args, p)
	}
	inst, err := types.Instantiate(nil, sig, args, true)
	if err != nil {
		return nil
	}
	return inst.(*types.Signature)
}

// sameTypes reports whether two signatures have the same parameters, receivers counted as parameters, and results.
func sameTypes(a, b *types.Signature) bool {
	same := func(x, y *types.Var) bool { return types.Identical(x.Type(), y.Type()) }
	return a.Variadic() == b.Variadic() && slices.EqualFunc(ast.ParamsOf(a), ast.ParamsOf(b), same) &&
		slices.EqualFunc(slices.Collect(a.Results().Variables()), slices.Collect(b.Results().Variables()), same)
}

// checkTwice reports functions for which there are two rules of the same mode and parameters, or a rule and a nodiff.
func (r *resolver) checkTwice(directives []*Directive) {
	for i, d := range directives {
		for _, other := range directives[:i] {
			if of := d.target(); of != nil && of == other.target() && contradict(d, other) {
				r.errorf(d.Pos, "%s has %s already, at %s", of.Name(), d.what(), r.place(other.Pos))
			}
		}
	}
}

// imported returns the rules and nodiffs of the packages that pkg imports which hold in pkg too.
func imported(pkg *Package) []*Directive {
	var list []*Directive
	for _, path := range slices.Sorted(maps.Keys(pkg.Deps)) {
		dep := pkg.Deps[path]
		for _, d := range slices.Concat(dep.Inherited, dep.Directives) {
			if d.target() != nil && !d.Generates && ast.Exported(d.Fn) {
				list = append(list, d)
			}
		}
	}
	return list
}

// checkImported reports functions for which two imported packages have what cannot both hold, and pkg itself has nothing.
func (r *resolver) checkImported(own []*Directive) {
	of := func(d *Directive) string { return fullName(d.target()) }
	decided := map[string]bool{}
	for _, d := range own {
		if d.target() != nil {
			decided[of(d)] = true
		}
	}
	for i, d := range r.pkg.Imported {
		for _, other := range r.pkg.Imported[:i] {
			if of(d) == of(other) && !decided[of(d)] && d.Fn.Pkg() != other.Fn.Pkg() && contradict(d, other) {
				decided[of(d)] = true
				r.errorf(r.importOf(d.Fn.Pkg()), "packages %s and %s both have %s for %s, at %s and %s; one in this package decides",
					other.Fn.Pkg().Path(), d.Fn.Pkg().Path(), d.what(), of(d), r.place(other.Pos), r.place(d.Pos))
			}
		}
	}
}

// checkBodies reports functions without a body, nor a rule in its place, that are to be differentiated.
func (r *resolver) checkBodies(directives, own []*Directive) {
	for _, d := range directives {
		says := func(rule *Directive) bool { return rule.target() == d.Fn }
		if d.Decl.Body == nil && !slices.ContainsFunc(own, says) {
			r.errorf(d.Pos, "%s has no body", d.Fn.Name())
		}
	}
}

// importOf returns where the package is imported.
func (r *resolver) importOf(pkg *types.Package) token.Pos {
	for _, file := range r.pkg.Files {
		for _, spec := range file.Syntax.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); r.pkg.Deps[path] != nil && r.pkg.Deps[path].Types == pkg {
				return spec.Pos()
			}
		}
	}
	return token.NoPos
}

// target returns the function that d is a rule for, or the type that it says something of, or nil.
func (d *Directive) target() types.Object {
	switch {
	case d.Verb == "nodiff":
		return d.Fn
	case d.OfType != nil:
		return d.OfType
	case d.Of != nil:
		return d.Of
	}
	return nil
}

// what says what a directive gives its target.
func (d *Directive) what() string {
	switch d.Verb {
	case "shadow":
		return "a shadow function"
	case "add":
		return "an add function"
	case "copy":
		return "a copy function"
	}
	return "a rule or a nodiff"
}

func fullName(obj types.Object) string {
	if fn, ok := obj.(*types.Func); ok {
		return fn.FullName()
	}
	return obj.Pkg().Path() + "." + obj.Name()
}

// contradict reports whether two directives for one function or type cannot both hold.
func contradict(d, other *Directive) bool {
	if d.OfType != nil {
		return d.Verb == other.Verb
	}
	if d.Verb == "forward" || other.Verb == "forward" {
		return d.Verb == other.Verb || d.Verb == "nodiff" || other.Verb == "nodiff"
	}
	return d.Verb == "nodiff" || other.Verb == "nodiff" ||
		d.RuleMode == other.RuleMode && slices.Equal(d.RuleWrt, other.RuleWrt)
}

// function returns the function that name denotes as in of=: F, T.Method, (*T).Method, or one of these after an import
// path and a dot. What the package itself declares comes first.
func (r *resolver) function(name string) (*types.Func, error) { return denoted(r, name, lookupFunc) }

// denoted returns what name denotes in the package or, after an import path and a dot, in another.
func denoted[T types.Object](r *resolver, name string, lookup func(*types.Package, string) (T, error)) (T, error) {
	var none T
	obj, err := lookup(r.types, name)
	if err == nil {
		return obj, nil
	}
	for _, split := range splitPath(name) {
		pkg, importErr := r.importPath(split.path)
		if importErr != nil {
			continue
		}
		obj, err := lookup(pkg, split.name)
		if err == nil && !obj.Exported() {
			return none, fmt.Errorf("%s is not exported", split.name)
		}
		return obj, err
	}
	if strings.Contains(name, "/") {
		err = errors.New("no such package")
	}
	return none, err
}

// importPath returns the package with the given path, which pkg need not import.
func (r *resolver) importPath(path string) (*types.Package, error) {
	return importerFor{r.prog, r.pkg, (*Package).loaded}.Import(path)
}

// qualified is a name with the import path before it.
type qualified struct{ path, name string }

// splitPath returns the ways to read name as an import path, a dot and a name with at most one dot outside of parentheses,
// longer paths first: "gopkg.in/yaml.v3.Marshal" is Marshal of gopkg.in/yaml.v3 or v3.Marshal of gopkg.in/yaml.
func splitPath(name string) []qualified {
	if path, rest, ok := strings.Cut(name, ".("); ok {
		return []qualified{{path, "(" + rest}}
	}
	var splits []qualified
	for end, dots := len(name), 0; dots < 2; dots++ {
		end = strings.LastIndexByte(name[:end], '.')
		if end <= strings.LastIndexByte(name, '/') {
			break
		}
		splits = append(splits, qualified{name[:end], name[end+1:]})
	}
	return splits
}

// LookupFunc returns the function or method of p that name denotes: F, T.Method or (*T).Method.
func (p *Package) LookupFunc(name string) (*types.Func, error) { return lookupFunc(p.Types, name) }

func lookupFunc(pkg *types.Package, name string) (*types.Func, error) {
	typ, method, ok := strings.Cut(name, ".")
	if !ok {
		if fn, ok := pkg.Scope().Lookup(name).(*types.Func); ok {
			return fn, nil
		}
		return nil, fmt.Errorf("no function %s in package %s", name, pkg.Path())
	}
	pointer := strings.HasPrefix(typ, "(*")
	if pointer {
		typ = strings.TrimSuffix(strings.TrimPrefix(typ, "(*"), ")")
	}
	obj, ok := pkg.Scope().Lookup(typ).(*types.TypeName)
	if !ok {
		return nil, fmt.Errorf("no type %s in package %s", typ, pkg.Path())
	}
	fn := methodOf(obj.Type(), method)
	if fn == nil {
		return nil, fmt.Errorf("type %s has no method %s of its own", typ, method)
	}
	if _, ok := types.Unalias(recvType(fn)).(*types.Pointer); pointer && !ok {
		return nil, fmt.Errorf("method %s of %s has no pointer receiver", method, typ)
	}
	return fn, nil
}

// methodOf returns the method that t itself declares, or nil.
func methodOf(t types.Type, name string) *types.Func {
	if named, ok := types.Unalias(t).(*types.Named); ok {
		for m := range named.Methods() {
			if m.Name() == name {
				return m
			}
		}
	}
	if iface, ok := t.Underlying().(*types.Interface); ok {
		for m := range iface.Methods() {
			if m.Name() == name {
				return m
			}
		}
	}
	return nil
}
