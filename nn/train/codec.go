package train

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/safetensors"
)

// A marshaler says itself what it has.
type marshaler interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// marshals returns x, or a pointer to it, as a marshaler, if it is one.
func marshals(x reflect.Value) (marshaler, bool) {
	switch {
	case x.Kind() == reflect.Interface || x.Kind() == reflect.Pointer && x.IsNil():
		return nil, false
	case x.Kind() != reflect.Pointer && x.CanAddr():
		x = x.Addr()
	}
	m, ok := x.Interface().(marshaler)
	return m, ok
}

// isTensor reports whether a type is a tensor of float32 or float64.
func isTensor(t reflect.Type) bool {
	return t == reflect.TypeFor[nn.Tensor[float32]]() || t == reflect.TypeFor[nn.Tensor[float64]]()
}

// dtypes are the types under which numbers are saved.
var dtypes = map[reflect.Kind]safetensors.DType{
	reflect.Bool: "BOOL",
	reflect.Int:  "I64", reflect.Int8: "I8", reflect.Int16: "I16", reflect.Int32: "I32", reflect.Int64: "I64",
	reflect.Uint: "U64", reflect.Uint8: "U8", reflect.Uint16: "U16", reflect.Uint32: "U32", reflect.Uint64: "U64",
	reflect.Float32: safetensors.F32, reflect.Float64: safetensors.F64,
}

func isNumber(k reflect.Kind) bool { return dtypes[k] != "" }

// A saver collects what is to be written.
type saver struct {
	walk
	tensors []safetensors.Tensor
}

func (w *saver) tensor(name string, x reflect.Value) {
	switch x := x.Interface().(type) {
	case nn.Tensor[float32]:
		w.add(len(x.Data), safetensors.NewTensor(name, x.Shape, x.Data))
	case nn.Tensor[float64]:
		w.add(len(x.Data), safetensors.NewTensor(name, x.Shape, x.Data))
	}
}

// add adds a tensor unless it is empty.
func (w *saver) add(elements int, t safetensors.Tensor) {
	if elements > 0 {
		w.tensors = append(w.tensors, t)
	}
}

func (w *saver) numbers(name string, x reflect.Value) {
	if isNumber(x.Kind()) {
		w.tensors = append(w.tensors, safetensors.RawTensor(name, dtypes[x.Kind()], nil, appendNumber(nil, x)))
		return
	}
	var data []byte
	for i := range x.Len() {
		data = appendNumber(data, x.Index(i))
	}
	w.tensors = append(w.tensors, safetensors.RawTensor(name, dtypes[x.Type().Elem().Kind()], []int{x.Len()}, data))
}

func (w *saver) text(name string, x reflect.Value) { w.bytes(name, []byte(x.String())) }

func (w *saver) binary(name string, x marshaler) {
	data, err := x.MarshalBinary()
	if err != nil {
		w.errs = append(w.errs, fmt.Errorf("%s: %w", name, err))
	}
	w.bytes(name, data)
}

func (w *saver) bytes(name string, data []byte) {
	w.tensors = append(w.tensors, safetensors.RawTensor(name, "U8", []int{len(data)}, data))
}

// ties returns the names under which there is nothing, since it is the same as under others, with these.
func (w *saver) ties() map[string]string {
	ties := maps.Clone(w.names)
	maps.DeleteFunc(ties, func(name, first string) bool { return name == first })
	if len(ties) == 0 {
		return nil
	}
	return ties
}

func (w *saver) grow(_ string, x reflect.Value) reflect.Value { return x }

func (w *saver) replace(func()) {}

// A loader compares what is in a file with what there is, and collects what to do if they agree.
type loader struct {
	walk
	file *safetensors.File
	have map[string]int  // for each path in the file, how many elements a slice there has: more than the largest index after it
	used map[string]bool // the names that have been found
	room int64           // how many bytes may still be made for what is as long as the file says
	sets []func() error
}

