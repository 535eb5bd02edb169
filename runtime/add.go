package runtime

import (
	"cmp"
	"reflect"
	"slices"
	"unsafe"
)

// AddShadow adds the floats that src reaches through slices, pointers and maps to those that dst, of the same shape, reaches. Each is
// added once, however often it is reached, and by slices that overlap or pointers into them. Nothing is added where dst or src is nil. Floats that dst and src hold themselves are left alone. What an interface in src holds by
// value is added to what the pointer points to that dst has there, as [Box] makes it. Where dst has a value with floats too, and is not
// reached through memory, AddShadow panics: no one else would see it.
func AddShadow[T any](dst, src T) {
	new(adder).all(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&src), held)
}

// A spot says where a value lies.
type spot int

const (
	held     spot = iota // in an argument of AddShadow
	inMemory             // where others see it
	inBox                // in an interface that is held
)

// reached is memory that a slice or pointer has led to, or a map.
type reached struct {
	at unsafe.Pointer
	t  reflect.Type
	n  int // elements of type t
}

// CopyShadow returns a copy of a shadow: memory of its own with the same floats, which shares memory within itself as x does.
func CopyShadow[T any](x T) T {
	y := Shadow(x)
	a := adder{op: set}
	a.all(reflect.TypeFor[T](), unsafe.Pointer(&y), unsafe.Pointer(&x), inMemory)
	return y
}

// SetShadow sets the floats that dst reaches through slices, pointers and maps to those that src, of the same shape, reaches. The two
// may share memory.
func SetShadow[T any](dst, src T) {
	own := CopyShadow(src)
	a := adder{op: set}
	a.all(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&own), held)
}

// An adder goes through two values of one shape side by side. It first finds the memory that they lead to, and then goes through that in
// the order in which it lies, so that it sees what it has been through.
type adder struct {
	seen   map[reached]bool
	memory []region
	maps   [][2]reflect.Value // of dst and of src
	op     operation
	opaque map[reflect.Type]func(dst, src unsafe.Pointer) // what is done to values of these types
}

// A region is memory of two values: n elements of a type.
type region struct {
	t        reflect.Type
	dst, src unsafe.Pointer
	n        int
}

func (r region) lo() uintptr { return uintptr(r.src) }

func (r region) hi() uintptr { return r.lo() + uintptr(r.n)*r.t.Size() }

// inOrder calls f for memory in the order in which it lies, with the end of what it has been called for, unless that is all of it.
func inOrder[M interface {
	lo() uintptr
	hi() uintptr
}](memory []M, f func(m M, done uintptr)) {
	slices.SortFunc(memory, func(a, b M) int { return cmp.Or(cmp.Compare(a.lo(), b.lo()), cmp.Compare(b.hi(), a.hi())) })
	var done uintptr
	for _, m := range memory {
		if m.hi() > done {
			f(m, done)
			done = m.hi()
		}
	}
}

// all adds the value of type t at src, which lies at a spot, and all that it leads to, to that at dst.
func (a *adder) all(t reflect.Type, dst, src unsafe.Pointer, at spot) {
	a.seen = map[reached]bool{}
	a.follow(t, dst, src)
	for i := 0; i < len(a.memory); i++ {
		r := a.memory[i]
		if !hasPointers(r.t) {
			continue
		}
		for k := range r.n {
			offset := uintptr(k) * r.t.Size()
			a.follow(r.t, unsafe.Add(r.dst, offset), unsafe.Add(r.src, offset))
		}
	}
	a.add(t, dst, src, at, 0)
	inOrder(a.memory, func(r region, done uintptr) { a.elements(r.t, r.dst, r.src, r.n, inMemory, done) })
	for _, m := range a.maps {
		a.values(m[0], m[1])
	}
}

// follow finds what the value of type t at src leads to, and that at dst.
func (a *adder) follow(t reflect.Type, dst, src unsafe.Pointer) {
	if a.opaque[t] != nil {
		return
	}
	switch t.Kind() {
	case reflect.Array:
		if hasPointers(t.Elem()) {
			for i := range t.Len() {
				offset := uintptr(i) * t.Elem().Size()
				a.follow(t.Elem(), unsafe.Add(dst, offset), unsafe.Add(src, offset))
			}
		}
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			a.follow(f.Type, unsafe.Add(dst, f.Offset), unsafe.Add(src, f.Offset))
		}
	case reflect.Slice:
		d, s := reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem()
		a.reach(region{t.Elem(), d.UnsafePointer(), s.UnsafePointer(), min(d.Len(), s.Len())})
	case reflect.Pointer:
		a.reach(region{t.Elem(), *(*unsafe.Pointer)(dst), *(*unsafe.Pointer)(src), 1})
	case reflect.Interface:
		d, s := reflect.NewAt(t, dst).Elem().Elem(), reflect.NewAt(t, src).Elem().Elem()
		switch {
		case !d.IsValid() || !s.IsValid():
		case d.Kind() == reflect.Pointer && d.Type().Elem() == s.Type():
			a.follow(s.Type(), d.UnsafePointer(), unboxed(s))
		case d.Type() == s.Type():
			a.follow(s.Type(), unboxed(d), unboxed(s))
		}
	case reflect.Map:
		d, s := reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem()
		if d.IsNil() || !a.first(reached{s.UnsafePointer(), t, 1}) {
			return
		}
		a.maps = append(a.maps, [2]reflect.Value{d, s})
		if !hasPointers(t.Elem()) {
			return
		}
		for it := s.MapRange(); it.Next(); {
			if v := d.MapIndex(it.Key()); v.IsValid() {
				a.follow(t.Elem(), copied(v).Addr().UnsafePointer(), copied(it.Value()).Addr().UnsafePointer())
			}
		}
	}
}

