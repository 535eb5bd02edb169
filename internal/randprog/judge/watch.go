package judge

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
)

// Watched is a case without derivatives whose F tells [Seen] of its floats, and the point at which it is called.
type Watched struct {
	Case
	Point int
}

// Large is beyond what a derivative may compute with in float64: its fourth power, which is in the derivative of a quotient of squares,
// overflows.
const Large = 1e75

var largest float64

// Seen returns x, and notes its size. What is not a number counts as infinite, and a float32 by its eighth power, which reaches as far as
// float64 does.
func Seen[T ~float32 | ~float64](x T) T {
	size := math.Abs(float64(x))
	if reflect.TypeFor[T]().Kind() == reflect.Float32 {
		size = math.Pow(size, 8)
	}
	if math.IsNaN(size) {
		size = math.Inf(1)
	}
	largest = max(largest, size)
	return x
}

// Watch calls F of each case at its point, and prints the largest float that it comes by, as a list in JSON.
func Watch(cases []Watched) {
	sizes := make([]float64, len(cases))
	for i, c := range cases {
		c.complete()
		args := copies(newPoint(&c.Case, uint64(c.Point)).args, nil)
		largest = 0
		call(reflect.ValueOf(c.F), args, args)
		sizes[i] = min(largest, math.MaxFloat64) // JSON has no infinity
	}
	if err := json.NewEncoder(os.Stdout).Encode(sizes); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
