// Package npy reads and writes NumPy's .npy files.
//
// A file is the magic string "\x93NUMPY", a version, the length of the header, the header as a Python dictionary with the element type,
// the order and the shape, and the elements (R. Kern, NEP 1, A simple file format for NumPy arrays, 2007; numpy.lib.format).
// Versions 1, 2 and 3 are read, in C and in Fortran order, of either byte order; the result is in C order, the last index fastest:
//
//	shape, data, err := npy.Read[float32](f)
//
// Elements may be of the types bool, int8 to int64, uint8 to uint64, float16, float32 and float64. Those of complex numbers, text, dates,
// records and Python objects are an error.
//
// # Conversion
//
// [Read] gives elements of the type that is asked for, whatever the file has, as long as each element is exactly a number of that type;
// the first that is not is an error with its index and value. So float16 is read as float32, and int64 as float32 where no number needs
// more than 24 bits, but float64 is not rounded to float32: that loses something, and is for the caller to do, who reads float64.
// False and true are 0 and 1. A NaN stays one in a float type, where its payload may differ, and is in no integer type; −0 is the integer 0.
//
// # Archives
//
// An .npz file is a zip archive of .npy files: open one of them with [archive/zip] and read it here.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/godiff/godiff/nn/internal/elem"
)

// A Number is a type of which arrays are read and written.
type Number interface {
	~uint8 | ~int8 | ~uint16 | ~int16 | ~uint32 | ~int32 | ~uint64 | ~int64 | ~float32 | ~float64 | ~int | ~uint
}

// A Header is what a file says of its array.
type Header struct {
	Type    string // the element type as NumPy writes it, such as "<f4": byte order <, > or |, kind and bytes
	Fortran bool   // the elements are in Fortran order, the first index fastest
	Shape   []int  // the dimensions; none is a single element
}

// Read reads one array, converted as the package's doc says, with the elements in C order.
// It reads no byte beyond the array, so that a further one may follow.
// The error says what is wrong with the file and where, and which element is no T.
func Read[T Number](r io.Reader) (shape []int, data []T, err error) {
	h, err := ReadHeader(r)
	if err != nil {
		return nil, nil, err
	}
	if data, err = readData[T](r, h); err != nil {
		return nil, nil, fmt.Errorf("npy: shape %v of %q: %w", h.Shape, h.Type, err)
	}
	if h.Fortran {
		data = fromFortran(data, h.Shape)
	}
	return h.Shape, data, nil
}

// ReadHeader reads a file up to its elements, whose type it does not judge. With it a program finds out which type to read.
func ReadHeader(r io.Reader) (Header, error) {
	h, err := readHeader(r)
	if err != nil {
		return Header{}, fmt.Errorf("npy: %w", err)
	}
	return h, nil
}

const magic = "\x93NUMPY"

// maxHeader is the longest header that is read. An array of numbers needs some hundred bytes;
// NumPy itself refuses more than 10 000 unless it is told to trust the file.
const maxHeader = 1<<16 - 1

func readHeader(r io.Reader) (h Header, err error) {
	start := make([]byte, len(magic)+2)
	if err := elem.Fill(r, binary.LittleEndian, start); err != nil {
		return h, fmt.Errorf("magic string: %w", err)
	}
	if string(start[:len(magic)]) != magic {
		return h, fmt.Errorf("not a .npy file: it starts with %q, want %q", start[:len(magic)], magic)
	}
	length := make([]byte, 4)
	switch major, minor := start[6], start[7]; {
	case minor != 0 || major < 1 || major > 3:
		return h, fmt.Errorf("version %d.%d, want 1.0, 2.0 or 3.0", major, minor)
	case major == 1:
		length = length[:2]
	}
	if err := elem.Fill(r, binary.LittleEndian, length); err != nil {
		return h, fmt.Errorf("length of the header: %w", err)
	}
	n := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if n > maxHeader {
		return h, fmt.Errorf("a header of %d bytes, at most %d are read", n, maxHeader)
	}
	text, err := elem.Read[byte](r, binary.LittleEndian, int(n))
	if err != nil {
		return h, fmt.Errorf("header: %w", err)
	}
	return parseHeader(string(text))
}

