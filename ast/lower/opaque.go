package lower

import (
	"fmt"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Opaque types.
//
// The floats of a type of another package that lie behind unexported fields no derivative can reach. What a derivative needs of such a
// type two functions do, and a third where values are written in place:
//
//	//godiff:shadow of=example.com/matrix.Dense
//	func zeros(m *matrix.Dense) *matrix.Dense { … }
//
//	//godiff:add of=example.com/matrix.Dense
//	func add(dst, src *matrix.Dense) { … }
//
//	//godiff:copy of=example.com/matrix.Dense
//	func copied(m *matrix.Dense) *matrix.Dense { … }
//
// They take the type or a pointer to it; the pointer where values of the type hold floats themselves.
//
// A type that is not opaque may have a shadow function too, which then makes the shadows of its values in place of make and new, from
// memory of the user's:
//
//	//godiff:shadow of=Tensor
//	func zeros[T Float](x Tensor[T]) Tensor[T] { … }

// opaqueType sets the type that a directive is for, and reports one that does not fit.
func (r *resolver) opaqueType(c *comment, d *Directive) {
	o, _ := c.option("of")
	obj, err := denoted(r, o.value, lookupType)
	if err != nil {
		r.errorf(o.pos, "of=%s: %v", o.value, err)
		return
	}
	t, ok := types.Unalias(obj.Type()).(*types.Named)
	opaque := ok && ast.OpaqueType(t, r.types) == t
	switch {
	case opaque && t.TypeParams().Len() > 0:
		r.errorf(o.pos, "of=%s: a generic type with floats behind unexported fields cannot have %s", o.value, d.what())
		return
	case opaque:
	case d.Verb != "shadow":
		r.errorf(o.pos, "of=%s: this is no type of another package with floats behind unexported fields", o.value)
		return
	case !ok || !isStruct(t) || ast.ShapeOf(t) != ast.ReferenceLike:
		r.errorf(o.pos, "of=%s: this is neither a type of another package with floats behind unexported fields nor a struct whose floats all lie behind slices, pointers and maps", o.value)
		return
	case !fitsShadow(d.Fn.Signature(), t):
		r.errorf(c.decl.Name.Pos(), "%s is no shadow function for %s: its one parameter and its result must be of that type, with the type parameters of the function in their order if it is generic", d.Fn.Name(), o.value)
		return
	default:
		d.OfType = t.Obj()
		return
	}
	d.OfType = t.Obj()
	if sig := d.Fn.Signature(); !r.fitsOpaque(d, sig, t) {
		form := func(t types.Type) string {
			name := types.TypeString(t, types.RelativeTo(r.types))
			if d.Verb != "add" {
				return fmt.Sprintf("func %s(v %s) %s", d.Fn.Name(), name, name)
			}
			return fmt.Sprintf("func %s(dst, src %s)", d.Fn.Name(), name)
		}
		want := form(types.NewPointer(t))
		if ast.ShapeOf(t) == ast.ReferenceLike {
			want = form(t) + " or " + want
		}
		r.errorf(c.decl.Name.Pos(), "%s is no %s function for %s: its signature must be %s", d.Fn.Name(), d.Verb, o.value, want)
	}
}

func isStruct(t types.Type) bool {
	_, ok := t.Underlying().(*types.Struct)
	return ok
}

// fitsShadow reports whether a function has the signature of a shadow function of a type that is not opaque.
func fitsShadow(sig *types.Signature, t *types.Named) bool {
	if sig.Recv() != nil || sig.Variadic() || sig.Params().Len() != 1 || sig.Results().Len() != 1 || sig.TypeParams().Len() != t.TypeParams().Len() {
		return false
	}
	v, ok := types.Unalias(sig.Params().At(0).Type()).(*types.Named)
	if !ok || v.Origin() != t || !types.Identical(v, sig.Results().At(0).Type()) {
		return false
	}
	for i := range v.TypeArgs().Len() {
		if v.TypeArgs().At(i) != sig.TypeParams().At(i) {
			return false
		}
	}
	return true
}

// fitsOpaque reports whether a function has the signature of a shadow, copy or add function of a type.
func (r *resolver) fitsOpaque(d *Directive, sig *types.Signature, t *types.Named) bool {
	params, results := 1, 1
	if d.Verb == "add" {
		params, results = 2, 0
	}
	if sig.Recv() != nil || sig.TypeParams().Len() > 0 || sig.Variadic() || sig.Params().Len() != params || sig.Results().Len() != results {
		return false
	}
	first := sig.Params().At(0).Type()
	if !types.Identical(first, types.NewPointer(t)) && !(types.Identical(first, t) && (d.Verb != "add" || ast.ShapeOf(t) == ast.ReferenceLike)) {
		return false
	}
	for _, list := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range list.Variables() {
			if !types.Identical(v.Type(), first) {
				return false
			}
		}
	}
	return true
}

// lookupType returns the type of a package with a name.
func lookupType(pkg *types.Package, name string) (*types.TypeName, error) {
	if t, ok := pkg.Scope().Lookup(name).(*types.TypeName); ok {
		return t, nil
	}
	return nil, fmt.Errorf("no type %s in package %s", name, pkg.Path())
}
