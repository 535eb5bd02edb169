package randprog

import "fmt"

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
)

// typ is a type of the generated program. Types are interned: equal types are equal pointers.
type typ struct {
	kind   kind
	text   string // as the program writes it
	base   string // the identifier in text that must not be hidden
	elem   *typ
	length int // of an array
	fields []field
}

// field is a field of a struct type.
type field struct {
	name string
	typ  *typ
}

// typeSet holds the types of one program.
type typeSet struct {
	float64, float32, int, bool, string, error *typ
	named                                      *typ   // a named float type, or nil
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

// floats returns the float types of the program.
func (s *typeSet) floats() []*typ {
	if s.named == nil {
		return []*typ{s.float64, s.float32}
	}
	return []*typ{s.float64, s.float32, s.named}
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
