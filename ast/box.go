package ast

import (
	"go/types"
	"slices"
	"strings"
)

// Interfaces.
//
// A value of an interface type with methods is, in the representation, a pointer to a box: a struct with a field for every
// type that it may have, of which one holds it. The box is written once, when it is made. To everything between lowering and printing
// it is a pointer to a struct:
//
//	l.(*Dense)        l.Dense                 a Field of the box
//	Layer(d)          &box{Dense: d}          an Addr of a Composite
//	l is a *Dense     is *Dense(l)            a Call of a builtin of the representation: see Test
//
// A box may hold floats by value, as a Circle in a Shape does. Go lets nobody write to them, but the reverse sweep adds to adjoints where
// they lie. So in reverse mode the shadow of a Shape that holds a Circle is one that holds a *Circle, which has all methods that a Circle
// has. Shadows that are given or returned hold what the values hold: the derivative changes them at its beginning and back at its end.

// NewBoxed returns what stands for an interface type; SetBox gives it its box.
func NewBoxed(pkg *types.Package, name string) *types.Named {
	return types.NewNamed(types.NewTypeName(0, pkg, name, nil), nil, nil)
}

// SetBox sets the types that values of an interface may have.
func SetBox(t *types.Named, dynamic []types.Type) {
	var fields []*types.Var
	for _, d := range dynamic {
		fields = append(fields, types.NewField(0, t.Obj().Pkg(), dynamicName(d, fields), d, false))
	}
	t.SetUnderlying(types.NewPointer(types.NewStruct(fields, nil)))
}

// dynamicName names the field of a box for a type.
func dynamicName(t types.Type, taken []*types.Var) string {
	name, suffix := "Value", "Value"
	if p := Pointee(t); p != nil {
		t, suffix = p, ""
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		name, _, _ = strings.Cut(n.Obj().Name(), "[")
	}
	for slices.ContainsFunc(taken, func(f *types.Var) bool { return f.Name() == name+suffix }) {
		suffix += "X"
	}
	return name + suffix
}

// IsBoxed reports whether t stands for an interface type.
func IsBoxed(t types.Type) bool {
	n := StandIn(t)
	if n == nil {
		return false
	}
	p, ok := n.Underlying().(*types.Pointer)
	if !ok {
		return false
	}
	_, box := p.Elem().(*types.Struct)
	return box
}

// DynamicTypes returns the fields of the box of what stands for an interface type.
func DynamicTypes(t types.Type) []*types.Var {
	box, _ := Pointee(t).Underlying().(*types.Struct)
	return slices.Collect(box.Fields())
}

const testName = "is "

// Test returns the question whether x, of an interface type, has a type.
func Test(x Expr, t types.Type) Expr {
	return &Call{Fun: Callee{Builtin: testName + types.TypeString(t, nil), TypeArgs: []types.Type{t}}, Args: []Expr{x}, T: types.Typ[types.Bool]}
}

// IsTest returns the parts of a Test, and whether e is one.
func IsTest(e Expr) (x Expr, t types.Type, ok bool) {
	c, ok := e.(*Call)
	if !ok || !strings.HasPrefix(c.Fun.Builtin, testName) {
		return nil, nil, false
	}
	return c.Args[0], c.Fun.TypeArgs[0], true
}

const assertName = "as "

// Assertion returns x.(T) for an x of an interface type that is not boxed.
func Assertion(x Expr, t types.Type) Expr {
	return &Call{Fun: Callee{Builtin: assertName + types.TypeString(t, nil), TypeArgs: []types.Type{t}}, Args: []Expr{x}, T: t}
}

// IsAssertion returns the operand of an Assertion, and whether e is one.
func IsAssertion(e Expr) (x Expr, ok bool) {
	c, ok := e.(*Call)
	if !ok || !strings.HasPrefix(c.Fun.Builtin, assertName) {
		return nil, false
	}
	return c.Args[0], true
}

// A View is what a package sees of the types that values of interfaces may have: it lists types by the package that an interface is
// declared in, and those count that have its methods. A nil View sees the types of that package.
//
// A type of another package makes an interface carry a derivative only if a method of that takes or returns what carries: a fmt.Stringer
// is a text, whatever else there is in it.
type View func(declared *types.Package) []*types.TypeName

