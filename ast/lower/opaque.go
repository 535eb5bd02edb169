package lower

import (
	"fmt"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// Opaque types.
//
// The floats of a type of another package that lie behind unexported fields no derivative can reach. What a derivative needs of such a
// type two functions do:
//
//	//godiff:shadow of=example.com/matrix.Dense
//	func zeros(m *matrix.Dense) *matrix.Dense { … }
//
//	//godiff:add of=example.com/matrix.Dense
//	func add(dst, src *matrix.Dense) { … }
//
// They take the type or a pointer to it; the pointer where values of the type hold floats themselves.

// opaqueType sets the type that a directive is for, and reports one that does not fit.
func (r *resolver) opaqueType(c *comment, d *Directive) {
	o, _ := c.option("of")
	obj, err := denoted(r, o.value, lookupType)
	if err != nil {
		r.errorf(o.pos, "of=%s: %v", o.value, err)
		return
	}
	t, ok := types.Unalias(obj.Type()).(*types.Named)
	switch {
	case ok && t.TypeParams().Len() > 0:
		r.errorf(o.pos, "of=%s: a generic type cannot have a shadow function", o.value)
		return
	case !ok || ast.OpaqueType(t, r.types) != t:
		r.errorf(o.pos, "of=%s: this is no type of another package with floats behind unexported fields", o.value)
		return
	}
	d.OfType = t.Obj()
	if sig := d.Fn.Signature(); !r.fitsOpaque(d, sig, t) {
		form := func(t types.Type) string {
			name := types.TypeString(t, types.RelativeTo(r.types))
			if d.Verb == "shadow" {
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

// fitsOpaque reports whether a function has the signature of a shadow or add function of a type.
func (r *resolver) fitsOpaque(d *Directive, sig *types.Signature, t *types.Named) bool {
	params, results := 1, 1
	if d.Verb == "add" {
		params, results = 2, 0
	}
	if sig.Recv() != nil || sig.TypeParams().Len() > 0 || sig.Variadic() || sig.Params().Len() != params || sig.Results().Len() != results {
		return false
	}
	first := sig.Params().At(0).Type()
	if !types.Identical(first, types.NewPointer(t)) && !(types.Identical(first, t) && (d.Verb == "shadow" || ast.ShapeOf(t) == ast.ReferenceLike)) {
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
