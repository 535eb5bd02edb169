package randprog

import (
	"fmt"
	"slices"
)

// kind is the kind of a type that programs use.
type kind uint8

const (
	floatKind kind = iota
	intKind
	boolKind
	stringKind
	errorKind
	sliceKind
	arrayKind
	structKind
	pointerKind
	mapKind
	funcKind
	interfaceKind
)

// typ is a type of the generated program. Types are interned: equal types are equal pointers.
type typ struct {
	kind   kind
	text   string // as the program writes it
	base   string // the identifiers in text that must not be hidden
	elem   *typ
	length int     // of an array
	fields []field // of a struct
	key    *typ    // of a map
	params []*typ  // of a function, which has one result
	result *typ
	impls  []*typ // of an interface: structs and pointers to structs

	generic bool // it is an instance of a generic struct type
}

// field is a field of a struct type.
type field struct {
	name     string
	typ      *typ
	embedded bool
}

// typeSet holds the types of one program.
type typeSet struct {
	float64, float32, int, bool, string, error *typ
	named                                      *typ   // a named float type, or nil
	generic                                    *typ   // the type parameter T, a float
	param                                      *typ   // T where it is visible, or nil
	vector                                     *typ   // a named slice type, or nil
	layer                                      *typ   // an interface type, or nil
	structs                                    []*typ // later ones may hold earlier ones
	derived                                    []*typ // slices, arrays and pointers made so far
}

// newTypeSet returns the basic types.
func newTypeSet() *typeSet {
	basic := func(k kind, name string) *typ { return &typ{kind: k, text: name, base: name} }
	return &typeSet{
		float64: basic(floatKind, "float64"),
		float32: basic(floatKind, "float32"),
		int:     basic(intKind, "int"),
		bool:    basic(boolKind, "bool"),
		string:  basic(stringKind, "string"),
		error:   basic(errorKind, "error"),
		generic: basic(floatKind, "T"),
	}
}

// intern returns the type that prints like t, which becomes t itself where there is none.
func (s *typeSet) intern(t *typ) *typ {
	for _, d := range s.derived {
		if d.text == t.text {
			return d
		}
	}
	s.derived = append(s.derived, t)
	return t
}

func (s *typeSet) sliceOf(e *typ) *typ {
	return s.intern(&typ{kind: sliceKind, text: "[]" + e.text, base: e.base, elem: e})
}

func (s *typeSet) arrayOf(n int, e *typ) *typ {
	return s.intern(&typ{kind: arrayKind, text: fmt.Sprintf("[%d]%s", n, e.text), base: e.base, elem: e, length: n})
}

func (s *typeSet) pointerTo(e *typ) *typ {
	return s.intern(&typ{kind: pointerKind, text: "*" + e.text, base: e.base, elem: e})
}

// mapOf returns the type of maps with keys that are strings or ints. The zero value of an element must be harmless.
func (s *typeSet) mapOf(key, e *typ) *typ {
	return s.intern(&typ{kind: mapKind, text: fmt.Sprintf("map[%s]%s", key.text, e.text), base: key.base + " " + e.base, elem: e, key: key})
}

// funcOf returns the type of functions of one parameter and one result.
func (s *typeSet) funcOf(param, result *typ) *typ {
	return s.intern(&typ{kind: funcKind, text: fmt.Sprintf("func(%s) %s", param.text, result.text), base: param.base + " " + result.base,
		params: []*typ{param}, result: result})
}

// floats returns the float types of the program.
func (s *typeSet) floats() []*typ {
	list := []*typ{s.float64, s.float32}
	for _, t := range []*typ{s.named, s.param} {
		if t != nil {
			list = append(list, t)
		}
	}
	return list
}

// declared returns the struct types that may have methods here: those that are not generic.
func (s *typeSet) declared() []*typ {
	return slices.DeleteFunc(slices.Clone(s.structs), func(t *typ) bool { return t.generic })
}

// reaches reports whether a value of type want is t itself or part of what t holds or points to.
func (t *typ) reaches(want *typ) bool {
	if t == want {
		return true
	}
	for _, f := range t.fields {
		if f.typ.reaches(want) {
			return true
		}
	}
	return t.elem != nil && t.elem.reaches(want)
}

// differentiable reports whether t carries a derivative.
func (t *typ) differentiable() bool {
	if t.kind == floatKind {
		return true
	}
	for _, f := range t.fields {
		if f.typ.differentiable() {
			return true
		}
	}
	return t.elem != nil && t.elem.differentiable()
}