// readData reads and converts the elements, in the order in which the file has them.
func readData[T Number](r io.Reader, h Header) ([]T, error) {
	n, ok := elem.Len(h.Shape)
	if !ok {
		return nil, errors.New("too many elements")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if h.Type[0] == '>' {
		order = binary.BigEndian
	}
	switch kind := h.Type[1:]; kind {
	case "b1":
		return converted[T](r, order, n, truth)
	case "i1":
		return converted[T, int8](r, order, n, nil)
	case "i2":
		return converted[T, int16](r, order, n, nil)
	case "i4":
		return converted[T, int32](r, order, n, nil)
	case "i8":
		return converted[T, int64](r, order, n, nil)
	case "u1":
		return converted[T, uint8](r, order, n, nil)
	case "u2":
		return converted[T, uint16](r, order, n, nil)
	case "u4":
		return converted[T, uint32](r, order, n, nil)
	case "u8":
		return converted[T, uint64](r, order, n, nil)
	case "f2":
		return halves[T](r, order, n)
	case "f4":
		return converted[T, float32](r, order, n, nil)
	case "f8":
		return converted[T, float64](r, order, n, nil)
	}
	return nil, errors.New("elements of this type are not read")
}

// truth returns the index of the first byte that is neither false nor true.
func truth(b []uint8) int {
	for i, x := range b {
		if x > 1 {
			return i
		}
	}
	return len(b)
}

// converted reads n elements of type S as T. Where valid is not nil, it returns the index of the first element that may not be.
func converted[T Number, S elem.Fixed](r io.Reader, order binary.ByteOrder, n int, valid func([]S) int) ([]T, error) {
	src, err := elem.Read[S](r, order, n)
	if err != nil {
		return nil, err
	}
	if valid != nil {
		if i := valid(src); i < n {
			return nil, fmt.Errorf("element %d is %v, neither false nor true", i, src[i])
		}
	}
	if same, ok := any(src).([]T); ok {
		return same, nil
	}
	dst := make([]T, n)
	if i := elem.Convert(dst, src); i < n {
		return nil, fmt.Errorf("element %d is %v, which is no %T", i, src[i], dst[i])
	}
	return dst, nil
}

// halves reads n elements of type float16 as T.
func halves[T Number](r io.Reader, order binary.ByteOrder, n int) ([]T, error) {
	bits, err := elem.Read[uint16](r, order, n)
	if err != nil {
		return nil, err
	}
	src := make([]float32, n)
	for i, b := range bits {
		src[i] = elem.Half(b)
	}
	dst := make([]T, n)
	if i := elem.Convert(dst, src); i < n {
		return nil, fmt.Errorf("element %d is %v, which is no %T", i, src[i], dst[i])
	}
	return dst, nil
}

// fromFortran returns the elements of an array in C order, of which src has them in Fortran order.
// It steps through src as the last index, the next to last, … is counted up, as an odometer does.
func fromFortran[T any](src []T, shape []int) []T {
	if len(shape) < 2 || len(src) < 2 {
		return src
	}
	stride := make([]int, len(shape)) // between neighbours in src
	for i, step := 0, 1; i < len(shape); i++ {
		stride[i] = step
		step *= shape[i]
	}
	dst := make([]T, len(src))
	index := make([]int, len(shape))
	at := 0
	for i := range dst {
		dst[i] = src[at]
		for k := len(shape) - 1; k >= 0; k-- {
			index[k]++
			at += stride[k]
			if index[k] < shape[k] {
				break
			}
			at -= stride[k] * shape[k]
			index[k] = 0
		}
	}
	return dst
}

// Write writes an array whose elements are in C order, as a file of version 1 in little-endian and C order.
// An int is written as int64, a uint as uint64, and a type made of another as that other.
// It is an error, before anything is written, if a dimension is negative, if their product is not len(data), or if there are so many
// that the header does not fit.
func Write[T Number](w io.Writer, shape []int, data []T) error {
	if n, ok := elem.Len(shape); !ok || n != len(data) {
		return fmt.Errorf("npy: %d elements do not fill the shape %v", len(data), shape)
	}
	header, err := appendHeader(nil, typeName[T](), shape)
	if err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if err := writeData(w, data); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// typeName returns NumPy's name of the type as which T is written.
func typeName[T Number]() string {
	order := "<"
	if elem.Size[T]() == 1 {
		order = "|"
	}
	kind := "i"
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Int:
		return "<i8"
	case reflect.Uint:
		return "<u8"
	case reflect.Float32, reflect.Float64:
		kind = "f"
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		kind = "u"
	}
	return fmt.Sprint(order, kind, elem.Size[T]())
}

func writeData[T Number](w io.Writer, data []T) error {
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Int8:
		return elem.WriteAs[int8](w, binary.LittleEndian, data)
	case reflect.Int16:
		return elem.WriteAs[int16](w, binary.LittleEndian, data)
	case reflect.Int32:
		return elem.WriteAs[int32](w, binary.LittleEndian, data)
	case reflect.Int64, reflect.Int:
		return elem.WriteAs[int64](w, binary.LittleEndian, data)
	case reflect.Uint8:
		return elem.WriteAs[uint8](w, binary.LittleEndian, data)
	case reflect.Uint16:
		return elem.WriteAs[uint16](w, binary.LittleEndian, data)
	case reflect.Uint32:
		return elem.WriteAs[uint32](w, binary.LittleEndian, data)
	case reflect.Uint64, reflect.Uint:
		return elem.WriteAs[uint64](w, binary.LittleEndian, data)
	case reflect.Float32:
		return elem.WriteAs[float32](w, binary.LittleEndian, data)
	case reflect.Float64:
		return elem.WriteAs[float64](w, binary.LittleEndian, data)
	}
	panic(fmt.Sprintf("npy: writeData of %T", data))
}
