package randprog

import (
	"fmt"
	"slices"
	"strings"
)

// path denotes a variable or a part of what it holds or points to.
type path struct {
	text     string
	prec     int
	typ      *typ
	root     *variable
	whole    bool // it is the variable itself
	indirect bool // it goes through a slice, a pointer or a map
	mapped   int  // 1 for an element of a map, 2 for a part of one
	min, max int  // bounds of a slice's length
}

// expr returns the path as an operand.
func (p path) expr() expr {
	return expr{text: p.text, prec: p.prec, mag: variableMag, konst: p.whole && p.root.konst}
}

// readable returns some path of type t to read.
func (g *gen) readable(t *typ) (path, bool) {
	return g.pathFrom(t, func(v *variable) bool { return v.typ.reaches(t) })
}

// writable returns some path of type t to assign to.
func (g *gen) writable(t *typ) (path, bool) {
	p, ok := g.pathFrom(t, func(v *variable) bool {
		return !v.global && v.typ.reaches(t) && (v.frozen == 0 || v.typ != t)
	})
	return p, ok && p.mapped < 2
}

// pathFrom returns some path of type t that begins with a variable that satisfies ok.
func (g *gen) pathFrom(t *typ, ok func(*variable) bool) (path, bool) {
	roots := g.visible(ok)
	if len(roots) == 0 {
		return path{}, false
	}
	for range 4 {
		if p, ok := g.descend(pick(g, roots), t); ok {
			return p, true
		}
	}
	return path{}, false
}

// descend extends root to a path of type t, if there is one.
func (g *gen) descend(root *variable, t *typ) (path, bool) {
	if !root.typ.reaches(t) {
		return path{}, false
	}
	p := path{text: root.name, prec: primary, typ: root.typ, root: root, whole: true, min: root.min, max: root.max}
	for p.typ != t {
		q, ok := g.step(p, t)
		if !ok {
			return path{}, false
		}
		p = q
	}
	return p, true
}

// step extends p by one selector, index or indirection on the way to type t.
func (g *gen) step(p path, t *typ) (path, bool) {
	q := p
	q.whole, q.min, q.max = false, leastLen, mostLen
	if p.mapped == 1 {
		q.mapped = 2
	}
	switch p.typ.kind {
	case structKind:
		f := pick(g, fieldsTo(p.typ, t))
		if deep, ok := g.promoted(p.typ, f, t); ok {
			f, q.indirect = deep, p.indirect || f.typ.kind == pointerKind
		}
		q.text, q.typ, q.prec = p.text+"."+f.name, f.typ, primary
	case mapKind:
		q.text, q.typ, q.indirect, q.mapped = fmt.Sprintf("%s[%s]", p.text, g.mapKey(p.typ.key)), p.typ.elem, true, 1
	case pointerKind:
		q.indirect, q.typ = true, p.typ.elem
		switch {
		case p.typ.elem == t:
			q.text, q.prec = "*"+p.text, unary
		case p.typ.elem.kind == pointerKind: // a field is selected through one pointer only
			q.text = "(*" + p.text + ")"
		}
	case arrayKind:
		q.text, q.typ = fmt.Sprintf("%s[%s]", p.text, g.arrayIndex(p.typ.length)), p.typ.elem
	case sliceKind:
		i, ok := g.sliceIndex(p)
		if !ok {
			return path{}, false
		}
		q.text, q.typ, q.indirect = fmt.Sprintf("%s[%s]", p.text, i), p.typ.elem, true
	default:
		panic(fmt.Sprintf("randprog: no step from %s to %s", p.typ.text, t.text))
	}
	return q, true
}

// fieldsTo returns the fields of s that lead to type t.
func fieldsTo(s, t *typ) []field {
	var fs []field
	for _, f := range s.fields {
		if f.typ.reaches(t) {
			fs = append(fs, f)
		}
	}
	return fs
}

// promoted returns a field on the way to type t of the struct that is embedded as f in s, if it can be selected from s.
func (g *gen) promoted(s *typ, f field, t *typ) (field, bool) {
	inner := f.typ
	if inner.kind == pointerKind {
		inner = inner.elem
	}
	if !f.embedded || f.typ == t || inner == t || g.chance(0.3) {
		return field{}, false
	}
	deep := pick(g, fieldsTo(inner, t))
	hidden := slices.ContainsFunc(s.fields, func(f field) bool { return f.name == deep.name })
	return deep, !hidden
}

// arrayIndex returns an index in [0, n).
func (g *gen) arrayIndex(n int) string {
	if k, ok := g.counter(); ok && g.chance(0.5) {
		return fmt.Sprintf("%s%%%d", k, n)
	}
	return fmt.Sprint(g.intn(n))
}

// counter returns the name of a visible int that is never negative.
func (g *gen) counter() (string, bool) {
	vs := g.visible(func(v *variable) bool { return v.nonneg })
	if len(vs) == 0 {
		return "", false
	}
	return pick(g, vs).name, true
}

// sliceIndex returns an index that is in range for the slice p.
func (g *gen) sliceIndex(p path) (string, bool) {
	below := g.visible(func(v *variable) bool { return p.whole && v.below == p.root && v.frozen > 0 })
	if len(below) > 0 && (p.min == 0 || g.chance(0.7)) {
		return pick(g, below).name, true
	}
	if p.min == 0 {
		return "", false
	}
	if !g.can("len") || strings.Contains(p.text, "%") || len(p.text) > 10 || g.chance(0.35) {
		return fmt.Sprint(g.intn(p.min)), true
	}
	return g.reducedIndex(p, len(below) > 0, below), true
}

// reducedIndex returns an index of the slice p that is computed from its length.
func (g *gen) reducedIndex(p path, inside bool, below []*variable) string {
	k, counted := g.counter()
	switch {
	case inside && g.chance(0.3):
		return fmt.Sprintf("len(%s)-1-%s", p.text, pick(g, below).name)
	case counted && g.chance(0.4):
		return fmt.Sprintf("%s%%len(%s)", k, p.text)
	case counted && g.chance(0.6):
		return fmt.Sprintf("(%s+%d)%%len(%s)", k, g.between(1, 3), p.text)
	}
	if k := g.integer(1); !k.konst && len(k.text) < 20 && g.can("wrap") && g.chance(0.6) {
		return fmt.Sprintf("wrap(%s, len(%s))", k.text, p.text)
	}
	return fmt.Sprintf("len(%s)-1", p.text)
}
