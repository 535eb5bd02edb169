package ast

import "go/types"

// A Shape says where the floats of a type lie: in the value itself, in memory that it refers to, or both.
// It decides how a shadow is passed: a value-like one is returned, a reference-like one is accumulated into.
type Shape int

const (
	// None is the shape of types without floats. Interface types have it too, but for those with methods that types with floats have
	// which can be seen: these are reference-like, or mixed if one of the types holds floats by value.
	None Shape = iota
	// ValueLike types reach every float without a slice, pointer or map: float64, [3]float64, struct{ X, Y float64 }.
	ValueLike
	// ReferenceLike types reach every float through a slice, pointer or map: []float64, *Model, struct{ W []float64 }.
	ReferenceLike
	// Mixed types have floats of both kinds: struct{ W []float64; B float64 }.
	Mixed
)

// String returns the word of the interface for s, such as "value-like".
func (s Shape) String() string {
	switch s {
	case None:
		return "none"
	case ValueLike:
		return "value-like"
	case ReferenceLike:
		return "reference-like"
	case Mixed:
		return "mixed"
	}
	return "invalid shape"
}

// Carries reports whether a value of type t carries a derivative: whether t is a float, a type parameter whose every
// type is a float, or an array, slice, struct, pointer or map that holds one. Recursive types are followed once.
// An interface type with methods carries where a type that is declared in the same package, has these methods and is no other
// interface does; a View sees more types. Complex numbers, other interfaces, functions, channels and the keys of maps do not carry.
func Carries(t types.Type) bool { return ShapeOf(t) != None }

// ShapeOf returns the shape of t.
func ShapeOf(t types.Type) Shape { return View(nil).shape(t, false) }

// Carries reports whether a value of type t carries a derivative where the types in v are seen.
func (v View) Carries(t types.Type) bool { return v.shape(t, false) != None }

// shapeOutside is the shape of what t stands for, if that is an interface or holds some: see NewBoxed.
func (v View) shapeOutside(t types.Type) Shape { return v.shape(t, true) }

func (v View) shape(t types.Type, outside bool) Shape {
	var direct, referred bool
	w := floatWalk{view: v, outside: outside, float: func(byReference bool) {
		direct = direct || !byReference
		referred = referred || byReference
	}}
	w.walk(t)
	switch {
	case direct && referred:
		return Mixed
	case referred:
		return ReferenceLike
	case direct:
		return ValueLike
	}
	return None
}

// Opaque reports whether t is or contains a type of another package than pkg whose floats lie behind unexported
// fields, so that code in pkg cannot reach them. Packages are compared by path: a test variant of pkg is pkg.
func Opaque(t types.Type, pkg *types.Package) bool {
	opaque := false
	w := floatWalk{field: func(f *types.Var) {
		opaque = opaque || !f.Exported() && !samePackage(f.Pkg(), pkg) && Carries(f.Type())
	}}
	w.walk(t)
	return opaque
}

// foreignOpaque reports whether t, or what its elements are or it points to, is a type of another package than pkg with floats that code
// in pkg cannot reach. A type of pkg's own that contains one is none.
func foreignOpaque(t types.Type, pkg *types.Package) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if ok && n.Obj().Pkg() != nil {
		return !samePackage(n.Obj().Pkg(), pkg) && Opaque(n, pkg)
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return foreignOpaque(u.Elem(), pkg)
	case *types.Slice:
		return foreignOpaque(u.Elem(), pkg)
	case *types.Array:
		return foreignOpaque(u.Elem(), pkg)
	case *types.Map:
		return foreignOpaque(u.Elem(), pkg)
	}
	return false
}

// OpaqueType returns the type of another package than pkg that t is, or the elements of t are, or t points to, which has unexported fields
// that carry a derivative; or nil.
func OpaqueType(t types.Type, pkg *types.Package) *types.Named {
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if st, ok := u.Underlying().(*types.Struct); ok && u.Obj().Pkg() != nil && !samePackage(u.Obj().Pkg(), pkg) && hides(st) {
			return u
		}
	case *types.Pointer:
		return OpaqueType(u.Elem(), pkg)
	case *types.Slice:
		return OpaqueType(u.Elem(), pkg)
	case *types.Array:
		return OpaqueType(u.Elem(), pkg)
	case *types.Map:
		return OpaqueType(u.Elem(), pkg)
	}
	return nil
}

