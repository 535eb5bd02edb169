package runtime

import (
	"reflect"
	"unsafe"
)

// AddShadow adds the floats that src reaches through slices, pointers and maps to those that dst, of the same shape, reaches. What a
// pointer or map of src leads to is added once, however often it is reached; slices are taken to be memory of their own. Nothing is
// added where dst or src is nil. Floats that dst and src hold themselves are left alone. What an interface in src holds by
// value is added to what the pointer points to that dst has there, as [Box] makes it. Where dst has a value with floats too, and is not
// reached through memory, AddShadow panics: no one else would see it.
func AddShadow[T any](dst, src T) {
	a := adder{seen: map[reached]bool{}}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&src), held)
}

// A spot says where a value lies.
type spot int

const (
	held     spot = iota // in an argument of AddShadow
	inMemory             // where others see it
	inBox                // in an interface that is held
)

// reached is a pointer or map that has been followed.
type reached struct {
	at unsafe.Pointer
	t  reflect.Type
}

// CopyShadow returns a copy of a shadow: memory of its own with the same floats, which shares memory within itself as x does.
func CopyShadow[T any](x T) T {
	y := Shadow(x)
	a := adder{seen: map[reached]bool{}, op: set}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&y), unsafe.Pointer(&x), inMemory)
	return y
}

// SetShadow sets the floats that dst reaches through slices, pointers and maps to those that src, of the same shape, reaches. The two
// may share memory.
func SetShadow[T any](dst, src T) {
	own := CopyShadow(src)
	a := adder{seen: map[reached]bool{}, op: set}
	a.add(reflect.TypeFor[T](), unsafe.Pointer(&dst), unsafe.Pointer(&own), held)
}

// An adder goes through two values of one shape side by side.
type adder struct {
	seen   map[reached]bool
	op     operation
	opaque map[reflect.Type]func(dst, src unsafe.Pointer) // what is done to values of these types
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

// add adds the value of type t at src to that at dst, which lies at a spot.
func (a *adder) add(t reflect.Type, dst, src unsafe.Pointer, at spot) {
	if f := a.opaque[t]; f != nil {
		f(dst, src)
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
	case reflect.Array:
		a.elements(t.Elem(), dst, src, t.Len(), at)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			a.add(f.Type, unsafe.Add(dst, f.Offset), unsafe.Add(src, f.Offset), at)
		}
	case reflect.Slice:
		d, s := reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem()
		a.elements(t.Elem(), d.UnsafePointer(), s.UnsafePointer(), min(d.Len(), s.Len()), inMemory)
	case reflect.Pointer:
		d, s := *(*unsafe.Pointer)(dst), *(*unsafe.Pointer)(src)
		if d != nil && a.first(s, t) {
			a.add(t.Elem(), d, s, inMemory)
		}
	case reflect.Interface:
		a.dynamic(reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem(), at)
	case reflect.Map:
		d, s := reflect.NewAt(t, dst).Elem(), reflect.NewAt(t, src).Elem()
		if !d.IsNil() && a.first(s.UnsafePointer(), t) {
			a.values(d, s)
		}
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
		a.add(s.Type(), d.UnsafePointer(), unboxed(s), inMemory)
		return
	}
	if d.Type() != s.Type() {
		return
	}
	if at == held {
		at = inBox
	}
	sum := copied(d)
	a.add(s.Type(), sum.Addr().UnsafePointer(), unboxed(s), at)
	if at == inMemory {
		dst.Set(sum)
	}
}

// first reports whether a pointer that is not nil is followed for the first time.
func (a *adder) first(p unsafe.Pointer, t reflect.Type) bool {
	key := reached{p, t}
	if p == nil || a.seen[key] {
		return false
	}
	a.seen[key] = true
	return true
}

func (a *adder) elements(t reflect.Type, dst, src unsafe.Pointer, n int, at spot) {
	for i := range n {
		offset := uintptr(i) * t.Size()
		a.add(t, unsafe.Add(dst, offset), unsafe.Add(src, offset), at)
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
		a.add(t, d.UnsafePointer(), s.UnsafePointer(), inMemory)
		dst.SetMapIndex(it.Key(), d.Elem())
	}
}
