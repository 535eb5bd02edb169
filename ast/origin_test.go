package ast

import (
	"slices"
	"testing"
)

// of returns the sources of what a statement is there for.
func of(s Stmt) []string {
	var list []string
	for _, m := range OriginOf(s).Of {
		list = append(list, m.Src)
	}
	return list
}

func TestOrigin(t *testing.T) {
	a := &Assign{Meta: Meta{Pos: 1, Src: "a = 1"}}
	b := &Assign{Meta: Meta{Pos: 2, Src: "b = a"}}
	inner, own := &Assign{}, &Assign{Meta: Meta{Pos: 3, Src: "c = b"}}
	loop := &For{Body: &Block{Stmts: []Stmt{inner, own}}}
	Attribute([]Stmt{inner}, Restoring, a)
	Attribute([]Stmt{loop}, Reversal, b)

	moved := &Assign{}
	Inherit([]Stmt{moved}, inner)
	frame, both, computed, kept := &Return{}, *inner, &Return{}, *inner
	both.Origin.Purpose = Reversal
	Absorb(frame, inner)
	Absorb(&both, loop)
	Absorb(computed, a)
	Absorb(computed, loop)
	Absorb(&kept, a)
	call := &Do{Meta: b.As(Tangent)}

	for _, test := range []struct {
		name    string
		s       Stmt
		purpose Purpose
		of      []string
	}{
		{"of the source", a, Primal, []string{"a = 1"}},
		{"attributed", loop, Reversal, []string{"b = a"}},
		{"attributed before", inner, Restoring, []string{"a = 1"}},
		{"of the source, in one that is attributed", own, Primal, []string{"c = b"}},
		{"for no statement", &Assign{}, Frame, nil},
		{"inherited", moved, Restoring, []string{"a = 1"}},
		{"absorbed by the frame", frame, Restoring, []string{"a = 1"}},
		{"absorbed by a reversal", &both, Reversal, []string{"b = a", "a = 1"}},
		{"absorbed by what computes the primal", computed, Reversal, []string{"a = 1", "b = a"}},
		{"not absorbed: it computes no derivative", &kept, Restoring, []string{"a = 1"}},
		{"of the source, with its tangents", call, Tangent, []string{"b = a"}},
	} {
		if got := OriginOf(test.s); got.Purpose != test.purpose || !slices.Equal(of(test.s), test.of) {
			t.Errorf("%s: %s of %q, want %s of %q", test.name, got.Purpose, of(test.s), test.purpose, test.of)
		}
	}
}
