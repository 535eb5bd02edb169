package runtime

import (
	"fmt"
	"strings"
	"testing"
)

func TestRunes(t *testing.T) {
	for _, s := range []string{"", "abc", "aé世\xff\xfe!", strings.Repeat("ß", 100)} {
		list := Runes(s)
		n := 0
		for i, r := range s {
			if n >= len(list) || list[n].Pos != i || list[n].Rune != r {
				t.Fatalf("rune %d of %q: got %v, want %d at %d", n, s, list, r, i)
			}
			n++
		}
		if n != len(list) {
			t.Errorf("%q has %d runes, got %d", s, n, len(list))
		}
	}
}

func TestIs(t *testing.T) {
	var s fmt.Stringer
	if Is[fmt.Stringer](s) || !Is[int](3) || Is[int]("3") || Is[*int](nil) {
		t.Error("Is is wrong")
	}
}

func TestHas(t *testing.T) {
	m := map[string]float64{"a": 0}
	if !Has(m, "a") || Has(m, "b") || Has(map[string]float64(nil), "a") {
		t.Error("Has is wrong")
	}
}

func TestNoDerivative(t *testing.T) {
	if got := NoDerivative(3.5); !strings.Contains(got, "float64") {
		t.Errorf("got %q, which does not name the type", got)
	}
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "nil pointer") {
			t.Errorf("for nil it panics with %v", r)
		}
	}()
	NoDerivative(nil)
}
