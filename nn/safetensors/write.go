package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/godiff/godiff/nn/internal/elem"
)

// A Tensor is one to be written; [NewTensor] and [RawTensor] make them.
type Tensor struct {
	name  string
	dtype DType
	shape []int
	size  int64 // of the data in bytes
	write func(io.Writer) error
}

// NewTensor returns a tensor with data in C order, which is written as F32 or F64 after its type.
// It refers to shape and data, which must not change until it is written. [Write] checks them.
func NewTensor[T Float](name string, shape []int, data []T) Tensor {
	t := Tensor{name: name, dtype: F64, shape: shape}
	t.write = func(w io.Writer) error { return elem.WriteAs[float64](w, binary.LittleEndian, data) }
	if unsafe.Sizeof(T(0)) == 4 {
		t.dtype = F32
		t.write = func(w io.Writer) error { return elem.WriteAs[float32](w, binary.LittleEndian, data) }
	}
	t.size = int64(len(data)) * int64(t.dtype.Bits()/8)
	return t
}

// RawTensor returns a tensor of any type whose data are these bytes, as [File.Raw] gives them.
// It refers to shape and data, which must not change until it is written. [Write] checks them.
func RawTensor(name string, dtype DType, shape []int, data []byte) Tensor {
	return Tensor{name, dtype, shape, int64(len(data)), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}}
}

// Write writes a file with these tensors and, if it is not empty, this metadata. Tensors are sorted by type, those of the largest elements
// first so that all are aligned, and then by name, as the reference implementation does it; the order in which they are given is of no matter.
// It is an error, before anything is written, if a name is there twice, is "__metadata__" or is not UTF-8, if a key or value of the metadata
// is not UTF-8, if the data of a tensor are not as many as its shape has elements, or if the header gets longer than 100 MB.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.Clone(tensors)
	slices.SortStableFunc(sorted, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(b.dtype.rank(), a.dtype.rank()), cmp.Compare(a.name, b.name))
	})
	if err := check(sorted, metadata); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	header := appendHeader(make([]byte, 8), sorted, metadata)
	n := len(header) - 8
	if n > maxHeader {
		return fmt.Errorf("safetensors: a header of %d bytes, at most %d are allowed", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(header, uint64(n))
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	for _, t := range sorted {
		if err := t.write(w); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", t.name, err)
		}
	}
	return nil
}

// check reports what of the tensors and the metadata cannot be written.
func check(tensors []Tensor, metadata map[string]string) error {
	seen := map[string]bool{}
	for _, t := range tensors {
		switch {
		case seen[t.name]:
			return fmt.Errorf("tensor %q is there twice", t.name)
		case t.name == metadataKey:
			return fmt.Errorf("a tensor cannot have the name %q", t.name)
		case !utf8.ValidString(t.name):
			return fmt.Errorf("the name %q is not UTF-8", t.name)
		}
		seen[t.name] = true
		if err := checkShape(t); err != nil {
			return fmt.Errorf("tensor %q: %w", t.name, err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
			return fmt.Errorf("metadata %q: %q is not UTF-8", key, metadata[key])
		}
	}
	return nil
}

// checkShape reports why a tensor has not the data of its type and shape.
func checkShape(t Tensor) error {
	if t.write == nil {
		return errors.New("it was not made by NewTensor or RawTensor")
	}
	if t.dtype.Bits() == 0 {
		return fmt.Errorf("unknown type %q", t.dtype)
	}
	size, err := dataSize(t.dtype, t.shape)
	if err != nil {
		return err
	}
	if size != t.size {
		return fmt.Errorf("%d bytes of data, but %s in shape %v is %d", t.size, t.dtype, t.shape, size)
	}
	return nil
}

// appendHeader appends the header, with blanks after it so that the data is aligned to 8 bytes. It is spaced as that of the reference
// implementation.
func appendHeader(b []byte, tensors []Tensor, metadata map[string]string) []byte {
	b = append(b, '{')
	if len(metadata) > 0 {
		b = append(b, `"`+metadataKey+`":`...)
		sep := byte('{')
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			b = appendString(append(b, sep), key)
			b = appendString(append(b, ':'), metadata[key])
			sep = ','
		}
		b = append(b, "},"...)
	}
	start := int64(0)
	for _, t := range tensors {
		b = appendString(b, t.name)
		b = append(b, `:{"dtype":"`+t.dtype+`","shape":[`...)
		for _, dim := range t.shape {
			b = append(strconv.AppendInt(b, int64(dim), 10), ',')
		}
		b = append(bytes.TrimSuffix(b, []byte{','}), `],"data_offsets":[`...)
		b = append(strconv.AppendInt(b, start, 10), ',')
		start += t.size
		b = append(strconv.AppendInt(b, start, 10), "]},"...)
	}
	b = append(bytes.TrimSuffix(b, []byte{','}), '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	return b
}

// appendString appends s as a JSON string with no escapes but those that must be.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if c < ' ' {
				b = fmt.Appendf(b, `\u%04x`, c)
				continue
			}
			b = append(b, c)
		}
	}
	return append(b, '"')
}
