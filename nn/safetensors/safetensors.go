// Package safetensors reads and writes the weights of models as .safetensors files, which PyTorch, JAX and others exchange.
//
// A file is the length of the header in eight bytes, little-endian; the header, a JSON object that gives for each name the element type,
// the shape and where the data lies; and the data, little-endian and in C order (https://github.com/huggingface/safetensors, README.md,
// Format). A header takes at most 100 MB, and the data of its tensors fill the rest of the file without a gap or an overlap.
//
// A file is checked as a whole when it is opened; then each tensor is read when it is asked for:
//
//	f, err := safetensors.Open("model.safetensors")
//	defer f.Close()
//	shape, w, err := safetensors.Load[float32](f, "layer.0.weight")
//
// Memory is made for what is there by then, and no more than [MaxMemory]. Who knows what a tensor should be asks [File.Lookup] before, or
// has it read to memory of his own by [LoadInto].
//
// Files are judged as the reference implementation judges them, but for the following. Names that are there twice and a blank before the
// header, which the specification forbids, are errors here; so is a description that is an array instead of an object, or a type that is
// not text, which its JSON reader lets pass. In what a description has beside type, shape and place, deep nesting and numbers beyond a
// float64 are passed over here.
//
// What is written is the same bytes for the same tensors, in whatever order they are given:
//
//	err := safetensors.Write(w, []safetensors.Tensor{
//		safetensors.NewTensor("layer.0.weight", []int{128, 784}, m.W),
//		safetensors.NewTensor("layer.0.bias", []int{128}, m.B),
//	}, nil)
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"unsafe"

	"github.com/godiff/godiff/nn/internal/elem"
)

// A DType is the name of an element type in a header.
type DType string

// The element types that are read and written as numbers. Those of integers, of floats of eight bits and less and of complex numbers
// are read and written as bytes, under the names that [DType.Bits] knows.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"  // IEEE 754 binary16
	BF16 DType = "BF16" // the upper half of a float32
)

// dtypes are all types with their bits, in the order of the reference implementation, the best aligned last.
var dtypes = []struct {
	name DType
	bits int
}{
	{"BOOL", 8}, {"F4", 4}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8}, {"I8", 8},
	{"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
	{"I16", 16}, {"U16", 16}, {F16, 16}, {BF16, 16}, {"I32", 32}, {"U32", 32}, {F32, 32},
	{"C64", 64}, {F64, 64}, {"I64", 64}, {"U64", 64},
}

// rank returns the index of d in dtypes, −1 if it is not there.
func (d DType) rank() int {
	for i, t := range dtypes {
		if t.name == d {
			return i
		}
	}
	return -1
}

// Bits returns the bits of an element, or 0 if there is no such type.
func (d DType) Bits() int {
	if i := d.rank(); i >= 0 {
		return dtypes[i].bits
	}
	return 0
}

// Numbers reports whether elements of type d are read as numbers: whether it is one of F64, F32, F16 and BF16.
func (d DType) Numbers() bool { return d == F64 || d == F32 || d == F16 || d == BF16 }

// A Float is a type in which tensors are read and written.
type Float interface{ ~float32 | ~float64 }

// Info is what a header says of a tensor.
type Info struct {
	Name   string
	DType  DType
	Shape  []int // the dimensions; none is a single element
	Offset int64 // where its data starts in the file, in bytes
	Size   int64 // the bytes of its data
}

// A File is an open file: its header, and a way to its data. Its methods may be called concurrently if those of its io.ReaderAt may.
type File struct {
	tensors  []Info // in the order of their data
	index    map[string]int
	metadata map[string]string
	start    int64 // of the data in the file
	data     io.ReaderAt
	limit    int64     // of the memory for a tensor; 0 stands for MaxMemory
	closer   io.Closer // nil if there is nothing to close
}

// MaxMemory is how many bytes of memory [Read] makes at most for a file, and [Load] and [File.Raw] for a tensor, unless [File.Limit] says
// otherwise. A file may claim more than there is memory, and where it is sparse even have it. [LoadInto] makes none.
const MaxMemory = 1 << 32

// Limit sets how many bytes of memory [Load] and [File.Raw] make for a tensor at most, instead of [MaxMemory].
func (f *File) Limit(bytes int64) { f.limit = bytes }

