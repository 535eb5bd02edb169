package check

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"strings"
	"unsafe"
)

// A drawer draws arguments. Those with the same number are the same.
type drawer struct {
	rng    *rand.Rand
	regime regime
	n      int // the length of slices
	types  []reflect.Type
	zero   bool       // floats are zero, so that what is drawn is a shadow
	nudge  float64    // floats are moved by this, relative to their size, times numbers …
	along  *rand.Rand // … from here
	depth  int
}

// A regime says which numbers are drawn.
type regime struct {
	low, high float64
	sorted    bool // slices of floats ascend
	unit      bool // slices of floats are positive and sum to 1
}

var regimes = []regime{
	{low: 0.5, high: 3},
	{low: 0.05, high: 0.95},
	{low: -2, high: 2},
	{low: 0.1, high: 4, sorted: true},
	{low: 0.1, high: 0.9, unit: true},
	{low: 1, high: 9},
	{low: -0.9, high: 0.9, sorted: true},
	{low: -60, high: 60},
}

func newDrawer(number int, types []reflect.Type) *drawer {
	rng := rand.New(rand.NewPCG(uint64(number), 1))
	along := rand.New(rand.NewPCG(uint64(number), 2))
	return &drawer{rng: rng, regime: regimes[number%len(regimes)], n: 1 + rng.IntN(6), types: types, along: along}
}

// deepest is how many references are followed.
const deepest = 5

// new returns a variable of type t that is drawn.
func (d *drawer) new(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	d.draw(v)
	return v
}

// draw sets v, which is a variable, to what is drawn.
func (d *drawer) draw(v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		v.SetFloat(d.float())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(d.float(), d.float()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(d.int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(uint64(d.int()))
	case reflect.Bool:
		v.SetBool(d.rng.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "a", "ab"}[d.rng.IntN(3)])
	case reflect.Array:
		for i := range v.Len() {
			d.draw(v.Index(i))
		}
	case reflect.Struct:
		d.fields(v)
	default:
		d.reference(v)
	}
}

func (d *drawer) float() float64 {
	x := d.regime.low + (d.regime.high-d.regime.low)*d.rng.Float64()
	if d.zero {
		return 0
	}
	return x * (1 + d.nudge*(0.5+d.along.Float64()))
}

// int returns a small number, which is the length of slices, or an index or a count of theirs.
func (d *drawer) int() int {
	switch d.rng.IntN(3) {
	case 0:
		return d.n
	case 1:
		return d.rng.IntN(d.n)
	}
	return 1 + d.rng.IntN(3)
}

// fields draws all fields of a struct, unexported ones too. What belongs to the standard library stays zero.
func (d *drawer) fields(v reflect.Value) {
	if t := v.Type(); t.PkgPath() != "" && !strings.Contains(t.PkgPath(), ".") {
		return
	}
	for i := range v.NumField() {
		f := v.Field(i)
		d.draw(reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem())
	}
}

// reference draws what leads elsewhere.
func (d *drawer) reference(v reflect.Value) {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > deepest {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.draw(p.Elem())
		v.Set(p.Convert(v.Type()))
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), d.n, d.n)
		for i := range d.n {
			d.draw(s.Index(i))
		}
		d.arrange(s)
		v.Set(s)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range d.n {
			v.SetMapIndex(d.new(v.Type().Key()), d.new(v.Type().Elem()))
		}
	case reflect.Interface:
		d.dynamic(v)
	case reflect.Func:
		v.Set(reflect.MakeFunc(v.Type(), smooth(v.Type())))
	}
}

// arrange sorts or scales a slice of floats as the regime wants it.
func (d *drawer) arrange(s reflect.Value) {
	if k := s.Type().Elem().Kind(); d.zero || k != reflect.Float64 && k != reflect.Float32 {
		return
	}
	list := make([]float64, s.Len())
	sum := 0.0
	for i := range list {
		list[i] = s.Index(i).Float()
		sum += list[i]
	}
	if d.regime.sorted {
		sort.Float64s(list)
	}
	for i, x := range list {
		if d.regime.unit {
			x /= sum
		}
		s.Index(i).SetFloat(x)
	}
}

// source is what a source of random numbers holds.
var source = reflect.TypeFor[*rand.PCG]()

// dynamic sets an interface to a value of one of the types that it may hold, or leaves it nil. Values that are floats
// themselves are left out: godiff wants them behind a pointer.
func (d *drawer) dynamic(v reflect.Value) {
	var fit []reflect.Type
	for _, t := range d.types {
		if direct, _ := floats(t); v.NumMethod() > 0 && t.Implements(v.Type()) && !direct {
			fit = append(fit, t)
		}
	}
	if v.NumMethod() > 0 && source.Implements(v.Type()) {
		v.Set(reflect.ValueOf(rand.NewPCG(1, 2)))
		return
	}
	if len(fit) > 0 {
		v.Set(d.new(fit[d.rng.IntN(len(fit))]))
	}
}

// smooth returns what stands in for a function that is given: its floats are smooth in the floats of its arguments.
func smooth(t reflect.Type) func([]reflect.Value) []reflect.Value {
	return func(args []reflect.Value) []reflect.Value {
		sum := 0.0
		for _, a := range args {
			if a.CanFloat() {
				sum += a.Float()
			}
		}
		var results []reflect.Value
		for i := range t.NumOut() {
			r := reflect.New(t.Out(i)).Elem()
			if r.CanFloat() {
				r.SetFloat(2 + math.Sin(sum+float64(i)))
			}
			results = append(results, r)
		}
		return results
	}
}

// dump writes values so that equal text means that they are equal to the bit, but for what lies very deep.
func dump(list []reflect.Value) string {
	var b strings.Builder
	for _, v := range list {
		dumpValue(&b, v, 0)
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func dumpValue(b *strings.Builder, v reflect.Value, depth int) {
	if depth > 2*deepest {
		b.WriteString("…")
		return
	}
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		fmt.Fprintf(b, "%v", v.Float())
	case reflect.Array, reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(' ')
			}
			dumpValue(b, v.Index(i), depth+1)
		}
		b.WriteByte(']')
	case reflect.Struct:
		b.WriteByte('{')
		for i := range v.NumField() {
			fmt.Fprintf(b, "%s:", v.Type().Field(i).Name)
			dumpValue(b, v.Field(i), depth+1)
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		if v.Kind() == reflect.Interface {
			b.WriteString(v.Elem().Type().String())
		}
		b.WriteByte('&')
		dumpValue(b, v.Elem(), depth+1)
	case reflect.Map:
		dumpMap(b, v, depth)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		b.WriteString(v.Kind().String())
	default:
		fmt.Fprintf(b, "%v", v)
	}
}

func dumpMap(b *strings.Builder, v reflect.Value, depth int) {
	var entries []string
	for it := v.MapRange(); it.Next(); {
		var e strings.Builder
		dumpValue(&e, it.Key(), depth+1)
		e.WriteByte(':')
		dumpValue(&e, it.Value(), depth+1)
		entries = append(entries, e.String())
	}
	slices.Sort(entries)
	b.WriteString("map[" + strings.Join(entries, " ") + "]")
}