// TypeNames returns the types that a package declares, in their order.
func TypeNames(pkg *types.Package) []*types.TypeName {
	var list []*types.TypeName
	for _, name := range pkg.Scope().Names() {
		if obj, ok := pkg.Scope().Lookup(name).(*types.TypeName); ok && !obj.IsAlias() {
			list = append(list, obj)
		}
	}
	slices.SortStableFunc(list, func(a, b *types.TypeName) int { return int(a.Pos() - b.Pos()) })
	return list
}

// Implementers returns the types in v that have the methods of an interface: those that are generic as the interface is, with its type
// arguments, and where it is not generic with float64 and float32. Of a type whose values have them there are two, the type itself and
// pointers to it. Functions are none of them.
func (v View) Implementers(t *types.Named) []types.Type {
	set, ok := t.Underlying().(*types.Interface)
	if !ok || set.NumMethods() == 0 || !set.IsMethodSet() || t.Obj().Pkg() == nil {
		return nil
	}
	own := implementersAmong(TypeNames(t.Obj().Pkg()), t, set)
	if v == nil {
		return own
	}
	list := implementersAmong(v(t.Obj().Pkg()), t, set)
	if !View(nil).Numeric(set) && !slices.ContainsFunc(own, Carries) {
		list = slices.DeleteFunc(list, Carries)
	}
	return list
}

func implementersAmong(names []*types.TypeName, t *types.Named, set *types.Interface) []types.Type {
	var list []types.Type
	for _, obj := range names {
		n, ok := obj.Type().(*types.Named)
		if !ok || types.IsInterface(n) || drawsNumbers(n) {
			continue
		}
		if _, function := n.Underlying().(*types.Signature); function {
			continue // of which it cannot be told which one it is
		}
		for _, n := range instancesFor(n, t) {
			p := types.NewPointer(n)
			if types.Implements(n, set) {
				list = append(list, n)
			}
			if types.Implements(p, set) {
				list = append(list, p)
			}
		}
	}
	return list
}

// Numeric reports whether a method of an interface takes or returns what carries a derivative.
func (v View) Numeric(set *types.Interface) bool {
	for m := range set.Methods() {
		sig := m.Signature()
		for _, p := range slices.Concat(slices.Collect(sig.Params().Variables()), slices.Collect(sig.Results().Variables())) {
			if v.Carries(p.Type()) {
				return true
			}
		}
	}
	return false
}

// instancesFor returns the instances of a type that values of an interface may have.
func instancesFor(n, iface *types.Named) []*types.Named {
	var list []*types.Named
	switch params, args := n.TypeParams().Len(), iface.TypeArgs(); {
	case params == 0:
		return []*types.Named{n}
	case args.Len() == params:
		list = append(list, instantiate(n, slices.Collect(args.Types())))
	case args.Len() == 0 && params == 1:
		list = append(list, instantiate(n, []types.Type{types.Typ[types.Float64]}), instantiate(n, []types.Type{types.Typ[types.Float32]}))
	}
	return slices.DeleteFunc(list, func(n *types.Named) bool { return n == nil })
}

// drawsNumbers reports whether a type is one of the standard library that draws random numbers, such as rand.Zipf, which has the method of a
// rand.Source: the floats in it are its own.
func drawsNumbers(n *types.Named) bool {
	pkg := n.Obj().Pkg()
	return pkg != nil && (pkg.Path() == "math/rand" || pkg.Path() == "math/rand/v2")
}

// instantiate returns a generic type with type arguments, or nil if it does not take them. Whether it takes what stands for a type
// parameter is asked of the type that its set has in common.
func instantiate(n *types.Named, args []types.Type) *types.Named {
	common := slices.Clone(args)
	for i, a := range args {
		if arg, ok := a.(*types.Named); ok && arg.Obj().Parent() == nil {
			common[i] = arg.Underlying()
		}
	}
	if _, err := types.Instantiate(nil, n, common, true); err != nil {
		return nil
	}
	inst, _ := types.Instantiate(nil, n, args, false)
	named, _ := inst.(*types.Named)
	return named
}

