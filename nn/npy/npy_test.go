package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// archive returns the files that NumPy wrote.
func archive(t testing.TB) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader("testdata/numpy.npz")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		file, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimSuffix(f.Name, ".npy")] = file
	}
	return files
}

// counted returns the 24 elements start, start+step, …
func counted(start, step float64) []float64 {
	x := make([]float64, 24)
	for i := range x {
		x[i] = start + step*float64(i)
	}
	return x
}

func TestReadNumPy(t *testing.T) {
	files := archive(t)
	signed, unsigned, quarters := counted(-60, 5), counted(0, 11), counted(-15, 1.25)
	truths := make([]float64, 24)
	for i, x := range signed {
		if math.Mod(x, 3) == 0 {
			truths[i] = 1
		}
	}
	shape := []int{2, 3, 4}
	for name, want := range map[string]struct {
		shape []int
		data  []float64
	}{
		"i1": {shape, signed}, "i2le": {shape, signed}, "i2be": {shape, signed}, "i4le": {shape, signed},
		"i4be": {shape, signed}, "i8le": {shape, signed}, "i8be": {shape, signed},
		"u1": {shape, unsigned}, "u2le": {shape, unsigned}, "u2be": {shape, unsigned}, "u4le": {shape, unsigned},
		"u4be": {shape, unsigned}, "u8le": {shape, unsigned}, "u8be": {shape, unsigned},
		"f2le": {shape, quarters}, "f2be": {shape, quarters}, "f4le": {shape, quarters}, "f4be": {shape, quarters},
		"f8le": {shape, quarters}, "f8be": {shape, quarters},
		"b1": {shape, truths}, "fortran": {shape, quarters}, "fortran8be": {shape, quarters},
		"version2": {shape, quarters}, "version3": {shape, quarters},
		"scalar": {[]int{}, []float64{2.5}}, "empty": {[]int{3, 0, 2}, []float64{}},
	} {
		shape, data, err := Read[float64](bytes.NewReader(files[name]))
		if err != nil || !reflect.DeepEqual(shape, want.shape) || !slices.Equal(data, want.data) {
			t.Errorf("%s: got %v %v, error %v, want %v %v", name, shape, data, err, want.shape, want.data)
		}
		_, single, err := Read[float32](iotest.OneByteReader(bytes.NewReader(files[name])))
		if err != nil || len(single) != len(want.data) {
			t.Fatalf("%s: %d elements as float32, error %v", name, len(single), err)
		}
		for i, x := range single {
			if float64(x) != want.data[i] {
				t.Errorf("%s: element %d as float32 is %v, want %v", name, i, x, want.data[i])
			}
		}
	}
	_, data, err := Read[float64](bytes.NewReader(files["vector"]))
	if err != nil || !slices.Equal(data[:3], []float64{1.5, -2, math.Inf(1)}) || !math.IsNaN(data[3]) || !math.Signbit(data[4]) {
		t.Errorf("vector: got %v, error %v", data, err)
	}
}

