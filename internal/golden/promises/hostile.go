package promises

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"unsafe"
)

// variations is how many variations of each point are tried.
const variations = 32

// A call is a point of a case with what is changed in its arguments.
type call struct {
	point func() []any
	seed  uint64
	n     int // the number of the variation
}

// args returns new arguments. Those of functions of one shape are changed alike.
func (c *call) args(fn any) []reflect.Value {
	args := arguments(fn, c.point)
	h := &hostile{rng: rand.New(rand.NewPCG(c.seed, uint64(c.n))), n: c.n, seen: map[unsafe.Pointer]bool{}}
	for i := range args {
		h.change(args[i])
	}
	return args
}

// A hostile changes what values lead to. The first variations change everything of a kind in one way, those that follow some things
// at random.
type hostile struct {
	rng  *rand.Rand
	n    int
	seen map[unsafe.Pointer]bool
}

var (
	numbers = []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0, 1e308, -1e308, 5e-324}
	// Large counts are left out: memory for what is remembered may run out though the function leaves its loops at once. So are those near
	// the least integer, which loops that count down from n - 1 do not foresee.
	counts = []int64{-1, 0, 1, 2, 7, 1 << 8, -1 << 31, -1 << 40}
)

const (
	allNumbers = 8              // those below give all floats one number
	noMemory   = allNumbers + 8 // those below give all integers one number; here no slice, map or pointer leads anywhere
	emptied    = noMemory + 1   // slices are empty
	atRandom   = emptied + 1
)

// often reports whether something is changed where things are changed at random.
func (h *hostile) often() bool { return h.n >= atRandom && h.rng.IntN(4) == 0 }

// change changes the variable v.
func (h *hostile) change(v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		if h.n < allNumbers {
			v.SetFloat(numbers[h.n])
		} else if h.often() {
			v.SetFloat(numbers[h.rng.IntN(len(numbers))])
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if h.n >= allNumbers && h.n < noMemory {
			v.SetInt(counts[h.n-allNumbers])
		} else if h.often() {
			v.SetInt(counts[h.rng.IntN(len(counts))])
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if h.n >= allNumbers && h.n < noMemory {
			v.SetUint(uint64(counts[h.n-allNumbers]))
		} else if h.often() {
			v.SetUint(uint64(counts[h.rng.IntN(len(counts))]))
		}
	case reflect.Bool:
		if h.often() {
			v.SetBool(!v.Bool())
		}
	case reflect.String:
		if h.often() {
			v.SetString([]string{"", "\xff", "a\x00b"}[h.rng.IntN(3)])
		}
	case reflect.Array:
		for i := range v.Len() {
			h.change(v.Index(i))
		}
	case reflect.Struct:
		if p := v.Type().PkgPath(); p != "" && !strings.Contains(p, ".") {
			return // of the standard library: a lock, say
		}
		for i := range v.NumField() {
			h.change(open(v.Field(i)))
		}
	case reflect.Slice, reflect.Pointer, reflect.Map, reflect.Interface:
		h.reference(v)
	}
}

func (h *hostile) reference(v reflect.Value) {
	if v.IsNil() {
		return
	}
	if h.n == noMemory || h.often() && h.rng.IntN(3) == 0 {
		v.SetZero()
		return
	}
	if v.Kind() == reflect.Slice {
		switch {
		case h.n == emptied:
			v.Set(v.Slice(0, 0))
		case h.often():
			v.Set(v.Slice(0, h.rng.IntN(v.Len()+1)))
		}
		for i := range v.Len() {
			h.change(v.Index(i))
		}
		return
	}
	if v.Kind() == reflect.Interface {
		if e := v.Elem(); e.Kind() == reflect.Pointer {
			h.pointer(e)
		}
		return
	}
	if v.Kind() == reflect.Pointer {
		h.pointer(v)
		return
	}
	if h.seen[v.UnsafePointer()] {
		return
	}
	h.seen[v.UnsafePointer()] = true
	for _, k := range keys(v) {
		e := variable(v.MapIndex(k))
		h.change(e)
		v.SetMapIndex(k, e)
	}
}

func (h *hostile) pointer(v reflect.Value) {
	if !v.IsNil() && !h.seen[v.UnsafePointer()] && v.Elem().CanSet() {
		h.seen[v.UnsafePointer()] = true
		h.change(v.Elem())
	}
}

// A Tally counts the calls of functions that were tried: those that ended with results, those that panicked, and those that would
// have taken too long; and the derivatives that were called at the same time, with arguments of their own or with shared ones.
type Tally struct{ Returned, Panicked, Long, Apart, Shared int }

// Hostile gives a function and its derivatives arguments that nobody would, and returns where they differ.
func Hostile(c *Case, tally *Tally) (faults []string) {
	hash := fnv.New64()
	hash.Write([]byte(c.Name))
	for p := range c.Points {
		for n := range variations {
			x := &call{c.Points[p], hash.Sum64() + uint64(p), n}
			counted := &call{c.CountedAt[p], x.seed, n}
			watch(fmt.Sprintf("%s at point %d, variation %d", c.Name, p, n), func() {
				if !ends(c.Counted, counted) {
					tally.Long++
					return
				}
				faults = append(faults, c.compare(x, p, tally)...)
			})
		}
	}
	return faults
}

// compare compares the derivatives with the function at a call.
func (c *Case) compare(x *call, point int, tally *Tally) (faults []string) {
	args := x.args(c.F)
	shared := overlap(args)
	of := run(c.F, args, len(args))
	if of.panics == "" {
		tally.Returned++
	} else {
		tally.Panicked++
	}
	for _, d := range c.Derivatives {
		in := x.args(c.F)
		if shared && (d.Mode == "VJP" || d.along()) {
			continue
		}
		o := run(d.Fn, c.inputs(d, in, of), len(in))
		if fault := c.difference(d, of, o); fault != "" {
			faults = append(faults, fmt.Sprintf("%s of %s at point %d, variation %d: %s\n\targuments: %.600s", d.Mode, c.Name, point, x.n, fault, dump(true, x.args(c.F))))
		}
	}
	return faults
}

// difference says in what a derivative differs from the function, or returns "".
func (c *Case) difference(d Derivative, want, got outcome) string {
	if got.panics != want.panics {
		if got.bounds && want.bounds {
			return "" // another index of the same statement
		}
		if strings.Contains(got.panics, "must share memory as") {
			return "" // shadows here are the values' own only where slices are the same
		}
		return fmt.Sprintf("panics: %.300q, the function: %.300q", got.panics, want.panics)
	}
	if c.Unordered {
		return ""
	}
	if want.panics == "" {
		w, g := append(want.args[:len(want.args):len(want.args)], c.primalFor(d, want.results)...), append(got.args[:len(got.args):len(got.args)], c.primalOf(d, got.results)...)
		if w, g := dump(false, w), dump(false, g); w != g {
			return fmt.Sprintf("memory and results are\n%.600s\nthe function's are\n%.600s", g, w)
		}
	}
	if w, g := dump(true, want.args), dump(true, got.args); w != g && !got.bounds {
		return fmt.Sprintf("memory is\n%.600s\nafter the function it is\n%.600s", g, w)
	}
	return ""
}
