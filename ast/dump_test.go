package ast

import (
	"go/token"
	"testing"
)

func TestDump(t *testing.T) {
	x, y, i := NewVar("x", float), NewVar("y", float), NewVar("i", integer)
	inner := NewVar("x", float)
	f := function(x, y,
		&If{
			Init: assign(token.DEFINE, ref(inner), &Binary{Op: token.MUL, X: ref(x), Y: number("2"), T: float}),
			Cond: &Binary{Op: token.GTR, X: ref(inner), Y: ref(x), T: float},
			Then: block(&Range{Key: ref(i), Define: true, X: ref(x), Body: block(&Branch{Tok: token.BREAK})}),
			Else: block(assign(token.ADD_ASSIGN, ref(x), &Past{X: ref(inner)})),
		},
		returns(&Unary{Op: token.SUB, X: ref(x)}),
	)
	const want = `func F(x float64) (y float64)
	if (> x#2 x)
		init
			x#2 := (* x 2)
		range i, _ over x
			break
	else
		x += past(x#2)
	return (- x)
`
	if got := Dump(f); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
