package printer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAlike(t *testing.T) {
	outputs := map[string][]byte{
		"a": []byte(`package p

// FJVP is what is asked for.
func FJVP(x float64) float64 { return aTangent(x) }

// aTangent is a helper.
func aTangent(x float64) float64 { return bTangent(x) }

// bTangent is another.
func bTangent(x float64) float64 { return x }

// bSaved is a type.
type bSaved struct{ x float64 }

// bForward returns it.
func bForward(x float64) bSaved { return bSaved{x} }

// even and odd need each other.
func even(n int) bool { return n == 0 || odd(n-1) }

// even and odd need each other.
func odd(n int) bool { return n != 0 && even(n-1) }
`),
		"b": []byte(`package p

// FHVP is asked for too.
func FHVP(x float64) float64 { return aTangent2(x) + bForward2(x).x + float64(cSaved{}.x) + even2(1) + local(x) + field(x) + asked(x) }

// aTangent2 calls a helper that is there.
func aTangent2(x float64) float64 { return bTangent2(x) }

// bTangent2 is another.
func bTangent2(x float64) float64 { return x }

// bSaved2 is a type.
type bSaved2 struct{ x float64 }

// bForward2 returns it.
func bForward2(x float64) bSaved2 { return bSaved2{x} }

// cSaved is a type.
type cSaved struct{ x float64 }

// even2 and odd2 need each other.
func even2(n int) bool { return n == 0 || odd2(n-1) }

// even2 and odd2 need each other.
func odd2(n int) bool { return n != 0 && even2(n-1) }

// local is another.
func local(x float64) float64 { return x }

// field is a name of a variable, too.
func field(x float64) float64 { local := x; return local }

// asked is another.
func asked(x float64) float64 { return x }
`),
		"d": []byte(`package p_test

// aTangent has the name of another.
func aTangent(x float64) float64 { return bTangent(x) }

// bTangent has the name of another.
func bTangent(x float64) float64 { return x }
`),
		"c": []byte(`//go:build linux

package p

// cTangent is another.
func cTangent(x float64) float64 { return x }
`),
	}
	want := map[string]string{
		"a": string(outputs["a"]),
		"b": `package p

// FHVP is asked for too.
func FHVP(x float64) float64 {
	return aTangent2(x) + bForward(x).x + float64(cSaved{}.x) + even(1) + local(x) + field(x) + asked(x)
}

// aTangent2 calls a helper that is there.
func aTangent2(x float64) float64 { return bTangent(x) }

// cSaved is a type.
type cSaved struct{ x float64 }

// local is another.
func local(x float64) float64 { return x }

// field is a name of a variable, too.
func field(x float64) float64 { local := x; return local }

// asked is another.
func asked(x float64) float64 { return x }
`,
		"c": string(outputs["c"]),
		"d": string(outputs["d"]),
	}
	got := map[string]string{}
	for path, src := range Alike(outputs, map[string]bool{"FJVP": true, "FHVP": true, "asked": true}) {
		got[path] = string(src)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