func TestReadRefusedTypes(t *testing.T) {
	files := archive(t)
	for name, want := range map[string]string{
		"complex": `npy: shape [1] of "<c16": elements of this type are not read`,
		"text":    `npy: shape [1] of "<U2": elements of this type are not read`,
		"date":    `npy: shape [1] of "<M8[D]": elements of this type are not read`,
		"record":  "npy: byte 10 of the header: elements are records, which are not read",
	} {
		if _, _, err := Read[float64](bytes.NewReader(files[name])); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
}

// headed returns a file of version 1 with this header.
func headed(header, data string) string {
	return magic + "\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header + data
}

func TestConversion(t *testing.T) {
	if _, data, err := Read[int](bytes.NewReader(archive(t)["i8be"])); err != nil || data[0] != -60 || data[23] != 55 {
		t.Errorf("as int: got %v, error %v", data, err)
	}
	type grade float32
	if _, data, err := Read[grade](bytes.NewReader(archive(t)["f4le"])); err != nil || data[1] != -13.75 {
		t.Errorf("as a type made of float32: got %v, error %v", data, err)
	}
	files := archive(t)
	for _, c := range []struct {
		name string
		read func(io.Reader) error
		want string
	}{
		{"i1", refused[uint8], `npy: shape [2 3 4] of "|i1": element 0 is -60, which is no uint8`},
		{"u2le", refused[int8], `npy: shape [2 3 4] of "<u2": element 12 is 132, which is no int8`},
		{"f4be", refused[int64], `npy: shape [2 3 4] of ">f4": element 1 is -13.75, which is no int64`},
		{"f2le", refused[int64], `npy: shape [2 3 4] of "<f2": element 1 is -13.75, which is no int64`},
		{"vector", refused[int64], `npy: shape [5] of "<f8": element 0 is 1.5, which is no int64`},
		{"vector", refused[float32], ""},
	} {
		err := c.read(bytes.NewReader(files[c.name]))
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
	}
	tenth := headed("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "\x9a\x99\x99\x99\x99\x99\xb9\x3f")
	_, _, err := Read[float32](strings.NewReader(tenth))
	if want := `npy: shape [1] of "<f8": element 0 is 0.1, which is no float32`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func refused[T Number](r io.Reader) error {
	_, _, err := Read[T](r)
	return err
}

func TestReadHeader(t *testing.T) {
	for _, c := range []struct {
		header string
		want   Header
	}{
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", Header{"<f4", false, []int{3, 4}}},
		{"{\"shape\":(3L,),'fortran_order':True,'descr':\">i8\"}\n", Header{">i8", true, []int{3}}},
		{" { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( ) }  \n", Header{"|u1", false, []int{}}},
		{"{'descr': '<U7', 'fortran_order': False, 'shape': (0, 4,), }", Header{"<U7", false, []int{0, 4}}},
	} {
		h, err := ReadHeader(strings.NewReader(headed(c.header, "")))
		if err != nil || !reflect.DeepEqual(h, c.want) {
			t.Errorf("%s: got %v, error %v, want %v", c.header, h, err, c.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	const shape = "{'descr': '<f4', 'fortran_order': False, 'shape': "
	for _, c := range []struct{ file, want string }{
		{"PK\x03\x04 and more", `not a .npy file: it starts with "PK\x03\x04 a", want "\x93NUMPY"`},
		{magic + "\x01", "magic string: element 7 of 8: unexpected EOF"},
		{magic + "\x04\x00", "version 4.0, want 1.0, 2.0 or 3.0"},
		{magic + "\x01\x01", "version 1.1, want 1.0, 2.0 or 3.0"},
		{magic + "\x01\x00\x05", "length of the header: element 1 of 2: unexpected EOF"},
		{magic + "\x02\x00\x05\x00\x00", "length of the header: element 3 of 4: unexpected EOF"},
		{magic + "\x02\x00\xff\xff\xff\xff", "a header of 4294967295 bytes, at most 65535 are read"},
		{magic + "\x01\x00\x05\x00{}", "header: element 2 of 5: unexpected EOF"},
		{headed("", ""), `byte 0 of the header: end of the header, want '{'`},
		{headed("[]", ""), `byte 0 of the header: "[", want '{'`},
		{headed("{}", ""), `byte 2 of the header: key "descr" is missing`},
		{headed("{'descr': '<f4', 'shape': ()}", ""), `byte 29 of the header: key "fortran_order" is missing`},
		{headed("{'descr': '<f4', 'descr': '<f8'}", ""), `byte 24 of the header: key "descr" is there twice`},
		{headed("{'dtype': '<f4'}", ""), `byte 9 of the header: unknown key "dtype"`},
		{headed("{'descr", ""), `byte 1 of the header: a string without end or with a backslash`},
		{headed("{descr: 1}", ""), `byte 1 of the header: "d", want a string`},
		{headed("{'descr' '<f4'}", ""), `byte 9 of the header: "'", want ':'`},
		{headed("{'descr': 'f4'}", ""), `byte 10 of the header: element type "f4", want a byte order, a kind and a size, such as "<f4"`},
		{headed("{'descr': '|f4'}", ""), `byte 10 of the header: element type "|f4", want a byte order, a kind and a size, such as "<f4"`},
		{headed("{'fortran_order': 0}", ""), `byte 18 of the header: "0", want True or False`},
		{headed(shape+"3}", ""), `byte 50 of the header: "3", want '('`},
		{headed(shape+"(3)}", ""), `byte 52 of the header: ")", want a comma after the only dimension`},
		{headed(shape+"(3, -4)}", ""), `byte 54 of the header: "-", want a dimension`},
		{headed(shape+"(3, 04)}", ""), `byte 54 of the header: dimension 04 has leading zeros`},
		{headed(shape+"(3 4)}", ""), `byte 53 of the header: "4", want a comma after the only dimension`},
		{headed(shape+"(99999999999999999999,)}", ""), `byte 51 of the header: dimension 99999999999999999999 is too large`},
		{headed(shape+"(9223372036854775808,)}", ""), `byte 51 of the header: dimension 9223372036854775808 is too large`},
		{headed(shape+"()} x", ""), `byte 54 of the header: more than a dictionary`},
		{headed(shape+"()}\x00", ""), `byte 53 of the header: more than a dictionary`},
		{headed(shape+"(4294967296, 4294967296)}", ""), `shape [4294967296 4294967296] of "<f4": too many elements`},
		{headed(shape+"(1000000, 1000000)}", "12345"), `shape [1000000 1000000] of "<f4": element 1 of 1000000000000: unexpected EOF`},
		{headed("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", "\x01\x02"), `shape [2] of "|b1": element 1 is 2, neither false nor true`},
	} {
		_, _, err := Read[float32](strings.NewReader(c.file))
		if err == nil || err.Error() != "npy: "+c.want {
			t.Errorf("%q: error %v, want npy: %s", c.file, err, c.want)
		}
	}
}

func TestReadTruncated(t *testing.T) {
	for name, file := range archive(t) {
		if name == "complex" || name == "text" || name == "date" || name == "record" {
			continue
		}
		for n := range file {
			if _, _, err := Read[float64](bytes.NewReader(file[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s: the first %d of %d bytes: error %v, want %v", name, n, len(file), err, io.ErrUnexpectedEOF)
			}
		}
	}
}

// What NumPy writes in little-endian and C order, Write writes to the byte.
func TestWriteAsNumPy(t *testing.T) {
	files := archive(t)
	rewrite[int8](t, files, "i1")
	rewrite[int16](t, files, "i2le")
	rewrite[int32](t, files, "i4le")
	rewrite[int64](t, files, "i8le")
	rewrite[int](t, files, "i8le")
	rewrite[uint8](t, files, "u1")
	rewrite[uint16](t, files, "u2le")
	rewrite[uint32](t, files, "u4le")
	rewrite[uint64](t, files, "u8le")
	rewrite[uint](t, files, "u8le")
	rewrite[float32](t, files, "f4le")
	rewrite[float64](t, files, "f8le")
	type grade float32
	rewrite[grade](t, files, "f4le")
	rewrite[float64](t, files, "scalar")
	rewrite[float64](t, files, "vector")
	rewrite[float32](t, files, "empty")
}

func rewrite[T Number](t *testing.T, files map[string][]byte, name string) {
	t.Helper()
	shape, data, err := Read[T](bytes.NewReader(files[name]))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, shape, data); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), files[name]) {
		t.Errorf("%s is written as\n%q, want\n%q", name, b.Bytes(), files[name])
	}
}

func TestWriteLong(t *testing.T) {
	type count uint16
	data := make([]count, 50000)
	for i := range data {
		data[i] = count(i)
	}
	var b bytes.Buffer
	if err := Write(&b, []int{50000}, data); err != nil {
		t.Fatal(err)
	}
	if _, got, err := Read[count](&b); err != nil || !slices.Equal(got, data) {
		t.Errorf("what was written is read otherwise, error %v", err)
	}
}

// Arrays may follow each other, since no byte beyond one is read.
func TestReadTwo(t *testing.T) {
	var b bytes.Buffer
	for i := range 2 {
		if err := Write(&b, []int{1}, []int32{int32(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		if _, data, err := Read[int](&b); err != nil || data[0] != i {
			t.Errorf("array %d: got %v, error %v", i, data, err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	ones := make([]int, 30000)
	for i := range ones {
		ones[i] = 1
	}
	for _, c := range []struct {
		shape []int
		want  string
	}{
		{[]int{2, 2}, "npy: 1 elements do not fill the shape [2 2]"},
		{[]int{-1, -1}, "npy: 1 elements do not fill the shape [-1 -1]"},
		{ones, "npy: 30000 dimensions do not fit a header"},
	} {
		var b bytes.Buffer
		if err := Write(&b, c.shape, []float32{1}); err == nil || err.Error() != c.want || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want %s", err, b.Len(), c.want)
		}
	}
}

// Elements are aligned, however long the header.
func TestAlignment(t *testing.T) {
	for dims := range 40 {
		shape := make([]int, dims)
		for i := range shape {
			shape[i] = 1
		}
		header, err := appendHeader(nil, "<f8", shape)
		if err != nil || len(header)%64 != 0 || header[len(header)-1] != '\n' {
			t.Errorf("%d dimensions: a header of %d bytes, %q, error %v", dims, len(header), header, err)
		}
	}
}

// NumPy, where it is installed, reads what Write writes.
func TestNumPyReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	if err := exec.Command(python, "-c", "import numpy").Run(); err != nil {
		t.Skip("NumPy is not installed")
	}
	name := filepath.Join(t.TempDir(), "a.npy")
	var b bytes.Buffer
	if err := Write(&b, []int{2, 1, 3}, []float32{1, 0.1, -3, 4e-45, 5, 3.4028235e38}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	script := "import sys, numpy; a = numpy.load(sys.argv[1]); print(a.dtype.str, a.shape, [x.hex() for x in a.astype('f8').ravel().tolist()])"
	out, err := exec.Command(python, "-c", script, name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = "<f4 (2, 1, 3) ['0x1.0000000000000p+0', '0x1.99999a0000000p-4', '-0x1.8000000000000p+1', " +
		"'0x1.8000000000000p-148', '0x1.4000000000000p+2', '0x1.fffffe0000000p+127']\n"
	if string(out) != want {
		t.Errorf("got %s want %s", out, want)
	}
}

// What is read as float64 can be written, and is then read the same.
func FuzzRead(f *testing.F) {
	for _, file := range archive(f) {
		f.Add(file)
	}
	f.Add([]byte(headed("{'descr': '<f4', 'fortran_order': True, 'shape': (4294967296, 0, 9223372036854775807)}", "")))
	f.Add([]byte(headed("{'descr': '<i8', 'fortran_order': True, 'shape': (2L, 1)}", "0123456789abcdef")))
	f.Fuzz(func(t *testing.T, file []byte) {
		shape, data, err := Read[float64](bytes.NewReader(file))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, shape, data); err != nil {
			t.Fatal(err)
		}
		shape2, data2, err := Read[float64](&b)
		if err != nil || !slices.Equal(shape, shape2) || !slices.EqualFunc(data, data2, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }) {
			t.Errorf("%v %v is read again as %v %v, error %v", shape, data, shape2, data2, err)
		}
	})
}