// maxHeader is the longest header in bytes, as the reference implementation has it.
const maxHeader = 100_000_000

// Open opens the file of that name and reads its header. The caller closes it.
func Open(name string) (*File, error) {
	osFile, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := openFile(osFile)
	if err != nil {
		osFile.Close()
		return nil, fmt.Errorf("safetensors: %s: %w", name, err)
	}
	f.closer = osFile
	return f, nil
}

func openFile(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return newFile(f, info.Size())
}

// NewFile reads the header of a file that has size bytes, and no more of it. Tensors are read from r when they are asked for.
func NewFile(r io.ReaderAt, size int64) (*File, error) {
	f, err := newFile(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func newFile(r io.ReaderAt, size int64) (*File, error) {
	f, err := readHeader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	if end := f.start + f.dataSize(); end != size {
		return nil, fmt.Errorf("the file has %d bytes, but its tensors end at byte %d", size, end)
	}
	f.data = io.NewSectionReader(r, f.start, size-f.start)
	return f, nil
}

// Read reads a whole file, to the end of r, into memory. A file that claims more than it has takes no more memory than what it has, and it
// is an error if its data are more than [MaxMemory].
func Read(r io.Reader) (*File, error) {
	f, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func read(r io.Reader) (*File, error) {
	f, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	size := f.dataSize()
	if size > MaxMemory || int64(int(size)) != size {
		return nil, fmt.Errorf("%d bytes of data are too many for memory", size)
	}
	data, err := elem.Read[byte](r, binary.LittleEndian, int(size))
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return nil, fmt.Errorf("the file goes on where its tensors end, at byte %d", f.start+size)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	f.data = bytes.NewReader(data)
	return f, nil
}

// readHeader reads a file up to its data.
func readHeader(r io.Reader) (*File, error) {
	var start [8]byte
	if err := elem.Fill(r, binary.LittleEndian, start[:]); err != nil {
		return nil, fmt.Errorf("length of the header: %w", err)
	}
	n := binary.LittleEndian.Uint64(start[:])
	if n > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes, at most %d are allowed", n, maxHeader)
	}
	text, err := elem.Read[byte](r, binary.LittleEndian, int(n))
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	return parseHeader(text)
}

// dataSize returns the bytes of all tensors together.
func (f *File) dataSize() int64 {
	if len(f.tensors) == 0 {
		return 0
	}
	last := f.tensors[len(f.tensors)-1]
	return last.Offset + last.Size - f.start
}

// Close closes the file if [Open] opened it. No tensor can be read from it then.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Metadata returns the text that the file has beside its tensors, nil if it has none. It belongs to the caller.
func (f *File) Metadata() map[string]string {
	if f.metadata == nil {
		return nil
	}
	m := make(map[string]string, len(f.metadata))
	for k, v := range f.metadata {
		m[k] = v
	}
	return m
}

// Tensors returns what the file has, in the order of the data. It belongs to the caller.
func (f *File) Tensors() []Info {
	all := slices.Clone(f.tensors)
	for i := range all {
		all[i].Shape = slices.Clone(all[i].Shape)
	}
	return all
}

// Lookup returns what the header says of a tensor, and whether there is one of that name.
func (f *File) Lookup(name string) (Info, bool) {
	i, ok := f.index[name]
	if !ok {
		return Info{}, false
	}
	info := f.tensors[i]
	info.Shape = slices.Clone(info.Shape)
	return info, true
}

// Raw reads the bytes of a tensor of any type. It is an error if there is no such tensor, or it has more than [MaxMemory].
func (f *File) Raw(name string) ([]byte, error) {
	info, r, err := f.open(name)
	if err != nil {
		return nil, err
	}
	if err := f.room(info, 1); err != nil {
		return nil, err
	}
	data := make([]byte, info.Size)
	if err := elem.Fill(r, binary.LittleEndian, data); err != nil {
		return nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
	}
	return data, nil
}

// open returns the description and the data of a tensor.
func (f *File) open(name string) (Info, io.Reader, error) {
	info, ok := f.Lookup(name)
	if !ok {
		return Info{}, nil, fmt.Errorf("safetensors: no tensor %q", name)
	}
	if int64(int(info.Size)) != info.Size {
		return Info{}, nil, fmt.Errorf("safetensors: tensor %q: %d bytes are too many for memory", name, info.Size)
	}
	return info, io.NewSectionReader(f.data, info.Offset-f.start, info.Size), nil
}

// room reports that there is no memory for as many bytes as a tensor has, or for as many elements of a size.
func (f *File) room(info Info, size int64) error {
	limit := cmp.Or(f.limit, MaxMemory)
	if info.Size > limit || info.elements() > limit/size {
		return fmt.Errorf("safetensors: tensor %q of shape %v takes more than %d bytes, see File.Limit", info.Name, info.Shape, limit)
	}
	return nil
}

// elements returns the product of the dimensions.
func (info Info) elements() int64 { return info.Size * 8 / int64(info.DType.Bits()) }

// openFloats is open for a tensor that [Load] can read.
func (f *File) openFloats(name string) (Info, io.Reader, error) {
	info, r, err := f.open(name)
	if err != nil {
		return Info{}, nil, err
	}
	if info.DType.Numbers() {
		return info, r, nil
	}
	return Info{}, nil, fmt.Errorf("safetensors: tensor %q: its elements are %s, want F16, BF16, F32 or F64", name, info.DType)
}

// Load reads the tensor of that name, in C order. Tensors of type F16 and BF16 can be had as either float, F32 and F64 too,
// but a number of an F64 that is no float32 is an error where float32 is asked for, and not rounded. A NaN stays one.
// It is an error if there is no such tensor or its type is another; see [File.Raw] for those. It is one too if the tensor takes more memory
// than [MaxMemory].
func Load[T Float](f *File, name string) (shape []int, data []T, err error) {
	info, r, err := f.openFloats(name)
	if err != nil {
		return nil, nil, err
	}
	var element T
	if err := f.room(info, int64(unsafe.Sizeof(element))); err != nil {
		return nil, nil, err
	}
	data = make([]T, info.elements())
	if err := readFloats(r, info.DType, data); err != nil {
		return nil, nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
	}
	return info.Shape, data, nil
}

// LoadInto reads the tensor of that name, as [Load] does, into dst, which is the data of a tensor of that shape.
// It is an error if the file's tensor has another shape. Whatever the error, dst may be changed.
func LoadInto[T Float](f *File, name string, shape []int, dst []T) error {
	info, r, err := f.openFloats(name)
	if err != nil {
		return err
	}
	if !slices.Equal(info.Shape, shape) {
		return fmt.Errorf("safetensors: tensor %q has shape %v, want %v", name, info.Shape, shape)
	}
	if n := info.elements(); n != int64(len(dst)) {
		return fmt.Errorf("safetensors: tensor %q has %d elements, the slice for them %d", name, n, len(dst))
	}
	if err := readFloats(r, info.DType, dst); err != nil {
		return fmt.Errorf("safetensors: tensor %q: %w", name, err)
	}
	return nil
}

// readFloats reads len(dst) elements of type d.
func readFloats[T Float](r io.Reader, d DType, dst []T) error {
	switch d {
	case F32:
		return readAs(r, dst, func(x float32) float32 { return x })
	case F64:
		return readAs(r, dst, func(x float64) float64 { return x })
	case F16:
		return readAs(r, dst, elem.Half)
	case BF16:
		return readAs(r, dst, elem.Brain)
	}
	panic("safetensors: readFloats of " + string(d))
}

// readAs reads len(dst) elements of type S, whose values are of type V.
func readAs[T, V Float, S elem.Fixed](r io.Reader, dst []T, value func(S) V) error {
	if same, ok := any(dst).([]S); ok {
		return elem.Fill(r, binary.LittleEndian, same)
	}
	buf := make([]S, min(len(dst), 8192))
	values := make([]V, len(buf))
	for done := 0; done < len(dst); {
		n := min(len(dst)-done, len(buf))
		if err := elem.Fill(r, binary.LittleEndian, buf[:n]); err != nil {
			return fmt.Errorf("from element %d on: %w", done, err)
		}
		for i, s := range buf[:n] {
			values[i] = value(s)
		}
		if i := elem.Convert(dst[done:done+n], values[:n]); i < n {
			return fmt.Errorf("element %d is %v, which is no %T", done+i, values[i], dst[done+i])
		}
		done += n
	}
	return nil
}
