package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/godiff/godiff/ast"
)

// Instances are the functions that stand for generic ones with certain type arguments. To everything behind lowering
// they are functions like others:
//
//	func dot[T Float](a, b []T) T      dot[float64]:  func(a, b []float64) float64
//
// A type argument may be, or hold, a type parameter of the function that the call stands in.
type Instances struct {
	context *types.Context
	byKey   map[string]*Instance
	byFn    map[*types.Func]*Instance
	params  map[*types.TypeParam]*ast.TypeParam
	pkg     *types.Package              // that derivatives are written for; may be nil
	view    ast.View                    // what it sees
	boxes   typeutil.Map                // what stands for interfaces, and for types that hold some
	origins map[*types.Named]types.Type // the other way round
	order   []*ast.TypeParam
}

// An Instance is a generic function with its type arguments.
type Instance struct {
	Fn   *types.Func  // what stands for it
	Of   *types.Func  // the generic function
	Args []types.Type // of a method, those of its receiver or interface

	dispatch bool                                    // Fn calls a method of an interface, Of
	body     func(*Instances, *types.Func) *ast.Func // of a function of ours

	bindings  []binding      // parameters that are functions which are known
	chosen    []binding      // of a chooser: the functions that it calls
	lit       *goast.FuncLit // a function literal in Of …
	outer     *lowerer       // … which was being lowered here …
	captured  []boundVar     // … and captures these
	subst     *ast.Subst     // of the types in it
	env       environment    // of the functions that it calls
	iteration *iteration     // the loop that it is the body of
	pending   *types.Var     // whether it is still to be made, if it is a deferred call
	name      string         // what tells it from instances for other functions
	depth     int            // how deep the functions that it is given are nested
}

// NewInstances returns a table of instances for functions whose types were checked in a context.
func NewInstances(context *types.Context) *Instances {
	return &Instances{context: context, byKey: map[string]*Instance{}, byFn: map[*types.Func]*Instance{}, params: map[*types.TypeParam]*ast.TypeParam{},
		origins: map[*types.Named]types.Type{}}
}

// Context returns the context of the instantiated types.
func (t *Instances) Context() *types.Context { return t.context }

// For returns what fn is an instance of, if that is only itself.
func (t *Instances) For(fn *types.Func) *Instance {
	if i := t.byFn[fn]; i != nil {
		return i
	}
	return &Instance{Fn: fn, Of: fn}
}

// Of returns what fn is an instance of, or nil.
func (t *Instances) Of(fn *types.Func) *Instance { return t.byFn[fn] }

// Lifted reports whether a function is declared nowhere, so that it must be where it is called: a function literal, or what is given
// functions.
func (t *Instances) Lifted(fn *types.Func) bool {
	i := t.byFn[fn]
	return i != nil && (i.lit != nil || i.dispatch || i.body != nil || len(i.bindings) > 0)
}

// Made returns a function that has no source: one of ours, if fn is that.
func (t *Instances) Made(fn *types.Func) *ast.Func {
	if i := t.byFn[fn]; i != nil && i.body != nil {
		return i.body(t, fn)
	}
	return nil
}

// Dispatches reports whether a function calls a method of an interface: see Dispatcher.
func (t *Instances) Dispatches(fn *types.Func) bool { return t.byFn[fn] != nil && t.byFn[fn].dispatch }

// Origin returns the declared function that fn is an instance of, or fn itself.
func (t *Instances) Origin(fn *types.Func) *types.Func {
	for i := t.byFn[fn]; i != nil && i.Of != fn; i = t.byFn[fn] {
		fn = i.Of
	}
	return fn.Origin()
}

// Declared returns the declared function that fn is an instance of, or fn itself where that is no instance or one of a function that is
// declared nowhere, as a literal is.
func (t *Instances) Declared(fn *types.Func) *types.Func {
	for i := t.byFn[fn]; i != nil && i.Of != fn; i = t.byFn[fn] {
		if i.lit != nil || i.dispatch || i.body != nil {
			return fn
		}
		fn = i.Of
	}
	return fn.Origin()
}

