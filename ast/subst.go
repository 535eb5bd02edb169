package ast

import (
	"go/types"
	"strings"
)

// A Subst replaces types inside types. What it makes of one type is one type, always, so that fields of structs stay identical.
type Subst struct {
	Context *types.Context                    // of instantiated types
	Args    map[*types.TypeParam]types.Type   // what type parameters stand for; those that are not in it stay
	Param   func(*types.TypeParam) types.Type // what others stand for; may be nil
	Replace func(*types.Named) types.Type     // what a named type stands for, its type arguments being replaced; may be nil

	done map[types.Type]types.Type
}

// Type returns t with everything replaced. Aliases stay where nothing in them is.
func (s *Subst) Type(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	if u, ok := s.done[t]; ok {
		return u
	}
	if s.done == nil {
		s.done = map[types.Type]types.Type{}
	}
	u := s.replaced(t)
	s.done[t] = u
	return u
}

func (s *Subst) replaced(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Alias:
		if u := s.Type(types.Unalias(t)); u != types.Unalias(t) || s.Replace != nil && IsLocal(t.Obj()) {
			return u
		}
	case *types.TypeParam:
		if u := s.Args[t]; u != nil {
			return u
		}
		if s.Param != nil {
			return s.Param(t)
		}
	case *types.Named:
		return s.named(t)
	case *types.Pointer:
		if u := s.Type(t.Elem()); u != t.Elem() {
			return types.NewPointer(u)
		}
	case *types.Slice:
		if u := s.Type(t.Elem()); u != t.Elem() {
			return types.NewSlice(u)
		}
	case *types.Array:
		if u := s.Type(t.Elem()); u != t.Elem() {
			return types.NewArray(u, t.Len())
		}
	case *types.Chan:
		if u := s.Type(t.Elem()); u != t.Elem() {
			return types.NewChan(t.Dir(), u)
		}
	case *types.Map:
		if k, e := s.Type(t.Key()), s.Type(t.Elem()); k != t.Key() || e != t.Elem() {
			return types.NewMap(k, e)
		}
	case *types.Struct:
		return s.structType(t)
	case *types.Tuple:
		if list, changed := s.vars(t); changed {
			return types.NewTuple(list...)
		}
	case *types.Signature:
		return s.Signature(t)
	case *types.Interface:
		return s.interfaceType(t)
	case *types.Union:
		return s.union(t)
	}
	return t
}

func (s *Subst) named(t *types.Named) types.Type {
	var args []types.Type
	changed := false
	for a := range t.TypeArgs().Types() {
		u := s.Type(a)
		args, changed = append(args, u), changed || u != a
	}
	if changed {
		if u, err := types.Instantiate(s.Context, t.Origin(), args, false); err == nil {
			t, _ = u.(*types.Named)
		}
	}
	if s.Replace != nil {
		return s.Replace(t)
	}
	return t
}

func (s *Subst) structType(t *types.Struct) types.Type {
	var fields []*types.Var
	var tags []string
	changed := false
	for i := range t.NumFields() {
		f := t.Field(i)
		if u := s.Type(f.Type()); u != f.Type() {
			_, named := u.(*types.Named)
			_, pointer := u.(*types.Pointer)
			f, changed = types.NewField(f.Pos(), f.Pkg(), f.Name(), u, f.Embedded() && (named || pointer)), true
		}
		fields, tags = append(fields, f), append(tags, t.Tag(i))
	}
	if !changed {
		return t
	}
	return types.NewStruct(fields, tags)
}

// vars returns the variables of a tuple with their types replaced, and whether any is.
func (s *Subst) vars(t *types.Tuple) (list []*types.Var, changed bool) {
	for v := range t.Variables() {
		w := s.Var(v)
		list, changed = append(list, w), changed || w != v
	}
	return list, changed
}