// HoldsFloatsByValue reports whether a value of type t may lead to an interface that holds floats in a place of its own, by itself or by
// interfaces that it holds by value.
func HoldsFloatsByValue(t types.Type) bool {
	w := &valueWalk{seen: map[types.Type]bool{}, held: map[types.Type]bool{}}
	return w.leads(t)
}

type valueWalk struct{ seen, held map[types.Type]bool }

// leads reports whether a value of type t is, holds or refers to such an interface.
func (w *valueWalk) leads(t types.Type) bool {
	if w.seen[t] {
		return false
	}
	w.seen[t] = true
	if IsBoxed(t) {
		return slices.ContainsFunc(DynamicTypes(t), func(f *types.Var) bool { return w.holds(f.Type()) || w.leads(f.Type()) })
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return w.leads(u.Elem())
	case *types.Slice:
		return w.leads(u.Elem())
	case *types.Array:
		return w.leads(u.Elem())
	case *types.Map:
		return w.leads(u.Elem())
	case *types.Struct:
		return slices.ContainsFunc(slices.Collect(u.Fields()), func(f *types.Var) bool { return w.leads(f.Type()) })
	}
	return false
}

// holds reports whether what an interface holds of type t has floats in it, not behind slices, pointers or maps.
func (w *valueWalk) holds(t types.Type) bool {
	if IsFloat(t) {
		return true
	}
	if w.held[t] {
		return false
	}
	w.held[t] = true
	if IsBoxed(t) {
		return slices.ContainsFunc(DynamicTypes(t), func(f *types.Var) bool { return w.holds(f.Type()) })
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsComplex != 0
	case *types.Array:
		return u.Len() > 0 && w.holds(u.Elem())
	case *types.Struct:
		return !synchronises(t) && slices.ContainsFunc(slices.Collect(u.Fields()), func(f *types.Var) bool { return w.holds(f.Type()) })
	case *types.Interface:
		n, ok := types.Unalias(t).(*types.Named)
		if !ok || n.Obj().Pkg() == nil {
			return !IsError(t)
		}
		return slices.ContainsFunc(View(nil).Implementers(n), w.holds)
	}
	return false
}

// HeldByValue reports whether an interface that holds a value of type t holds floats, or interfaces, in a place of its own, which nobody can
// write to. Package runtime asks the same of a type that it meets.
func HeldByValue(t types.Type) bool {
	if IsFloat(t) || IsInterface(t) {
		return !IsError(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsComplex != 0
	case *types.Array:
		return u.Len() > 0 && HeldByValue(u.Elem())
	case *types.Struct:
		if synchronises(t) {
			return false
		}
		for f := range u.Fields() {
			if HeldByValue(f.Type()) {
				return true
			}
		}
	}
	return false
}

// synchronises reports whether t belongs to a package whose values are not looked into.
func synchronises(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && (n.Obj().Pkg().Path() == "sync" || n.Obj().Pkg().Path() == "sync/atomic")
}

// PointerTo returns the field of a box for pointers to the type that another field, of a type that is held by value, is for.
func PointerTo(box types.Type, field *types.Var) *types.Var {
	for _, f := range DynamicTypes(box) {
		if p := Pointee(f.Type()); p != nil && types.Identical(p, field.Type()) {
			return f
		}
	}
	panic("ast: an interface holds values of type " + field.Type().String() + " but no pointers to them")
}

// HoldsByValue reports whether t is or holds an interface that may hold floats by value.
func HoldsByValue(t types.Type) bool { return holdsByValue(t, map[types.Type]bool{}) }

func holdsByValue(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if IsBoxed(t) {
		for _, f := range DynamicTypes(t) {
			if HeldByValue(f.Type()) || holdsByValue(f.Type(), seen) {
				return true
			}
		}
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return holdsByValue(u.Elem(), seen)
	case *types.Slice:
		return holdsByValue(u.Elem(), seen)
	case *types.Array:
		return holdsByValue(u.Elem(), seen)
	case *types.Map:
		return holdsByValue(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if holdsByValue(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}
