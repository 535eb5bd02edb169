package randprog

import (
	"fmt"
	"strings"
)

// reference is an expression of a slice type.
type reference struct {
	text     string
	min, max int  // bounds of its length
	fresh    bool // its memory was allocated in this function
	path     bool // it denotes a variable or a part of one
}

// value returns an expression of type t, of any kind, that may be stored, passed or returned; ok is false where
// none can be written here.
func (g *gen) value(t *typ, depth int) (text string, ok bool) {
	switch t.kind {
	case floatKind:
		if g.summing {
			g.summing = false
			return g.summary(t), true
		}
		return g.stored(t, depth), true
	case intKind:
		return g.integer(1).text, true
	case boolKind:
		return g.condition(1).text, true
	case stringKind:
		return g.stringValue(), true
	case errorKind:
		return "nil", g.can("nil")
	case sliceKind:
		r, ok := g.slice(t, depth)
		return r.text, ok && r.min >= leastLen && r.max <= mostLen
	case arrayKind, structKind:
		if p, ok := g.readable(t); ok && g.chance(0.6) {
			return p.text, true
		}
		return g.literal(t, depth-1)
	case pointerKind:
		return g.pointer(t)
	case mapKind:
		if p, ok := g.readable(t); ok && g.chance(0.5) {
			return p.text, true
		}
		return g.mapLiteral(t, depth)
	case funcKind:
		return g.functionValue(t)
	case interfaceKind:
		return g.interfaceValue(t)
	default:
		panic(fmt.Sprintf("randprog: no value of type %s", t.text))
	}
}

func (g *gen) stringValue() string {
	if p, ok := g.readable(g.types.string); ok && g.chance(0.5) {
		return p.text
	}
	return pick(g, []string{`"A"`, `"B"`, `""`, `"AB"`})
}

// pointer returns an existing pointer, the address of a variable, or that of a literal.
func (g *gen) pointer(t *typ) (string, bool) {
	if p, ok := g.readable(t); ok && g.chance(0.6) {
		return p.text, true
	}
	addressable := func(v *variable) bool {
		return !v.global && v.frozen == 0 && v.typ.reaches(t.elem) && !throughPointer(v.typ)
	}
	if p, ok := g.pathFrom(t.elem, addressable); ok && p.mapped == 0 && g.chance(0.7) {
		return "&" + p.text, true
	}
	if t.elem.kind == floatKind {
		return "", false
	}
	text, ok := g.literal(t.elem, 1)
	return "&" + text, ok
}

// throughPointer reports whether t is or holds a pointer, whose target a path could dereference, or a map, whose elements have no
// address.
func throughPointer(t *typ) bool {
	if t.kind == pointerKind || t.kind == mapKind {
		return true
	}
	for _, f := range t.fields {
		if throughPointer(f.typ) {
			return true
		}
	}
	return false
}

// literal returns a composite literal of type t.
func (g *gen) literal(t *typ, depth int) (string, bool) {
	if !g.sayable(t) {
		return "", false
	}
	g.literals++
	defer func() { g.literals-- }()
	switch t.kind {
	case arrayKind:
		return g.list(t, t.length, depth)
	case sliceKind:
		return g.list(t, g.between(leastLen, 4), depth)
	}
	var parts []string
	for _, f := range t.fields {
		// What is left out must be zero without harm: not a slice, whose length is promised, nor a pointer.
		if !needsValue(f.typ) && f.typ.kind != structKind && g.chance(0.15) {
			continue
		}
		text, ok := g.value(f.typ, depth)
		if !ok {
			return "", false
		}
		parts = append(parts, f.name+": "+text)
	}
	return t.text + "{" + strings.Join(parts, ", ") + "}", true
}

// list returns a literal of the array or slice type t with n elements.
func (g *gen) list(t *typ, n, depth int) (string, bool) {
	parts := make([]string, n)
	for i := range parts {
		text, ok := g.value(t.elem, depth)
		if !ok {
			return "", false
		}
		parts[i] = text
		depth = min(depth, 1)
	}
	return t.text + "{" + strings.Join(parts, ", ") + "}", true
}

// slice returns an expression of the slice type t.
func (g *gen) slice(t *typ, depth int) (reference, bool) {
	switch g.intn(8) {
	case 0:
		text, ok := g.literal(t, depth-1)
		return reference{text: text, min: leastLen, max: 4, fresh: true}, ok
	case 1:
		return g.made(t)
	case 2, 3:
		return g.subslice(t)
	default:
		return g.sliceVariable(t)
	}
}

// sliceVariable returns a slice variable, field or row.
func (g *gen) sliceVariable(t *typ) (reference, bool) {
	p, ok := g.pathFrom(t, func(v *variable) bool { return !v.global && v.typ.reaches(t) })
	return reference{p.text, p.min, p.max, p.root != nil && p.root.fresh, true}, ok
}

// made returns a call of make. Rows of a slice of slices would be nil, so there it is refused.
func (g *gen) made(t *typ) (reference, bool) {
	if !g.can("make") || !g.sayable(t) || t.elem.kind == structKind || needsValue(t.elem) {
		return reference{}, false
	}
	n := g.between(leastLen, 4)
	if g.chance(0.3) {
		return reference{fmt.Sprintf("make(%s, %d, %d)", t.text, n, n+g.between(0, 3)), n, n, true, false}, true
	}
	if p, ok := g.someSlice(); ok && g.can("len") && g.chance(0.4) {
		return reference{fmt.Sprintf("make(%s, len(%s))", t.text, p.text), p.min, p.max, true, false}, true
	}
	return reference{fmt.Sprintf("make(%s, %d)", t.text, n), n, n, true, false}, true
}

// subslice returns a part of a slice, or of an array variable.
func (g *gen) subslice(t *typ) (reference, bool) {
	if g.chance(0.15) {
		return g.arraySlice(t)
	}
	r, ok := g.sliceVariable(t)
	if !ok || r.min < 1 {
		return r, ok
	}
	lo := g.intn(r.min)
	hi := g.between(lo, r.min)
	switch g.intn(5) {
	case 0:
		return reference{fmt.Sprintf("%s[:]", r.text), r.min, r.max, r.fresh, false}, true
	case 1:
		return reference{fmt.Sprintf("%s[:%d]", r.text, hi), hi, hi, r.fresh, false}, true
	case 2:
		return reference{fmt.Sprintf("%s[%d:%d]", r.text, lo, hi), hi - lo, hi - lo, r.fresh, false}, true
	case 3:
		return reference{fmt.Sprintf("%s[%d:%d:%d]", r.text, lo, hi, hi), hi - lo, hi - lo, r.fresh, false}, true
	default:
		return reference{fmt.Sprintf("%s[%d:]", r.text, lo), r.min - lo, r.max - lo, r.fresh, false}, true
	}
}

// arraySlice slices an array variable.
func (g *gen) arraySlice(t *typ) (reference, bool) {
	a := g.types.arrayOf(3, t.elem)
	vs := g.visible(func(v *variable) bool { return v.typ == a && !v.global })
	if len(vs) == 0 {
		return reference{}, false
	}
	v := pick(g, vs)
	return reference{v.name + "[:]", 3, 3, !g.outside(v), false}, true
}