// prefixes returns the paths that names in a file have, with one more than the largest index that follows.
func prefixes(f *safetensors.File) map[string]int {
	have := map[string]int{}
	for _, info := range f.Tensors() {
		have[info.Name] = max(have[info.Name], 0)
		above(info.Name, have)
	}
	for name := range f.Metadata() { // that of a tie has nothing of its own, but is in something
		above(name, have)
	}
	return have
}

// above notes the paths that lead to a name.
func above(name string, have map[string]int) {
	for at := len(name); ; {
		at = strings.LastIndexByte(name[:at], '.')
		if at < 0 {
			return
		}
		index, _, _ := strings.Cut(name[at+1:], ".")
		n := 0
		if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < maxElements {
			n = i + 1
		}
		have[name[:at]] = max(have[name[:at]], n)
	}
}

// maxElements is how many elements a slice of things that are no numbers may have in a file.
const maxElements = 1 << 20

// unused returns an error for each tensor of the file that has not been found.
func (l *loader) unused() error {
	var errs []error
	for _, info := range l.file.Tensors() {
		if !l.used[info.Name] {
			errs = append(errs, fmt.Errorf("%q is in the file only", info.Name))
		}
	}
	return errors.Join(errs...)
}

// untied returns an error for each name under which the file had the same as under another, and where there is nothing now.
func (l *loader) untied() error {
	var errs []error
	ties := l.file.Metadata()
	for _, name := range slices.Sorted(maps.Keys(ties)) {
		if l.names[name] == "" && !l.used[name] {
			errs = append(errs, fmt.Errorf("%q is the same as %q in the file, and there is nothing to load it to", name, ties[name]))
		}
	}
	return errors.Join(errs...)
}

// claim notes that memory is made for what the file has, and reports whether there is room.
func (l *loader) claim(info safetensors.Info) bool {
	if info.Size > l.room {
		l.errs = append(l.errs, fmt.Errorf("%q of shape %v in the file is too large for memory", info.Name, info.Shape))
		return false
	}
	l.room -= info.Size
	return true
}

// find returns what the file has under a name, if it is of a type, and notes what is wrong if not. A shape that begins with −1 is that of
// any vector.
func (l *loader) find(name string, dtype safetensors.DType, dims []int) (safetensors.Info, bool) {
	info, ok := l.file.Lookup(name)
	l.used[name] = true
	vector := len(dims) == 1 && dims[0] == -1 && len(info.Shape) == 1
	switch {
	case !ok:
		l.errs = append(l.errs, fmt.Errorf("%q is not in the file", name))
	case !vector && !slices.Equal(info.Shape, dims):
		l.errs = append(l.errs, fmt.Errorf("%q has shape %v in the file, want %v", name, info.Shape, dims))
	case info.DType != dtype:
		l.errs = append(l.errs, fmt.Errorf("%q has elements %s in the file, want %s", name, info.DType, dtype))
	default:
		return info, true
	}
	return info, false
}

// raw has set called with the bytes of a tensor, later.
func (l *loader) raw(name string, dtype safetensors.DType, dims []int, set func(data []byte) error) {
	if info, ok := l.find(name, dtype, dims); !ok || !l.claim(info) {
		return
	}
	l.sets = append(l.sets, func() error {
		data, err := l.file.Raw(name)
		if err != nil {
			return err
		}
		if err := set(data); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		return nil
	})
}

func (l *loader) tensor(name string, x reflect.Value) {
	switch p := x.Addr().Interface().(type) {
	case *nn.Tensor[float32]:
		loadTensor(l, name, p)
	case *nn.Tensor[float64]:
		loadTensor(l, name, p)
	}
}

// loadTensor has x loaded later. One without elements becomes what the file has.
func loadTensor[T nn.Float](l *loader, name string, x *nn.Tensor[T]) {
	dims := x.Shape
	if len(x.Data) == 0 {
		info, ok := l.file.Lookup(name)
		if !ok {
			return
		}
		dims = info.Shape
	}
	info, ok := l.find(name, dtypes[reflect.TypeFor[T]().Kind()], dims)
	if !ok || len(x.Data) == 0 && !l.claim(info) {
		return
	}
	l.sets = append(l.sets, func() error {
		if len(x.Data) == 0 {
			*x = nn.New[T](nil, dims...)
		}
		return safetensors.LoadInto(l.file, name, dims, x.Data)
	})
}

