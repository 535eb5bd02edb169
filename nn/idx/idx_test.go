package idx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// known are files written out by hand.
var known = []struct {
	name  string
	file  string
	array Array
}{
	{"uint8", "\x00\x00\x08\x02\x00\x00\x00\x02\x00\x00\x00\x03\x00\x01\x7f\x80\xfe\xff", Array{[]int{2, 3}, []uint8{0, 1, 127, 128, 254, 255}}},
	{"int8", "\x00\x00\x09\x01\x00\x00\x00\x03\x00\x7f\x80", Array{[]int{3}, []int8{0, 127, -128}}},
	{"int16", "\x00\x00\x0b\x01\x00\x00\x00\x02\x01\x02\xff\xfe", Array{[]int{2}, []int16{258, -2}}},
	{"int32", "\x00\x00\x0c\x01\x00\x00\x00\x02\x01\x02\x03\x04\xff\xff\xff\xfe", Array{[]int{2}, []int32{0x01020304, -2}}},
	{"float32", "\x00\x00\x0d\x01\x00\x00\x00\x02\x3f\x80\x00\x00\xff\x80\x00\x00", Array{[]int{2}, []float32{1, float32(math.Inf(-1))}}},
	{"float64", "\x00\x00\x0e\x01\x00\x00\x00\x01\xc0\x04\x00\x00\x00\x00\x00\x00", Array{[]int{1}, []float64{-2.5}}},
	{"scalar", "\x00\x00\x08\x00\x07", Array{[]int{}, []uint8{7}}},
	{"empty", "\x00\x00\x08\x02\x00\x00\x00\x00\x00\x00\x00\x1c", Array{[]int{0, 28}, []uint8{}}},
}

func TestRead(t *testing.T) {
	for _, c := range known {
		for _, r := range []io.Reader{strings.NewReader(c.file), iotest.OneByteReader(strings.NewReader(c.file)), bytes.NewReader(compress(t, c.file))} {
			a, err := Read(r)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			} else if !reflect.DeepEqual(*a, c.array) {
				t.Errorf("%s: got %v, want %v", c.name, *a, c.array)
			}
		}
	}
}

func TestWrite(t *testing.T) {
	for _, c := range known {
		var b strings.Builder
		if err := Write(&b, &c.array); err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if b.String() != c.file {
			t.Errorf("%s: got % x, want % x", c.name, b.String(), c.file)
		}
	}
}

// compress returns what gzip makes of a file.
func compress(t testing.TB, file string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, file); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that is cut short anywhere is an error, compressed or not.
func TestReadTruncated(t *testing.T) {
	for _, c := range known {
		for _, file := range []string{c.file, string(compress(t, c.file))} {
			for n := range file {
				_, err := Read(strings.NewReader(file[:n]))
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%s: the first %d of %d bytes: error %v, want %v", c.name, n, len(file), err, io.ErrUnexpectedEOF)
				}
			}
		}
	}
}

func TestReadErrors(t *testing.T) {
	damaged := compress(t, known[0].file)
	damaged[len(damaged)-5] ^= 1 // in the checksum
	for _, c := range []struct{ name, file, want string }{
		{"not IDX", "\x89PNG", "idx: not an IDX file: it starts with 0x89 0x50, want 0 0"},
		{"not IDX after 0", "\x00\x01\x08\x00\x07", "idx: not an IDX file: it starts with 0x00 0x01, want 0 0"},
		{"type", "\x00\x00\x0a\x01\x00\x00\x00\x01\x00", "idx: unknown element type 0x0a in byte 2"},
		{"dimensions", "\x00\x00\x08\x02\x00\x00\x00\x01\x00\x00", "idx: dimensions: element 1 of 2: unexpected EOF"},
		{"data", "\x00\x00\x0c\x01\x00\x00\x00\x03\x00\x00\x00\x01\x00\x00", "idx: shape [3] of int32: element 1 of 3: unexpected EOF"},
		{"claim", "\x00\x00\x0e\x02\xff\xff\xff\xff\x00\xff\xff\xff\x00", "idx: shape [4294967295 16777215] of float64: element 0 of 72057589726183425: unexpected EOF"},
		{"overflow", "\x00\x00\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff", "idx: shape [4294967295 4294967295] has too many elements"},
		{"too long", "\x00\x00\x08\x01\x00\x00\x00\x01\x00\x00", "idx: after shape [1] of uint8: more data than the shape has elements"},
		{"checksum", string(damaged), "idx: after shape [2 3] of uint8: gzip: invalid checksum"},
	} {
		_, err := Read(strings.NewReader(c.file))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
	}
}

func TestReadAs(t *testing.T) {
	shape, data, err := ReadAs[int16](strings.NewReader(known[2].file))
	if err != nil || !reflect.DeepEqual(shape, []int{2}) || !reflect.DeepEqual(data, []int16{258, -2}) {
		t.Errorf("got %v %v, error %v", shape, data, err)
	}
	_, _, err = ReadAs[int32](strings.NewReader(known[2].file))
	if want := "idx: the elements are []int16, want []int32"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		array Array
		want  string
	}{
		{Array{[]int{1}, []int{1}}, "idx: elements of type []int cannot be written"},
		{Array{[]int{1}, nil}, "idx: elements of type <nil> cannot be written"},
		{Array{[]int{2, 2}, []uint8{1, 2, 3}}, "idx: 3 elements do not fill the shape [2 2]"},
		{Array{[]int{-1}, []uint8{}}, "idx: dimension 0 of -1 cannot be written in 32 bits"},
		{Array{[]int{0, math.MaxInt}, []uint8{}}, "idx: dimension 1 of 9223372036854775807 cannot be written in 32 bits"},
		{Array{make([]int, 256), []uint8{}}, "idx: 256 dimensions, at most 255 can be written"},
	} {
		var b bytes.Buffer
		err := Write(&b, &c.array)
		if err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
		if b.Len() != 0 {
			t.Errorf("%s, but %d bytes are written", c.want, b.Len())
		}
	}
}

func TestType(t *testing.T) {
	for _, c := range known {
		code, _, _ := typeOf(c.array.Data)
		if got, want := "[]"+code.String(), reflect.TypeOf(c.array.Data).String(); got != want {
			t.Errorf("type %#x is %s, want %s", uint8(code), got, want)
		}
	}
	if got, want := Type(3).String(), "Type(0x03)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What is read can be written, and is then the same file.
func FuzzRead(f *testing.F) {
	for _, c := range known {
		f.Add([]byte(c.file))
		f.Add(compress(f, c.file))
	}
	f.Add([]byte("\x00\x00\x0e\x03\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, a); err != nil {
			t.Fatal(err)
		}
		if file[0] == 0 && !bytes.Equal(b.Bytes(), file) {
			t.Errorf("% x is read and written as % x", file, b.Bytes())
		}
		if again, err := Read(&b); err != nil || !reflect.DeepEqual(again.Shape, a.Shape) || reflect.TypeOf(again.Data) != reflect.TypeOf(a.Data) {
			t.Errorf("%v of %T is read again as %v, error %v", a.Shape, a.Data, again, err)
		}
	})
}