// typeParams returns the type parameters of a declared function or of its receiver.
func typeParams(fn *types.Func) *types.TypeParamList {
	if list := fn.Signature().RecvTypeParams(); list.Len() > 0 {
		return list
	}
	return fn.Signature().TypeParams()
}

// paramsOf returns the type parameters of others that an instance needs: those in its type arguments, and those of the function literals
// that it is given.
func (t *Instances) paramsOf(i *Instance) []*ast.TypeParam {
	needed := map[*ast.TypeParam]bool{}
	for _, p := range t.mentioned(i.Args) {
		needed[p] = true
	}
	if len(i.chosen) > 0 {
		for _, p := range t.mentioned([]types.Type{i.Fn.Signature()}) {
			needed[p] = true
		}
	}
	for _, b := range slices.Concat(i.bindings, i.chosen) {
		of := t.byFn[b.value.fn]
		if of == nil {
			continue
		}
		params := t.paramsOf(of)
		if of.lit != nil {
			params = append(params, of.outer.params...)
		}
		for _, p := range params {
			needed[p] = true
		}
	}
	var list []*ast.TypeParam
	for _, p := range t.order {
		if needed[p] {
			list = append(list, p)
		}
	}
	return list
}

// Generic returns what stands for a generic function as it is declared, with its own type parameters, or fn if it is not generic.
func (t *Instances) Generic(fn *types.Func) *types.Func {
	var args []types.Type
	for p := range typeParams(fn).TypeParams() {
		args = append(args, t.param(p).Type)
	}
	return t.instance(fn, args)
}

// Like returns what stands for a generic function with the type arguments that fn has, or its receiver.
func (t *Instances) Like(generic, fn *types.Func) *types.Func {
	return t.instance(generic, t.For(fn).Args)
}

// With returns what stands for a function with type arguments.
func (t *Instances) With(fn *types.Func, args *types.TypeList) *types.Func {
	return t.instance(fn, slices.Collect(args.Types()))
}

// Given returns the function that an instance is for, of one that is given a function, and whether its first argument is a receiver; or nil.
func (t *Instances) Given(fn *types.Func) (given *types.Func, method bool) {
	if i := t.byFn[fn]; i != nil && len(i.bindings) == 1 {
		return i.bindings[0].value.fn, i.bindings[0].value.method
	}
	return nil, false
}

// GivenGroups reports whether all that an instance is given in place of parameters are groups of goroutines, which it calls Done of.
func (t *Instances) GivenGroups(fn *types.Func) bool {
	i := t.byFn[fn]
	return i != nil && len(i.bindings) > 0 && !slices.ContainsFunc(i.bindings, func(b binding) bool { return !b.value.group })
}

// instance returns what stands for a function with type arguments, which is the function itself if there are none and nothing stands
// for one of its types.
func (t *Instances) instance(fn *types.Func, args []types.Type) *types.Func {
	key := fmt.Sprintf("%p", fn)
	for _, a := range args {
		key += " " + t.key(a)
	}
	if i := t.byKey[key]; i != nil {
		return i.Fn
	}
	s := t.subst(typeParams(fn), args)
	sig := s.Signature(fn.Signature())
	recv := fn.Signature().Recv()
	if recv != nil {
		recv = s.Var(recv)
	}
	if len(args) == 0 && sig == fn.Signature() && recv == sig.Recv() {
		return fn
	}
	sig = types.NewSignatureType(recv, nil, nil, sig.Params(), sig.Results(), sig.Variadic())
	i := &Instance{Fn: types.NewFunc(fn.Pos(), fn.Pkg(), fn.Name(), sig), Of: fn, Args: args}
	t.byKey[key], t.byFn[i.Fn] = i, i
	return i.Fn
}

// ours returns a function that is declared nowhere, whose body we make.
func (t *Instances) ours(key string, pkg *types.Package, name string, params, results *types.Tuple, body func(*Instances, *types.Func) *ast.Func) *types.Func {
	if i := t.byKey[key]; i != nil {
		return i.Fn
	}
	fn := types.NewFunc(token.NoPos, pkg, name, types.NewSignatureType(nil, nil, nil, params, results, false))
	i := &Instance{Fn: fn, Of: fn, body: body}
	t.byKey[key], t.byFn[fn] = i, i
	return fn
}

