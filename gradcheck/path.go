package gradcheck

import (
	"fmt"
	"reflect"
	"strings"
)

// path returns the Go expression for a place, such as m.Layers[0].B.
func (g *image) path(at place) string { return g.pathBefore(at, len(g.links)) }

// pathBefore is path by way of links before the given one alone, so that it ends in a cycle too: the link by
// which a region was first reached lies in one that was reached before.
func (g *image) pathBefore(at place, before int) string {
	r := g.regions[at.region]
	switch r.role {
	case root:
		return subpath(r.name, r.elem, at.offset)
	case key:
		return "a key of " + g.mappingPath(r.owner)
	case element:
		return subpath(g.elementPath(r), r.elem, at.offset)
	case dynamic:
		return subpath(fmt.Sprintf("%s.(%v)", g.pathBefore(g.links[r.owner].from, r.owner), r.elem), r.elem, at.offset)
	case shared:
		return g.sharedPath(at, before)
	}
	panic(fmt.Sprintf("gradcheck: role %d", r.role))
}

func (g *image) mappingPath(m int) string {
	view := g.mappings[m].view
	return g.pathBefore(g.links[view].from, view)
}

// elementPath returns the expression for the element of a map.
func (g *image) elementPath(r region) string {
	k := g.regions[g.mappings[r.owner].keys[r.entry]].mem.Index(0)
	verb := "%s[%v]"
	if k.Kind() == reflect.String {
		verb = "%s[%q]"
	}
	return fmt.Sprintf(verb, operand(g.mappingPath(r.owner)), k)
}

// sharedPath returns the expression for a place by the first link that leads there; by a link to spare
// capacity only where there is no other.
func (g *image) sharedPath(at place, before int) string {
	spare := ""
	for _, n := range g.regions[at.region].views {
		l := g.links[n]
		if n >= before || at.offset < l.to.offset {
			continue
		}
		offset := at.offset - l.to.offset
		size := l.typ.Elem().Size()
		if l.typ.Kind() == reflect.Pointer {
			if offset < size {
				return subpath(indirect(g.pathBefore(l.from, n), l.typ.Elem()), l.typ.Elem(), offset)
			}
			continue
		}
		if i := offset / size; i < uintptr(l.capacity) {
			name := operand(g.pathBefore(l.from, n))
			path := subpath(fmt.Sprintf("%s[%d]", name, i), l.typ.Elem(), offset%size)
			if i < uintptr(l.length) {
				return path
			}
			if spare == "" {
				spare = path + " (spare capacity)"
			}
		}
	}
	return spare
}

// indirect returns the expression for what the pointer called name points to, as the operand of a selector
// or an index where Go does without the star.
func indirect(name string, elem reflect.Type) string {
	if k := elem.Kind(); k == reflect.Struct || k == reflect.Array {
		return operand(name)
	}
	return "*" + name
}

// operand returns name as it stands before a dot or a bracket.
func operand(name string) string {
	if strings.HasPrefix(name, "*") {
		return "(" + name + ")"
	}
	return name
}

// subpath returns the expression for what lies at an offset into the value of type t called name.
func subpath(name string, t reflect.Type, offset uintptr) string {
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			if offset >= f.Offset && offset < f.Offset+f.Type.Size() {
				return subpath(operand(name)+"."+f.Name, f.Type, offset-f.Offset)
			}
		}
	case reflect.Array:
		size := t.Elem().Size()
		return subpath(fmt.Sprintf("%s[%d]", operand(name), offset/size), t.Elem(), offset%size)
	}
	return name
}
