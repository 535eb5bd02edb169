package ast

import "slices"

// An Origin says what a statement of a derivative is there for. It goes with the statement from pass to pass: a copy has it, and a pass
// that makes statements of others says so with Inherit and Absorb.
type Origin struct {
	Purpose Purpose
	Of      []*Meta // the statements of the source that it is there for; none if it serves the derivative as a whole
}

// A Purpose is what a statement of a derivative does for those that it is there for.
type Purpose int

const (
	Frame       Purpose = iota // holds the derivative together
	Primal                     // is the statement of the source, or computes a part of it
	Shadowing                  // does to shadows what the statement does to what they are shadows of
	Tangent                    // computes the tangent of what the statement computes
	Saving                     // remembers something for the reverse sweep
	Restoring                  // has back what the forward sweep remembered
	Recomputing                // computes a value of the forward sweep again
	Reversal                   // reverses the statement: adds to the adjoints of what it reads, or leads to what does
)

var purposes = [...]string{"frame", "primal", "shadow", "tangent", "save", "restore", "recompute", "reverse"}

func (p Purpose) String() string { return purposes[p] }

// OriginOf returns the origin of a statement. One of the source is there for itself.
func OriginOf(s Stmt) Origin {
	m := s.Info()
	if !m.Pos.IsValid() {
		return m.Origin
	}
	return Origin{max(m.Origin.Purpose, Primal), union([]*Meta{m}, m.Origin.Of)}
}

// As returns m for a statement that is the one of the source and has another purpose beside.
func (m *Meta) As(p Purpose) Meta {
	c := *m
	c.Origin.Purpose = p
	return c
}

// Attribute gives statements of ours that have just been made, and those below them, their origin: they are there for what of is there
// for, which is nil for the derivative as a whole. Those that have one keep it.
func Attribute(list []Stmt, p Purpose, of Stmt) {
	o := Origin{Purpose: p}
	if of != nil {
		o.Of = OriginOf(of).Of
	}
	for _, s := range list {
		Inspect(s, func(s Stmt) bool {
			if m := s.Info(); !m.Pos.IsValid() && m.Origin.isUnknown() {
				m.Origin = o
			}
			return true
		})
	}
}

// Inherit gives statements that a pass has just made of another the origin of that one.
func Inherit(list []Stmt, from Stmt) {
	for _, s := range list {
		if m := s.Info(); m.Origin.isUnknown() {
			m.Origin = OriginOf(from)
		}
	}
}

// Absorb notes that a statement of ours that a pass has just made computes what another did, which goes away.
func Absorb(into, from Stmt) {
	m, o := into.Info(), OriginOf(from)
	computes := o.Purpose == Reversal || o.Purpose == Tangent
	switch {
	case m.Pos.IsValid():
	case m.Origin.Purpose == Frame:
		m.Origin = o
	case computes && m.Origin.Purpose == Primal:
		m.Origin = Origin{o.Purpose, union(m.Origin.Of, o.Of)}
	case computes:
		m.Origin.Of = union(o.Of, m.Origin.Of)
	}
}

// Related reports whether two statements are there for the same one of the source.
func Related(s, t Stmt) bool {
	a, b := OriginOf(s), OriginOf(t)
	return len(union(a.Of, b.Of)) < len(a.Of)+len(b.Of)
}

func (o Origin) isUnknown() bool { return o.Purpose == Frame && len(o.Of) == 0 }

// union returns the elements of both lists, each once.
func union(a, b []*Meta) []*Meta {
	list := slices.Clone(a)
	for _, m := range b {
		if !slices.ContainsFunc(list, func(x *Meta) bool { return x.Pos == m.Pos }) {
			list = append(list, m)
		}
	}
	return list
}
