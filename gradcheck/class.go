package gradcheck

import "reflect"

// A class says where the floats of a type lie. It is a set; that of a type without floats is empty.
type class uint8

const (
	direct     class = 1 << iota // in the value itself
	referenced                   // behind a slice, a pointer or a map

	valueLike     = direct
	referenceLike = referenced
	mixed         = direct | referenced
)

// A scope says which floats of a type a derivative can reach: not those behind unexported fields of
// packages other than pkg, except where hidden is set.
type scope struct {
	pkg    string
	hidden bool
}

// sees reports whether code in the scope can reach field f. A blank field nobody can.
func (s scope) sees(f reflect.StructField) bool {
	return f.Name != "_" && (f.IsExported() || f.PkgPath == s.pkg || s.hidden)
}

// opaque reports whether t is a struct of another package with floats behind unexported fields, of which a user says how its shadow is made.
func (s scope) opaque(t reflect.Type) bool {
	if t.PkgPath() == "" || t.PkgPath() == s.pkg {
		return false
	}
	for f := range t.Fields() {
		if !f.IsExported() && f.Name != "_" && classOf(f.Type, scope{s.pkg, true}, 0) != 0 {
			return true
		}
	}
	return false
}

// classOf returns the class of t, where dynamic stands for the class of what an interface may hold.
func classOf(t reflect.Type, s scope, dynamic class) class {
	c := classifier{scope: s, dynamic: dynamic, seen: map[sighting]bool{}}
	c.visit(t, direct)
	return c.found
}

type classifier struct {
	scope   scope
	dynamic class
	seen    map[sighting]bool
	found   class
}

// A sighting is a type at the place where it was met: as part of the value or behind a reference.
type sighting struct {
	typ   reflect.Type
	where class
}

func (c *classifier) visit(t reflect.Type, where class) {
	if c.seen[sighting{t, where}] {
		return
	}
	c.seen[sighting{t, where}] = true
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		c.found |= where
	case reflect.Array:
		if t.Len() > 0 {
			c.visit(t.Elem(), where)
		}
	case reflect.Struct:
		for f := range t.Fields() {
			if c.scope.sees(f) {
				c.visit(f.Type, where)
			}
		}
	case reflect.Pointer, reflect.Slice, reflect.Map:
		c.visit(t.Elem(), referenced)
	case reflect.Interface:
		if where == referenced && c.dynamic != 0 {
			c.found |= referenced
		} else {
			c.found |= c.dynamic
		}
	}
}

// isFloat reports whether t is a float type.
func isFloat(t reflect.Type) bool {
	return t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32
}