// Var returns a parameter or result with its type replaced.
func (s *Subst) Var(v *types.Var) *types.Var {
	if u := s.Type(v.Type()); u != v.Type() {
		return types.NewParam(v.Pos(), v.Pkg(), v.Name(), u)
	}
	return v
}

// Signature returns a signature with everything replaced, without a receiver and without type parameters.
func (s *Subst) Signature(t *types.Signature) *types.Signature {
	params, changed := s.vars(t.Params())
	results, more := s.vars(t.Results())
	if !changed && !more {
		return t
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(results...), t.Variadic())
}

func (s *Subst) interfaceType(t *types.Interface) types.Type {
	var methods []*types.Func
	var embedded []types.Type
	changed := false
	for m := range t.ExplicitMethods() {
		sig := m.Signature()
		if u := s.Signature(sig); u != sig {
			m, changed = types.NewFunc(m.Pos(), m.Pkg(), m.Name(), u), true
		}
		methods = append(methods, m)
	}
	for e := range t.EmbeddedTypes() {
		u := s.Type(e)
		embedded, changed = append(embedded, u), changed || u != e
	}
	if !changed {
		return t
	}
	return types.NewInterfaceType(methods, embedded).Complete()
}

func (s *Subst) union(t *types.Union) types.Type {
	var terms []*types.Term
	changed := false
	for term := range t.Terms() {
		if u := s.Type(term.Type()); u != term.Type() {
			term, changed = types.NewTerm(term.Tilde(), u), true
		}
		terms = append(terms, term)
	}
	if !changed {
		return t
	}
	return types.NewUnion(terms)
}

// IsLocal reports whether a type is declared in a function.
func IsLocal(obj *types.TypeName) bool {
	return obj.Pkg() != nil && obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope()
}

// A TypeParam is a type parameter of a generic function. In the representation a named type stands for it, whose underlying type is
// what the types in its set have in common: nothing behind lowering need know that the type is not known.
type TypeParam struct {
	Type       *types.Named
	Constraint types.Type
}

// NewTypeParam returns what stands for p. Its constraint and its underlying type are set later.
func NewTypeParam(p *types.TypeParam) *TypeParam {
	obj := types.NewTypeName(p.Obj().Pos(), p.Obj().Pkg(), p.Obj().Name(), nil)
	return &TypeParam{Type: types.NewNamed(obj, nil, nil)}
}

// A TypeDecl declares a type of ours, which is generic where it has type parameters. Its uses all have these as their arguments, which
// are part of its name therefore: see GenericName.
type TypeDecl struct {
	Type       *types.Named
	TypeParams []*TypeParam
}

// Name returns the name without type arguments.
func (d *TypeDecl) Name() string {
	name, _, _ := strings.Cut(d.Type.Obj().Name(), "[")
	return name
}

// GenericName returns a name with type parameters as its arguments: saved[T].
func GenericName(name string, params []*TypeParam) string {
	if len(params) == 0 {
		return name
	}
	var args []string
	for _, p := range params {
		args = append(args, p.Type.Obj().Name())
	}
	return name + "[" + strings.Join(args, ", ") + "]"
}

// IsTypeParam reports whether t stands for a type parameter: such a type is declared nowhere.
func IsTypeParam(t types.Type) bool {
	n := StandIn(t)
	if n == nil {
		return false
	}
	_, basic := n.Underlying().(*types.Basic)
	return basic
}

// StandIn returns the type of ours that t is, which is declared nowhere, or nil.
func StandIn(t types.Type) *types.Named {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Parent() != nil || n.Obj().Pkg() == nil {
		return nil
	}
	return n
}

// Mentions reports whether t is part of one of the types of a list.
func Mentions(list []types.Type, t types.Type) bool {
	found := false
	s := &Subst{Context: types.NewContext(), Replace: func(n *types.Named) types.Type {
		found = found || n == t
		return n
	}}
	for _, u := range list {
		s.Type(u)
	}
	return found
}
