// Package elem reads, writes and converts the elements of arrays in files: numbers of a fixed size, one after the other.
//
// What a file's header claims is not believed: memory grows with what has been read. [Len] multiplies a shape out without overflow,
// and [Read] allocates as the elements arrive:
//
//	n, ok := elem.Len(shape)
//	data, err := elem.Read[float32](r, binary.LittleEndian, n)
package elem

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"unsafe"
)

// A Fixed is a number whose size is the same on every machine.
type Fixed interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | int64 | float32 | float64
}

// chunk is how many bytes are read or written at once.
const chunk = 64 << 10

// Size returns the bytes of one T.
func Size[T any]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// Len returns the product of the dimensions, 1 for none, and reports whether they are not negative and every partial product,
// zeros aside, fits an int.
func Len(shape []int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 0 {
			return 0, false
		}
		hi, lo := bits.Mul64(uint64(n), uint64(max(d, 1)))
		if hi != 0 || lo > uint64(^uint(0)>>1) {
			return 0, false
		}
		n = int(lo)
	}
	if slices.Contains(shape, 0) {
		return 0, true
	}
	return n, true
}

// Read reads n elements, and no byte beyond them. The memory that it takes is at most a small multiple of what r gives.
// Where r ends before, the error is an [io.ErrUnexpectedEOF] that says in which element.
func Read[T Fixed](r io.Reader, order binary.ByteOrder, n int) ([]T, error) {
	var data []T
	step := chunk / Size[T]()
	buf := make([]byte, min(n, step)*Size[T]())
	for len(data) < n {
		k := min(step, n-len(data))
		data = grow(data, k, n)
		if err := fill(r, order, data[len(data)-k:], buf, len(data)-k, n); err != nil {
			return nil, err
		}
	}
	if data == nil {
		data = []T{}
	}
	return data, nil
}

// grow returns data with k more elements. Its capacity doubles, up to n elements.
func grow[T any](data []T, k, n int) []T {
	if want := len(data) + k; want > cap(data) {
		bigger := make([]T, len(data), min(n, max(want, 2*cap(data))))
		copy(bigger, data)
		data = bigger
	}
	return data[:len(data)+k]
}

// Fill reads len(dst) elements into dst, and no byte beyond them. Its error is as that of [Read].
func Fill[T Fixed](r io.Reader, order binary.ByteOrder, dst []T) error {
	step := chunk / Size[T]()
	buf := make([]byte, min(len(dst), step)*Size[T]())
	for done := 0; done < len(dst); {
		k := min(step, len(dst)-done)
		if err := fill(r, order, dst[done:done+k], buf, done, len(dst)); err != nil {
			return err
		}
		done += k
	}
	return nil
}

// fill reads dst, the elements from first on of n, by way of buf, which is not smaller.
func fill[T Fixed](r io.Reader, order binary.ByteOrder, dst []T, buf []byte, first, n int) error {
	if bytes, ok := any(dst).([]byte); ok {
		got, err := io.ReadFull(r, bytes)
		return short(err, first+got, n)
	}
	buf = buf[:len(dst)*Size[T]()]
	if got, err := io.ReadFull(r, buf); err != nil {
		return short(err, first+got/Size[T](), n)
	}
	_, err := binary.Decode(buf, order, dst)
	return err
}

// short adds to an error of a reader which element of n was being read.
func short(err error, i, n int) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("element %d of %d: %w", i, n, err)
}

// Write writes the elements of data.
func Write[T Fixed](w io.Writer, order binary.ByteOrder, data []T) error {
	step := chunk / Size[T]()
	buf := make([]byte, 0, min(len(data), step)*Size[T]())
	for part := range slices.Chunk(data, step) {
		var err error
		if buf, err = binary.Append(buf[:0], order, part); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// WriteAs writes data as elements of type F. Each must be a value of F too.
func WriteAs[F Fixed, T Number](w io.Writer, order binary.ByteOrder, data []T) error {
	if same, ok := any(data).([]F); ok {
		return Write(w, order, same)
	}
	buf := make([]F, min(len(data), chunk/Size[F]()))
	for part := range slices.Chunk(data, max(len(buf), 1)) {
		for i, x := range part {
			buf[i] = F(x)
		}
		if err := Write(w, order, buf[:len(part)]); err != nil {
			return err
		}
	}
	return nil
}