// Outlined returns a function that is declared nowhere and is f, a part of another.
func (t *Instances) Outlined(f *ast.Func, of *types.Func, sig *types.Signature) *types.Func {
	fn := types.NewFunc(f.Pos, f.Pkg, f.Name, sig)
	f.Obj = fn
	t.byFn[fn] = &Instance{Fn: fn, Of: of, body: func(*Instances, *types.Func) *ast.Func { return f }}
	return fn
}

// param returns what stands for a type parameter.
func (t *Instances) param(p *types.TypeParam) *ast.TypeParam {
	if q := t.params[p]; q != nil {
		return q
	}
	q := ast.NewTypeParam(p)
	t.params[p] = q
	t.order = append(t.order, q)
	s := t.subst(nil, nil)
	q.Type.SetUnderlying(s.Type(common(p)).Underlying())
	q.Constraint = s.Type(p.Constraint())
	return q
}

// common returns the underlying type that the types in the set of a type parameter have in common. Of floats of both sizes that is the
// smaller one, which holds the constants that both hold. What may be of several kinds is like a struct without fields: a thing that
// is only passed on.
func common(p *types.TypeParam) types.Type {
	set, _ := p.Constraint().Underlying().(*types.Interface)
	list := terms(set, 0)
	if len(list) == 0 {
		return types.NewStruct(nil, nil)
	}
	var first types.Type
	for _, t := range list {
		switch u := t.Underlying(); {
		case first == nil:
			first = u
		case ast.IsFloat(first) && ast.IsFloat(u):
			first = types.Typ[types.Float32]
		case !types.Identical(first, u):
			return types.NewStruct(nil, nil)
		}
	}
	return first
}

// terms returns the types of the union that a type set is given by, or nil if there is none.
func terms(set *types.Interface, depth int) []types.Type {
	if set == nil || depth > maxNesting {
		return nil
	}
	for e := range set.EmbeddedTypes() {
		if list := termsOf(e, depth); len(list) > 0 {
			return list
		}
	}
	return nil
}

func termsOf(t types.Type, depth int) []types.Type {
	if union, ok := types.Unalias(t).(*types.Union); ok {
		var list []types.Type
		for term := range union.Terms() {
			list = append(list, termsOf(term.Type(), depth)...)
		}
		return list
	}
	if set, ok := t.Underlying().(*types.Interface); ok {
		return terms(set, depth+1)
	}
	return []types.Type{t}
}

// mentioned returns the type parameters that are part of types, and those that are part of their constraints.
func (t *Instances) mentioned(of []types.Type) []*ast.TypeParam {
	var list []types.Type
	for _, u := range of {
		list = append(list, t.original(u))
	}
	found := map[*ast.TypeParam]bool{}
	for known := -1; known < len(found); {
		known = len(found)
		for _, q := range t.order {
			if !found[q] && ast.Mentions(list, q.Type) {
				found[q] = true
				list = append(list, q.Constraint)
			}
		}
	}
	var params []*ast.TypeParam
	for _, q := range t.order {
		if found[q] {
			params = append(params, q)
		}
	}
	return params
}

// key tells types apart, type parameters of one name too.
func (t *Instances) key(a types.Type) string {
	key := types.TypeString(a, nil)
	for _, p := range t.mentioned([]types.Type{a}) {
		key += fmt.Sprintf("/%p", p)
	}
	return key
}

// subst returns what replaces type parameters by arguments, others by what stands for them, and types that are declared in
// functions by what they are declared as.
func (t *Instances) subst(params *types.TypeParamList, args []types.Type) *ast.Subst {
	s := &ast.Subst{Context: t.context, Args: map[*types.TypeParam]types.Type{}}
	for i, a := range args {
		s.Args[params.At(i)] = a
	}
	s.Param = func(p *types.TypeParam) types.Type { return t.param(p).Type }
	s.Replace = func(n *types.Named) types.Type {
		if ast.IsLocal(n.Obj()) {
			if leadsToItself(n) {
				return n // refused where it is declared
			}
			return s.Type(n.Underlying())
		}
		return t.boxed(n)
	}
	return s
}

