// Package idx reads and writes IDX files, the arrays in which MNIST and its relatives are given out, and reads those data sets.
//
// A file is a magic number of four bytes, 0, 0, the code of the element type and the number of dimensions; then each dimension
// in four bytes, and the elements in C order, the last index fastest. All numbers are big-endian. The format is described
// with MNIST (Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998).
//
//	train, test, err := idx.LoadMNIST("/usr/share/datasets/fashion-mnist")
//	x := idx.Scaled[float32](nil, train, i) // image i, its pixels from 0 to 1
package idx

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/godiff/godiff/nn/internal/elem"
)

// A Type is the code of an element type in an IDX file.
type Type uint8

// The element types that there are.
const (
	Uint8   Type = 0x08
	Int8    Type = 0x09
	Int16   Type = 0x0B
	Int32   Type = 0x0C
	Float32 Type = 0x0D
	Float64 Type = 0x0E
)

// String returns the type's name in Go.
func (t Type) String() string {
	switch t {
	case Uint8:
		return "uint8"
	case Int8:
		return "int8"
	case Int16:
		return "int16"
	case Int32:
		return "int32"
	case Float32:
		return "float32"
	case Float64:
		return "float64"
	}
	return fmt.Sprintf("Type(%#02x)", uint8(t))
}

// An Element is a Go type for each [Type].
type Element interface {
	uint8 | int8 | int16 | int32 | float32 | float64
}

// An Array is what an IDX file holds.
type Array struct {
	Shape []int // the dimensions; none is a single element
	Data  any   // the elements in C order: a []uint8, []int8, []int16, []int32, []float32 or []float64
}

// Read reads an IDX file to its end. The file may be compressed with gzip, which its first bytes tell.
// The error says where the file is cut short, has more than the array, or has a type or shape that cannot be.
// Memory grows with what the file gives, not with what it claims; a compressed one may give a thousand times its size.
func Read(r io.Reader) (*Array, error) {
	a, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	return a, nil
}

// ReadAs is [Read] of a file with elements of type T. Elements of another type are an error.
func ReadAs[T Element](r io.Reader) (shape []int, data []T, err error) {
	a, err := Read(r)
	if err != nil {
		return nil, nil, err
	}
	data, ok := a.Data.([]T)
	if !ok {
		return nil, nil, fmt.Errorf("idx: the elements are %T, want %T", a.Data, data)
	}
	return a.Shape, data, nil
}

func read(r io.Reader) (*Array, error) {
	r, err := plain(r)
	if err != nil {
		return nil, err
	}
	code, shape, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	n, ok := elem.Len(shape)
	if !ok {
		return nil, fmt.Errorf("shape %v has too many elements", shape)
	}
	data, err := readData(r, code, n)
	if err != nil {
		return nil, fmt.Errorf("shape %v of %v: %w", shape, code, err)
	}
	if err := end(r); err != nil {
		return nil, fmt.Errorf("after shape %v of %v: %w", shape, code, err)
	}
	return &Array{shape, data}, nil
}

