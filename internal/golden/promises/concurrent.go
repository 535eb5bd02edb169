package promises

import (
	"fmt"
	"math"
	"reflect"
	"sync"
)

const (
	workers = 8
	rounds  = 3
)

// Concurrent calls the derivatives of a function at its points from several goroutines. Each has arguments of its own, and where the
// function only reads them they share some besides. It returns where a result differs from what one call alone has.
func Concurrent(c *Case, tally *Tally) []string {
	var mu sync.Mutex
	var faults []string
	for p, point := range c.Points {
		shared := arguments(c.F, point)
		reads := onlyReads(c.F, point)
		alone := run(c.F, arguments(c.F, point), len(shared))
		if c.Unordered || overlap(shared) {
			continue
		}
		for _, d := range c.Derivatives {
			tally.Apart++
			if reads {
				tally.Shared++
			}
			once := func(args []reflect.Value) string {
				o := run(d.Fn, c.inputs(d, args, alone), len(args))
				return dump(false, o.results) + o.panics
			}
			want := once(arguments(c.F, point))
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for range rounds {
						args := arguments(c.F, point)
						if reads && w%2 == 0 {
							args = shared
						}
						if got := once(args); got != want {
							mu.Lock()
							faults = append(faults, fmt.Sprintf("%s of %s at point %d returns, at the same time as others,\n%.600s\nand alone\n%.600s", d.Mode, c.Name, p, got, want))
							mu.Unlock()
							return
						}
					}
				})
			}
			wg.Wait()
		}
	}
	return faults
}

// onlyReads reports whether a function leaves the memory of its arguments as it is, at a point and where its floats are moved, so that
// it does not happen to write what was there.
func onlyReads(fn any, point func() []any) bool {
	for _, by := range []float64{0, 0.125} {
		args := arguments(fn, point)
		for _, v := range args {
			move(v, by, 0)
		}
		before := dump(true, args)
		if run(fn, args, len(args)); dump(true, args) != before {
			return false
		}
	}
	return true
}

// move adds something to floats that a variable leads to.
func move(v reflect.Value, by float64, depth int) {
	if depth > 12 || by == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		v.SetFloat(v.Float() + by*(1+math.Abs(math.Sin(float64(depth)))))
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			move(v.Index(i), by+0.01*float64(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			move(open(v.Field(i)), by+0.02*float64(i), depth+1)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			move(v.Elem(), by, depth+1)
		}
	case reflect.Interface:
		if !v.IsNil() && v.Elem().Kind() == reflect.Pointer {
			move(v.Elem(), by, depth+1)
		}
	}
}