// reach notes memory for the first time that something leads there.
func (a *adder) reach(r region) {
	if r.dst != nil && r.n > 0 && r.t.Size() > 0 && a.first(reached{r.src, r.t, r.n}) {
		a.memory = append(a.memory, r)
	}
}

// first reports whether memory that is there is reached for the first time.
func (a *adder) first(r reached) bool {
	if r.at == nil || a.seen[r] {
		return false
	}
	a.seen[r] = true
	return true
}

// An operation is what is done to a float.
type operation int

const (
	plus operation = iota
	set
	leave
)

// float does the operation to a float at dst.
func float[E float32 | float64](op operation, dst *E, src E) {
	switch op {
	case plus:
		*dst += src
	case set:
		*dst = src
	}
}

// floats does the operation to n floats at dst, but for those whose counterpart at src lies before an address.
func floats[E float32 | float64](op operation, dst, src unsafe.Pointer, n int, from uintptr) {
	var e E
	x, y := unsafe.Slice((*E)(dst), n), unsafe.Slice((*E)(src), n)
	if first := uintptr(src); first < from {
		done := min(n, int((from-first+unsafe.Sizeof(e)-1)/unsafe.Sizeof(e)))
		x, y = x[done:], y[done:]
	}
	switch op {
	case plus:
		for i, v := range y {
			x[i] += v
		}
	case set:
		copy(x, y)
	}
}

// add adds the floats that the value of type t at src holds itself to those at dst, which lies at a spot, but for those before an address.
func (a *adder) add(t reflect.Type, dst, src unsafe.Pointer, at spot, from uintptr) {
	if f := a.opaque[t]; f != nil {
		if uintptr(src) >= from {
			f(dst, src)
		}
		return
	}
	switch t.Kind() {
	case reflect.Array:
		a.elements(t.Elem(), dst, src, t.Len(), at, from)
		return
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			a.add(f.Type, unsafe.Add(dst, f.Offset), unsafe.Add(src, f.Offset), at, from)
		}
		return
	}
	if uintptr(src) < from {
		return
	}
	switch t.Kind() {
	case reflect.Float64:
		if a.op == leave || at.takes(*(*float64)(src)) {
			float(a.op, (*float64)(dst), *(*float64)(src))
		}
	case reflect.Float32:
		if a.op == leave || at.takes(float64(*(*float32)(src))) {
			float(a.op, (*float32)(dst), *(*float32)(src))
		}
	case reflect.Interface:
		a.dynamic(reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem(), at)
	}
}

// takes reports whether a float at a spot is added to. It panics where that would be lost.
func (at spot) takes(x float64) bool {
	if at == inBox && x != 0 {
		panic("godiff: there is no derivative for a float that an interface itself holds; use a pointer to it")
	}
	return at == inMemory
}

// dynamic adds what an interface holds to what another does, which lies at a spot and gets a new value if others can see it.
func (a *adder) dynamic(dst, src reflect.Value, at spot) {
	d, s := dst.Elem(), src.Elem()
	if !d.IsValid() || !s.IsValid() {
		return
	}
	if d.Kind() == reflect.Pointer && d.Type().Elem() == s.Type() {
		a.add(s.Type(), d.UnsafePointer(), unboxed(s), inMemory, 0)
		return
	}
	if d.Type() != s.Type() {
		return
	}
	if at == held {
		at = inBox
	}
	sum := copied(d)
	a.add(s.Type(), sum.Addr().UnsafePointer(), unboxed(s), at, 0)
	if at == inMemory {
		dst.Set(sum)
	}
}

// elements does add to n values.
func (a *adder) elements(t reflect.Type, dst, src unsafe.Pointer, n int, at spot, from uintptr) {
	if at == inMemory && a.opaque[t] == nil {
		switch t.Kind() {
		case reflect.Float64:
			floats[float64](a.op, dst, src, n, from)
			return
		case reflect.Float32:
			floats[float32](a.op, dst, src, n, from)
			return
		}
	}
	for i := range n {
		offset := uintptr(i) * t.Size()
		a.add(t, unsafe.Add(dst, offset), unsafe.Add(src, offset), at, from)
	}
}

// values adds the values of a map to those of another. A key that this one lacks stands for zero there.
func (a *adder) values(dst, src reflect.Value) {
	t := src.Type().Elem()
	for it := src.MapRange(); it.Next(); {
		d, s := reflect.New(t), reflect.New(t)
		if old := dst.MapIndex(it.Key()); old.IsValid() {
			d.Elem().Set(old)
		}
		s.Elem().Set(it.Value())
		a.add(t, d.UnsafePointer(), s.UnsafePointer(), inMemory, 0)
		dst.SetMapIndex(it.Key(), d.Elem())
	}
}