func (l *loader) numbers(name string, x reflect.Value) {
	switch x.Kind() {
	case reflect.Slice:
		l.raw(name, dtypes[x.Type().Elem().Kind()], []int{-1}, func(data []byte) error {
			n := len(data) * 8 / dtypes[x.Type().Elem().Kind()].Bits()
			if n != x.Len() {
				x.Set(reflect.MakeSlice(x.Type(), n, n))
			}
			return setNumbers(x, data)
		})
	case reflect.Array:
		l.raw(name, dtypes[x.Type().Elem().Kind()], []int{x.Len()}, func(data []byte) error { return setNumbers(x, data) })
	default:
		l.raw(name, dtypes[x.Kind()], nil, func(data []byte) error { return setNumber(x, data) })
	}
}

func (l *loader) text(name string, x reflect.Value) {
	l.raw(name, "U8", []int{-1}, func(data []byte) error {
		x.SetString(string(data))
		return nil
	})
}

func (l *loader) binary(name string, x marshaler) {
	l.raw(name, "U8", []int{-1}, x.UnmarshalBinary)
}

// grow returns what x is to be: a new pointer or a longer or shorter slice, if the file has more or less than x.
func (l *loader) grow(name string, x reflect.Value) reflect.Value {
	n, ok := l.have[name]
	grown := x
	switch {
	case x.Kind() == reflect.Pointer && x.IsNil() && ok:
		grown = reflect.New(x.Type().Elem())
	case x.Kind() == reflect.Slice && x.Len() != n && (ok || x.Len() > 0):
		grown = reflect.MakeSlice(x.Type(), n, n)
		reflect.Copy(grown, x)
	default:
		return x
	}
	l.replace(func() { x.Set(grown) })
	return grown
}

func (l *loader) replace(set func()) {
	l.sets = append(l.sets, func() error {
		set()
		return nil
	})
}

// appendNumber appends the bytes of a number or truth value, the lowest first.
func appendNumber(b []byte, x reflect.Value) []byte {
	var bits uint64
	switch {
	case x.Kind() == reflect.Bool:
		if x.Bool() {
			bits = 1
		}
	case x.CanInt():
		bits = uint64(x.Int())
	case x.CanUint():
		bits = x.Uint()
	case x.Kind() == reflect.Float32:
		bits = uint64(math.Float32bits(float32(x.Float())))
	default:
		bits = math.Float64bits(x.Float())
	}
	return append(b, binary.LittleEndian.AppendUint64(nil, bits)[:dtypes[x.Kind()].Bits()/8]...)
}

// setNumber sets x to what has these bytes.
func setNumber(x reflect.Value, data []byte) error {
	var whole [8]byte
	copy(whole[:], data)
	bits := binary.LittleEndian.Uint64(whole[:])
	switch {
	case x.Kind() == reflect.Bool:
		x.SetBool(bits != 0)
	case x.CanInt():
		unused := 64 - 8*len(data)
		i := int64(bits<<unused) >> unused
		if x.OverflowInt(i) {
			return fmt.Errorf("%d is too much for %v", i, x.Type())
		}
		x.SetInt(i)
	case x.CanUint():
		if x.OverflowUint(bits) {
			return fmt.Errorf("%d is too much for %v", bits, x.Type())
		}
		x.SetUint(bits)
	case x.Kind() == reflect.Float32:
		x.SetFloat(float64(math.Float32frombits(uint32(bits))))
	default:
		x.SetFloat(math.Float64frombits(bits))
	}
	return nil
}

// setNumbers sets the elements of x, as many as there are bytes for.
func setNumbers(x reflect.Value, data []byte) error {
	size := dtypes[x.Type().Elem().Kind()].Bits() / 8
	for i := range x.Len() {
		if err := setNumber(x.Index(i), data[i*size:(i+1)*size]); err != nil {
			return err
		}
	}
	return nil
}
