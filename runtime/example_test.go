package runtime_test

import (
	"fmt"
	"sort"

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

func ExampleAddShadow() {
	total := map[string][]float64{"w": {1, 2}, "b": {3}}
	godiff.AddShadow(total, map[string][]float64{"w": {10, 20}, "b": {30}})
	fmt.Println(total)
	// Output: map[b:[33] w:[11 22]]
}

func ExampleCopyShadow() {
	rows := [][]float64{{1, 2}, {3}}
	rows[1] = rows[0][1:] // shares memory
	own := godiff.CopyShadow(rows)
	own[1][0] = 9
	fmt.Println(rows, own)
	// Output: [[1 2] [2]] [[1 9] [9]]
}

func ExampleSetShadow() {
	d := [][]float64{{1, 2}, {3}}
	first := d[0]
	godiff.SetShadow(d, [][]float64{{4, 5}, {6}})
	fmt.Println(d, first) // the memory is the same
	// Output: [[4 5] [6]] [4 5]
}

// A celsius hides its float, as a type of another package may.
type celsius struct{ degrees *float64 }

func ExampleShadowWith() {
	zero := func(celsius) celsius { return celsius{new(float64)} }
	add := func(dst, src celsius) { *dst.degrees += *src.degrees }
	x := 20.0
	day := []celsius{{&x}}
	d, more := godiff.ShadowWith(day, zero), godiff.ShadowWith(day, zero)
	*more[0].degrees = 2
	godiff.AddShadowWith(d, more, add)
	godiff.AddShadowWith(d, more, add)
	fmt.Println(*d[0].degrees, x)
	// Output: 4 20
}

func ExampleBox() {
	shapes := []any{2.5, []float64{1}}
	boxes := godiff.Box(shapes)
	*shapes[0].(*float64) += 1 // nobody could add to a float that an interface holds
	godiff.Unbox(boxes)
	fmt.Println(shapes)
	// Output: [3.5 [1]]
}

func ExampleParallel() {
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	parts := make([]float64, godiff.Chunks(len(x)))
	godiff.Parallel(len(parts), func(c int) {
		begin, end := godiff.Chunk(0, len(x), c)
		for _, v := range x[begin:end] {
			parts[c] += v
		}
	})
	fmt.Println(parts)
	// Output: [15 40]
}

func ExampleTasks() {
	x := []float64{1, 2, 3}
	parts := make([]float64, godiff.Tasks(len(x)))
	godiff.Parallel(len(parts), func(c int) {
		begin, end := godiff.Task(0, len(x), c)
		for _, v := range x[begin:end] {
			parts[c] += v * v
		}
	})
	fmt.Println(parts)
	// Output: [1 4 9]
}

func ExampleOrder() {
	x := []float64{3, 1, 2}
	fmt.Println(godiff.Order(x), x)
	// Output: [1 2 0] [3 1 2]
}

func ExampleSorter() {
	x := []string{"pear", "fig", "apple"}
	less := func(i, j int) bool { return len(x[i]) < len(x[j]) }
	s := godiff.NewSorter(len(x), false)
	for {
		i, j, compare := s.Next(false)
		for compare {
			i, j, compare = s.Next(less(i, j))
		}
		if i < 0 {
			break
		}
		x[i], x[j] = x[j], x[i]
	}
	fmt.Println(x, sort.SliceIsSorted(x, less))
	// Output: [fig pear apple] true
}

func ExampleHome() {
	x, dx := make([]float64, 2, 4), []float64{1, 2}
	wide := godiff.Widen(x, dx)
	tangent := wide.Shadow[:1] // of a result, x[:1]
	wide.Narrow()
	home := godiff.Home(wide, tangent)
	home[0] = 7
	fmt.Println(dx)
	// Output: [7 2]
}

func ExampleRunes() {
	for _, r := range godiff.Runes("dü!") {
		fmt.Println(r.Pos, string(r.Rune))
	}
	// Output:
	// 0 d
	// 1 ü
	// 3 !
}