// checkLocal refuses a type that is declared in a function and cannot be written out.
func (l *lowerer) checkLocal(spec *goast.TypeSpec) {
	if n, ok := l.info.Defs[spec.Name].Type().(*types.Named); ok && leadsToItself(n) {
		l.report(spec.Pos(), n.Obj().Name()+" leads to itself: a derivative cannot name a type that is declared in a function; declare it outside")
	}
}

// leadsToItself reports whether a type that is declared in a function is a part of what it is declared as.
func leadsToItself(n *types.Named) bool {
	found := false
	seen := map[*types.Named]bool{}
	s := &ast.Subst{Context: types.NewContext()}
	s.Replace = func(t *types.Named) types.Type {
		switch {
		case t.Origin() == n.Origin():
			found = true
		case ast.IsLocal(t.Obj()) && !seen[t]:
			seen[t] = true
			s.Type(t.Underlying())
		}
		return t
	}
	s.Type(n.Underlying())
	return found
}

// nameOf returns what names an instance among those of one function: its type arguments, but for type parameters and for slices of what
// is an argument too.
func nameOf(args []types.Type) string {
	var b strings.Builder
	for _, a := range args {
		s, isSlice := a.(*types.Slice)
		if ast.IsTypeParam(a) || isSlice && slices.ContainsFunc(args, func(b types.Type) bool { return types.Identical(b, s.Elem()) }) {
			continue
		}
		for _, word := range strings.FieldsFunc(types.TypeString(a, func(*types.Package) string { return "" }), notInName) {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

func notInName(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80
}

// maxNesting bounds how deep type arguments of type arguments go: a function that calls itself with ever larger ones has no end.
const maxNesting = 20

// nesting returns how deep a type goes, names with their type arguments counted.
func nesting(t types.Type) int { return strings.Count(types.TypeString(t, nil), "[") }

// instanceOf returns the function that a call of a generic function or method, which id names, is a call of, with its type arguments.
func (l *lowerer) instanceOf(id *goast.Ident, fn *types.Func) (*types.Func, []types.Type) {
	var args []types.Type
	list := l.info.Instances[id].TypeArgs
	if recv := fn.Signature().Recv(); recv != nil {
		if types.IsInterface(recv.Type()) {
			return fn, nil
		}
		if named := Receiver(fn); named != nil {
			list = named.TypeArgs()
		}
	}
	for a := range list.Types() {
		a = l.subst.Type(a)
		if nesting(a) > maxNesting {
			l.report(id.Pos(), fmt.Sprintf("%s calls itself with ever larger type arguments", fn.Name()))
			return fn.Origin(), nil
		}
		args = append(args, a)
	}
	return l.src.Instances.instance(fn.Origin(), args), args
}

// isTypeParam reports whether t is a type parameter, or a pointer to one.
func isTypeParam(t types.Type) bool {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	_, ok := t.(*types.TypeParam)
	return ok
}

// standsIn reports whether t stands for a type parameter.
func (t *Instances) standsIn(typ types.Type) bool {
	for _, q := range t.order {
		if types.Type(q.Type) == types.Unalias(typ) {
			return true
		}
	}
	return false
}

// methodOfParam is receiver for a method that the constraint of a type parameter asks for: that of the type argument is called.
func (l *lowerer) methodOfParam(s *types.Selection, recv ast.Expr, c *ast.Call, args []goast.Expr) []goast.Expr {
	method, _ := s.Obj().(*types.Func)
	t := recv.Type()
	if p := ast.Pointee(t); p != nil && l.src.Instances.standsIn(p) {
		t = p
	}
	if l.src.Instances.standsIn(t) {
		l.report(c.Pos, fmt.Sprintf("the method %s of a type parameter is called, of which it is not known what it does; ask for the derivative of a function that calls this one with type arguments", method.Name()))
		return args
	}
	m := l.method(recv, l.src.Instances.original(recv.Type()), method, nil, l.subst.Signature(method.Signature()))
	c.Fun, c.Args = m.Fun, m.Args
	return args
}