// hides reports whether a struct has unexported fields that carry a derivative.
func hides(t *types.Struct) bool {
	for f := range t.Fields() {
		if !f.Exported() && f.Name() != "_" && Carries(f.Type()) {
			return true
		}
		if st, ok := types.Unalias(f.Type()).(*types.Struct); ok && hides(st) {
			return true
		}
	}
	return false
}

// IsFloat reports whether t is a float scalar: float64, float32, a named type of these, or a type parameter whose
// every type is one.
func IsFloat(t types.Type) bool {
	if param, ok := types.Unalias(t).(*types.TypeParam); ok {
		return floatSet(param)
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && (basic.Kind() == types.Float64 || basic.Kind() == types.Float32)
}

// IsError reports whether t is the predeclared type error.
func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// FloatElem returns the float type E of a scalar E, a slice []E or an array [n]E, named types of these included, and
// whether t is one of them.
func FloatElem(t types.Type) (types.Type, bool) {
	if IsFloat(t) {
		return t, true
	}
	var elem types.Type
	switch u := t.Underlying().(type) {
	case *types.Slice:
		elem = u.Elem()
	case *types.Array:
		elem = u.Elem()
	default:
		return nil, false
	}
	return elem, IsFloat(elem)
}

// WhyNot returns why a value of type t carries no derivative, as a phrase that follows its name: "is an integer".
// It returns "" where t carries one.
func (v View) WhyNot(t types.Type) string {
	if v.Carries(t) {
		return ""
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return "is of a type parameter that admits types other than floats"
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return whyNotBasic(u)
	case *types.Chan:
		return "is a channel"
	case *types.Signature:
		return "is a function"
	case *types.Interface:
		if IsError(t) {
			return "is an error"
		}
		return "is an interface"
	}
	return "holds no float"
}

func whyNotBasic(t *types.Basic) string {
	switch info := t.Info(); {
	case info&types.IsInteger != 0:
		return "is an integer"
	case info&types.IsBoolean != 0:
		return "is a boolean"
	case info&types.IsString != 0:
		return "is a string"
	case info&types.IsComplex != 0:
		return "is a complex number"
	}
	return "holds no float"
}

func samePackage(a, b *types.Package) bool {
	return a == b || a != nil && b != nil && a.Path() == b.Path()
}

// maxInstances bounds the instantiated types that a walk enters. Only an endless expansion such as
// type T[P any] struct{ next *T[[]P] }, which is no valid Go but may occur in code that does not compile, comes near it.
const maxInstances = 200

// floatWalk visits the floats inside a type, and the struct fields on the way. Every named type is entered at most
// once by value and once by reference, so recursive types end. Both functions are optional.
type floatWalk struct {
	float func(byReference bool) // a float; byReference: reached through a slice, pointer or map
	field func(*types.Var)       // a field that is not blank

	view    View
	outside bool // what stands for an interface is one

	byReference bool
	seen        []seenType
	instances   int
}

type seenType struct {
	named       *types.Named
	byReference bool
}

func (w *floatWalk) walk(t types.Type) {
	t = types.Unalias(t)
	if named, ok := t.(*types.Named); ok {
		if !w.enter(named) {
			return
		}
		if types.IsInterface(named) {
			w.walkImplementers(named)
			return
		}
		if w.outside && IsBoxed(named) {
			for _, f := range DynamicTypes(named) {
				w.walk(f.Type())
			}
			return
		}
	}
	if IsFloat(t) {
		if w.float != nil {
			w.float(w.byReference)
		}
		return
	}
	if _, ok := t.(*types.TypeParam); !ok {
		w.walkParts(t.Underlying())
	}
}

// walkImplementers visits the types that values of an interface may have. What is hidden in them is not asked for.
func (w *floatWalk) walkImplementers(t *types.Named) {
	if w.float == nil {
		return
	}
	inner := *w
	inner.field = nil
	for _, d := range w.view.Implementers(t) {
		inner.walk(d)
	}
	w.seen, w.instances = inner.seen, inner.instances
}

func (w *floatWalk) walkParts(t types.Type) {
	switch t := t.(type) {
	case *types.Array:
		w.walk(t.Elem())
	case *types.Slice:
		w.walkReferred(t.Elem())
	case *types.Pointer:
		w.walkReferred(t.Elem())
	case *types.Map:
		w.walkReferred(t.Elem())
	case *types.Struct:
		w.walkFields(t)
	}
}

func (w *floatWalk) walkReferred(t types.Type) {
	outer := w.byReference
	w.byReference = true
	w.walk(t)
	w.byReference = outer
}

// walkFields passes over blank fields, which nothing can read.
func (w *floatWalk) walkFields(t *types.Struct) {
	for field := range t.Fields() {
		if field.Name() == "_" {
			continue
		}
		if w.field != nil {
			w.field(field)
		}
		w.walk(field.Type())
	}
}

// enter records a visit to named and reports whether it is the first of its kind.
func (w *floatWalk) enter(named *types.Named) bool {
	if named.TypeArgs().Len() > 0 {
		w.instances++
	}
	if w.instances > maxInstances {
		return false
	}
	for _, s := range w.seen {
		if s.byReference == w.byReference && types.Identical(s.named, named) {
			return false
		}
	}
	w.seen = append(w.seen, seenType{named, w.byReference})
	return true
}

// floatSet reports whether every type in the type set of param is a float, and there is one.
func floatSet(param *types.TypeParam) bool {
	set, ok := param.Constraint().Underlying().(*types.Interface)
	return ok && floatInterface(set, 0)
}

// floatInterface reports whether one of the elements that the type set of t intersects is a union of floats alone.
// A depth bound ends the walk in cyclic constraints, which are no valid Go.
func floatInterface(t *types.Interface, depth int) bool {
	if depth > 100 {
		return false
	}
	for elem := range t.EmbeddedTypes() {
		if floatTerm(elem, depth) {
			return true
		}
	}
	return false
}

func floatTerm(t types.Type, depth int) bool {
	if union, ok := types.Unalias(t).(*types.Union); ok {
		for term := range union.Terms() {
			if !floatTerm(term.Type(), depth) {
				return false
			}
		}
		return union.Len() > 0
	}
	if set, ok := t.Underlying().(*types.Interface); ok {
		return floatInterface(set, depth+1)
	}
	return IsFloat(t)
}

// EachTypeName calls f for every type name that writing t takes.
func EachTypeName(t types.Type, f func(*types.TypeName)) {
	switch t := t.(type) {
	case *types.Named:
		f(t.Obj())
		for a := range t.TypeArgs().Types() {
			EachTypeName(a, f)
		}
	case *types.Alias:
		f(t.Obj())
	case *types.Basic:
		if obj, ok := types.Universe.Lookup(t.Name()).(*types.TypeName); ok {
			f(obj)
		}
	case *types.Pointer:
		EachTypeName(t.Elem(), f)
	case *types.Slice:
		EachTypeName(t.Elem(), f)
	case *types.Array:
		EachTypeName(t.Elem(), f)
	case *types.Map:
		EachTypeName(t.Key(), f)
		EachTypeName(t.Elem(), f)
	case *types.Chan:
		EachTypeName(t.Elem(), f)
	case *types.Struct:
		for v := range t.Fields() {
			EachTypeName(v.Type(), f)
		}
	case *types.Interface:
		for e := range t.EmbeddedTypes() {
			EachTypeName(e, f)
		}
		for m := range t.ExplicitMethods() {
			EachTypeName(m.Type(), f)
		}
	case *types.Union:
		for term := range t.Terms() {
			EachTypeName(term.Type(), f)
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			EachTypeName(v.Type(), f)
		}
		for v := range t.Results().Variables() {
			EachTypeName(v.Type(), f)
		}
	}
}
