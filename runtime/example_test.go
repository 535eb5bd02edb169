package runtime_test

import (
	"fmt"

	godiff "github.com/godiff/godiff/runtime"
)

func ExampleShadow() {
	type layer struct {
		Name string
		W    []float64
		Bias *float64
	}
	w := []float64{1, 2, 3}
	d := godiff.Shadow(&layer{"dense", w, &w[2]})
	*d.Bias = 5 // lies in d.W as the bias lies in w
	fmt.Printf("%q %v\n", d.Name, d.W)
	// Output: "" [0 0 5]
}

func ExampleNewMirror() {
	buf := make([]float64, 5)
	x, y := buf[:3], buf[2:]
	m := godiff.NewMirror(x, y)
	dx, dy := godiff.ShadowIn(m, x), godiff.ShadowIn(m, y)
	dy[0] = 1
	fmt.Println(dx, dy)
	// Output: [0 0 1] [1 0 0]
}

func ExampleDisjoint() {
	buf := make([]float64, 5)
	fmt.Println(godiff.Disjoint(buf[:2], buf[2:]))    // append to the first would write the second
	fmt.Println(godiff.DisjointLen(buf[:2], buf[2:])) // nobody appends
	fmt.Println(godiff.Disjoint(buf[:2:2], buf[2:]))
	// Output:
	// false
	// true
	// true
}

func ExampleMirrors() {
	buf, dbuf := make([]float64, 5), make([]float64, 5)
	x, y := buf[:3], buf[2:]
	fmt.Println(godiff.Mirrors(godiff.Pair(x, dbuf[:3]), godiff.Pair(y, dbuf[2:])))
	fmt.Println(godiff.Mirrors(godiff.Pair(x, dbuf[:3]), godiff.Pair(y, make([]float64, 3))))
	// Output:
	// true
	// false
}

func ExampleWiden() {
	x := make([]float64, 1, 3) // with capacity for what is appended
	type stack struct{ Items []float64 }
	dx := &stack{[]float64{1}}
	wide := godiff.Widen(&stack{x}, dx)
	d := wide.Shadow
	d.Items = append(d.Items, 2)
	d.Items[0] *= 10
	wide.Narrow()
	fmt.Println(dx.Items)
	// Output: [10 2]
}
