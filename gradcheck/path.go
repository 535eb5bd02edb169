package gradcheck

import (
	"fmt"
	"reflect"
	"strings"
)

// path returns the Go expression for what has no parts at a place, such as m.Layers[0].B.
func (g *image) path(at place) string { return g.pathBefore(at, nil, len(g.links)) }

// pathTo returns the Go expression for the value of type t at a place.
func (g *image) pathTo(at place, t reflect.Type) string { return g.pathBefore(at, t, len(g.links)) }

// pathBefore is pathTo by way of links before the given one alone, so that it ends in a cycle too: the link by
// which a region was first reached lies in one that was reached before.
func (g *image) pathBefore(at place, t reflect.Type, before int) string {
	r := g.regions[at.region]
	switch r.role {
	case root:
		return subpath(r.name, r.elem, t, at.offset)
	case key:
		return "a key of " + g.mappingPath(r.owner)
	case element:
		return subpath(g.elementPath(r), r.elem, t, at.offset)
	case dynamic:
		return subpath(fmt.Sprintf("%s.(%v)", g.linkPath(r.owner), r.elem), r.elem, t, at.offset)
	case shared:
		return g.sharedPath(at, t, before)
	}
	panic(fmt.Sprintf("gradcheck: role %d", r.role))
}

func (g *image) mappingPath(m int) string {
	return g.linkPath(g.mappings[m].view)
}

// linkPath returns the expression for link i.
func (g *image) linkPath(i int) string { return g.pathBefore(g.links[i].from, g.links[i].typ, i) }

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
func (g *image) sharedPath(at place, t reflect.Type, before int) string {
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
				return subpath(indirect(g.linkPath(n), l.typ.Elem()), l.typ.Elem(), t, offset)
			}
			continue
		}
		if i := offset / size; i < uintptr(l.capacity) {
			name := operand(g.linkPath(n))
			path := subpath(fmt.Sprintf("%s[%d]", name, i), l.typ.Elem(), t, offset%size)
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

// subpath returns the expression for the value of type to at an offset into the value of type t called name; a
// nil to stands for what has no parts.
func subpath(name string, t, to reflect.Type, offset uintptr) string {
	switch {
	case t == to:
	case t.Kind() == reflect.Struct:
		for f := range t.Fields() {
			if offset >= f.Offset && offset < f.Offset+f.Type.Size() {
				return subpath(operand(name)+"."+f.Name, f.Type, to, offset-f.Offset)
			}
		}
	case t.Kind() == reflect.Array:
		size := t.Elem().Size()
		return subpath(fmt.Sprintf("%s[%d]", operand(name), offset/size), t.Elem(), to, offset%size)
	}
	return name
}