// plain returns r, or what r decompresses to if it starts as gzip does. An IDX file starts with 0.
func plain(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if start, _ := b.Peek(2); string(start) != "\x1f\x8b" {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return z, nil
}

// readHeader returns the type and the dimensions.
func readHeader(r io.Reader) (Type, []int, error) {
	var magic [4]byte
	if err := elem.Fill(r, binary.BigEndian, magic[:]); err != nil {
		return 0, nil, fmt.Errorf("magic number: %w", err)
	}
	if magic[0] != 0 || magic[1] != 0 {
		return 0, nil, fmt.Errorf("not an IDX file: it starts with %#02x %#02x, want 0 0", magic[0], magic[1])
	}
	code := Type(magic[2])
	switch code {
	case Uint8, Int8, Int16, Int32, Float32, Float64:
	default:
		return 0, nil, fmt.Errorf("unknown element type %#02x in byte 2", magic[2])
	}
	dims := make([]uint32, magic[3])
	if err := elem.Fill(r, binary.BigEndian, dims); err != nil {
		return 0, nil, fmt.Errorf("dimensions: %w", err)
	}
	shape := make([]int, len(dims))
	for i, d := range dims {
		if uint64(d) > math.MaxInt {
			return 0, nil, fmt.Errorf("dimension %d of %d is too large", i, d)
		}
		shape[i] = int(d)
	}
	return code, shape, nil
}

// readData returns n elements as a slice of their type.
func readData(r io.Reader, code Type, n int) (any, error) {
	switch code {
	case Uint8:
		return elem.Read[uint8](r, binary.BigEndian, n)
	case Int8:
		return elem.Read[int8](r, binary.BigEndian, n)
	case Int16:
		return elem.Read[int16](r, binary.BigEndian, n)
	case Int32:
		return elem.Read[int32](r, binary.BigEndian, n)
	case Float32:
		return elem.Read[float32](r, binary.BigEndian, n)
	case Float64:
		return elem.Read[float64](r, binary.BigEndian, n)
	}
	panic(fmt.Sprintf("idx: readData of %v", code))
}

// end reads r's end, with which gzip compares its checksum.
func end(r io.Reader) error {
	var b [1]byte
	switch _, err := io.ReadFull(r, b[:]); {
	case err == nil:
		return errors.New("more data than the shape has elements")
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// Write writes a as an IDX file without compression. It is an error, before anything is written, if Data is of no type that Array names,
// if its length is not the product of the dimensions, or if a dimension is negative, needs more than 32 bits or is one of more than 255.
func Write(w io.Writer, a *Array) error {
	code, n, ok := typeOf(a.Data)
	if !ok {
		return fmt.Errorf("idx: elements of type %T cannot be written", a.Data)
	}
	header, err := appendHeader(nil, code, a.Shape)
	if err != nil {
		return err
	}
	if want, ok := elem.Len(a.Shape); !ok || n != want {
		return fmt.Errorf("idx: %d elements do not fill the shape %v", n, a.Shape)
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("idx: %w", err)
	}
	if err := writeData(w, a.Data); err != nil {
		return fmt.Errorf("idx: %w", err)
	}
	return nil
}

// typeOf returns the type and the number of data's elements and reports whether data is a slice that an Array may hold.
func typeOf(data any) (code Type, n int, ok bool) {
	switch data := data.(type) {
	case []uint8:
		return Uint8, len(data), true
	case []int8:
		return Int8, len(data), true
	case []int16:
		return Int16, len(data), true
	case []int32:
		return Int32, len(data), true
	case []float32:
		return Float32, len(data), true
	case []float64:
		return Float64, len(data), true
	}
	return 0, 0, false
}

func appendHeader(b []byte, code Type, shape []int) ([]byte, error) {
	if len(shape) > math.MaxUint8 {
		return nil, fmt.Errorf("idx: %d dimensions, at most 255 can be written", len(shape))
	}
	b = append(b, 0, 0, byte(code), byte(len(shape)))
	for i, d := range shape {
		if d < 0 || uint64(d) > math.MaxUint32 {
			return nil, fmt.Errorf("idx: dimension %d of %d cannot be written in 32 bits", i, d)
		}
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return b, nil
}

func writeData(w io.Writer, data any) error {
	switch data := data.(type) {
	case []uint8:
		return elem.Write(w, binary.BigEndian, data)
	case []int8:
		return elem.Write(w, binary.BigEndian, data)
	case []int16:
		return elem.Write(w, binary.BigEndian, data)
	case []int32:
		return elem.Write(w, binary.BigEndian, data)
	case []float32:
		return elem.Write(w, binary.BigEndian, data)
	case []float64:
		return elem.Write(w, binary.BigEndian, data)
	}
	panic(fmt.Sprintf("idx: writeData of %T", data))
}
