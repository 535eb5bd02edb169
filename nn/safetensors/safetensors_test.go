package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// file returns a file with this header and data.
func file(header, data string) string {
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + data
}

func reference(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/reference.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// both returns the file as Read and as NewFile have it.
func both(t *testing.T, b []byte) []*File {
	t.Helper()
	read, err := Read(iotest.HalfReader(bytes.NewReader(b)))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := NewFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return []*File{read, opened}
}

// checkLoad asks that a tensor has this shape and these elements, NaNs aside.
func checkLoad[T Float](t *testing.T, f *File, name string, shape []int, want []T) {
	t.Helper()
	got, data, err := Load[T](f, name)
	if err != nil || !slices.Equal(got, shape) || !slices.Equal(data, want) {
		t.Errorf("%s as %T: got %v %v, error %v, want %v %v", name, data, got, data, err, shape, want)
	}
}

func TestReadReference(t *testing.T) {
	for _, f := range both(t, reference(t)) {
		want := []Info{
			{"steps", "I64", []int{2}, 616, 16},
			{"double", F64, []int{2, 1}, 632, 16},
			{"empty", F32, []int{0, 5}, 648, 0},
			{"layer.bias", F32, []int{3}, 648, 12},
			{"layer.weight", F32, []int{2, 3}, 660, 24},
			{"scalar \"π\"", F32, []int{}, 684, 4},
			{"brain", BF16, []int{2, 2}, 688, 8},
			{"half", F16, []int{4}, 696, 8},
			{"mask", "BOOL", []int{3}, 704, 3},
		}
		if got := f.Tensors(); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got, want := f.Metadata(), map[string]string{"format": "reference\n<1>"}; !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		inf := float32(math.Inf(1))
		checkLoad(t, f, "layer.weight", []int{2, 3}, []float32{0.5, -1.25, 3, 1e-3, math.MaxFloat32, -inf})
		checkLoad(t, f, "layer.bias", []int{3}, []float64{float64(float32(0.1)), float64(float32(0.2)), float64(float32(0.3))})
		checkLoad(t, f, "double", []int{2, 1}, []float64{math.Pi, -2.5})
		checkLoad(t, f, "half", []int{4}, []float32{1, -2, 0.333251953125, 0x1p-24})
		checkLoad(t, f, "half", []int{4}, []float64{1, -2, 0.333251953125, 0x1p-24})
		checkLoad(t, f, "brain", []int{2, 2}, []float32{1, -2, 0.333984375, inf})
		checkLoad(t, f, "brain", []int{2, 2}, []float64{1, -2, 0.333984375, math.Inf(1)})
		checkLoad(t, f, "scalar \"π\"", []int{}, []float32{0.5})
		checkLoad(t, f, "empty", []int{0, 5}, []float32{})
		raw, err := f.Raw("steps")
		if want := "0700000000000000f8ffffffffffffff"; err != nil || hex.EncodeToString(raw) != want {
			t.Errorf("steps: got %x, error %v, want %s", raw, err, want)
		}
	}
}

// What the reference implementation writes, Write writes to the byte, in whatever order it is given the tensors.
func TestWriteAsReference(t *testing.T) {
	want := reference(t)
	f, err := Read(bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	var tensors []Tensor
	for _, info := range f.Tensors() {
		switch info.DType {
		case F32:
			shape, data, err := Load[float32](f, info.Name)
			if err != nil {
				t.Fatal(err)
			}
			tensors = append(tensors, NewTensor(info.Name, shape, data))
		case F64:
			shape, data, err := Load[float64](f, info.Name)
			if err != nil {
				t.Fatal(err)
			}
			tensors = append(tensors, NewTensor(info.Name, shape, data))
		default:
			data, err := f.Raw(info.Name)
			if err != nil {
				t.Fatal(err)
			}
			tensors = append(tensors, RawTensor(info.Name, info.DType, info.Shape, data))
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		rng.Shuffle(len(tensors), func(i, j int) { tensors[i], tensors[j] = tensors[j], tensors[i] })
		before := slices.Clone(tensors)
		var b bytes.Buffer
		if err := Write(&b, tensors, f.Metadata()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Fatalf("got\n%q, want\n%q", b.Bytes(), want)
		}
		for i := range tensors {
			if tensors[i].name != before[i].name {
				t.Fatal("Write sorts the caller's tensors")
			}
		}
	}
}

func TestWrite(t *testing.T) {
	type weight float32
	type mean float64
	for _, c := range []struct {
		tensors  []Tensor
		metadata map[string]string
		want     string
	}{
		{nil, nil, file("{}      ", "")},
		{nil, map[string]string{"b": "\x01\"\\/", "a": "é\u2028<\x7f"}, file(`{"__metadata__":{"a":"é`+"\u2028<\x7f"+`","b":"\u0001\"\\/"}}      `, "")},
		{
			[]Tensor{NewTensor("w\t", []int{1, 2}, []weight{1, -2}), NewTensor("m", nil, []mean{1})}, nil,
			file(`{"m":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"w\t":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}} `,
				"\x00\x00\x00\x00\x00\x00\xf0\x3f\x00\x00\x80\x3f\x00\x00\x00\xc0"),
		},
	} {
		var b bytes.Buffer
		if err := Write(&b, c.tensors, c.metadata); err != nil || b.String() != c.want {
			t.Errorf("got\n%q, error %v, want\n%q", b.String(), err, c.want)
		}
		if f, err := Read(&b); err != nil || len(f.Tensors()) != len(c.tensors) || !reflect.DeepEqual(f.Metadata(), c.metadata) {
			t.Errorf("%q is read with error %v", c.want, err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	one := []float32{1}
	for _, c := range []struct {
		tensors  []Tensor
		metadata map[string]string
		want     string
	}{
		{[]Tensor{NewTensor("a", nil, one), NewTensor("a", nil, []float64{1})}, nil, `tensor "a" is there twice`},
		{[]Tensor{NewTensor("__metadata__", nil, one)}, nil, `a tensor cannot have the name "__metadata__"`},
		{[]Tensor{NewTensor("\xff", nil, one)}, nil, `the name "\xff" is not UTF-8`},
		{[]Tensor{NewTensor("a", []int{2, 2}, one)}, nil, `tensor "a": 4 bytes of data, but F32 in shape [2 2] is 16`},
		{[]Tensor{NewTensor("a", []int{-1, -1}, one)}, nil, `tensor "a": shape [-1 -1] has a negative dimension`},
		{[]Tensor{NewTensor("a", []int{1 << 30, 1 << 30, 8}, one)}, nil, `tensor "a": shape [1073741824 1073741824 8] has too many elements`},
		{[]Tensor{RawTensor("a", "F31", nil, nil)}, nil, `tensor "a": unknown type "F31"`},
		{[]Tensor{RawTensor("a", "F4", []int{3}, []byte{1, 2})}, nil, `tensor "a": F4 in shape [3] ends within a byte`},
		{[]Tensor{{}}, nil, `tensor "": it was not made by NewTensor or RawTensor`},
		{nil, map[string]string{"a": "\xff"}, `metadata "a": "\xff" is not UTF-8`},
	} {
		var b bytes.Buffer
		if err := Write(&b, c.tensors, c.metadata); err == nil || err.Error() != "safetensors: "+c.want || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want safetensors: %s", err, b.Len(), c.want)
		}
	}
}

func TestReadErrors(t *testing.T) {
	const a, b = `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`, `"b":{"dtype":"U8","shape":[3],"data_offsets":`
	tensor := func(s string) string { return file(`{"a":{`+s+`}}`, "") }
	offsets := func(s string) string { return tensor(`"data_offsets":` + s) }
	shaped := func(dtype, shape string) string {
		return tensor(`"dtype":"` + dtype + `","shape":` + shape + `,"data_offsets":[0,0]`)
	}
	for _, c := range []struct{ file, want string }{
		{"12345", "length of the header: element 5 of 8: unexpected EOF"},
		{"\x01\xe1\xf5\x05\x00\x00\x00\x00{}", "a header of 100000001 bytes, at most 100000000 are allowed"},
		{"\xff\xff\xff\xff\xff\xff\xff\xff{}", "a header of 18446744073709551615 bytes, at most 100000000 are allowed"},
		{"\x05\x00\x00\x00\x00\x00\x00\x00{}", "header: element 2 of 5: unexpected EOF"},
		{file("", ""), `header: it starts with "", want "{"`},
		{file(" {}", ""), `header: it starts with " ", want "{"`},
		{file("[]", ""), `header: it starts with "[", want "{"`},
		{file("{\"\xff\":1}", ""), "header: byte 2 is not UTF-8"},
		{file("{\"\uFFFD\":1\xff}", ""), "header: byte 8 is not UTF-8"},
		{file(`{"a" 1}`, ""), "header: byte 6: invalid character '1' after object key"},
		{file(`{},`, ""), "header: byte 3: invalid character ',' after top-level value"},
		{file(`{"\ud800":1}`, ""), "header: byte 3: half of a surrogate pair"},
		{file(`{"\udc00":1}`, ""), "header: byte 3: half of a surrogate pair"},
		{file(`{"\ud83dx\ude00":1}`, ""), "header: byte 3: half of a surrogate pair"},
		{file(`{"\ud83d\ue000":1}`, ""), "header: byte 3: half of a surrogate pair"},
		{file(`{"\ud83d\u0041":1}`, ""), "header: byte 3: half of a surrogate pair"},
		{file(`{"a":3}`, ""), `header up to byte 6: tensor "a": 3, want "{"`},
		{file(`{`+a+`,`+a+`}`, ""), `header up to byte 57: tensor "a" is there twice`},
		{file(`{`+a+`,"\u0061":0}`, ""), `header up to byte 62: tensor "a" is there twice`},
		{file(`{"__metadata__":{},"__metadata__":{}}`, ""), `header up to byte 33: "__metadata__" is there twice`},
		{file(`{"__metadata__":{"a":1}}`, ""), `header up to byte 22: "__metadata__": the value of "a" is no string`},
		{file(`{"__metadata__":{"a":"","a":""}}`, ""), `header up to byte 27: "__metadata__": "a" is there twice`},
		{file(`{"__metadata__":"a"}`, ""), `header up to byte 19: "__metadata__": a, want an object of strings`},
		{tensor(`"dtype":"F32","dtype":"F32"`), `header up to byte 27: tensor "a": "dtype" is there twice`},
		{tensor(`"dtype":"f32"`), `header up to byte 19: tensor "a": "dtype": unknown type f32`},
		{tensor(`"dtype":32`), `header up to byte 16: tensor "a": "dtype": unknown type 32`},
		{tensor(``), `header up to byte 7: tensor "a": "dtype" is missing`},
		{tensor(`"dtype":"F32","data_offsets":[0,0]`), `header up to byte 41: tensor "a": "shape" is missing`},
		{tensor(`"dtype":"F32","shape":[]`), `header up to byte 31: tensor "a": "data_offsets" is missing`},
		{tensor(`"shape":3`), `header up to byte 15: tensor "a": "shape": 3, want "["`},
		{tensor(`"shape":["3"]`), `header up to byte 18: tensor "a": "shape": 3, want an integer`},
		{tensor(`"shape":[[3]]`), `header up to byte 16: tensor "a": "shape": [, want an integer`},
		{tensor(`"shape":[-3]`), `header up to byte 17: tensor "a": "shape": -3, want an integer from 0 to 9223372036854775807`},
		{tensor(`"shape":[3.0]`), `header up to byte 18: tensor "a": "shape": 3.0, want an integer from 0 to 9223372036854775807`},
		{tensor(`"shape":[9223372036854775808]`), `header up to byte 34: tensor "a": "shape": 9223372036854775808, want an integer from 0 to 9223372036854775807`},
		{offsets(`[0]`), `header up to byte 24: tensor "a": "data_offsets": 1 numbers, want 2`},
		{offsets(`[0,1,2]`), `header up to byte 28: tensor "a": "data_offsets": 3 numbers, want 2`},
		{offsets(`[2,1]`), `header up to byte 26: tensor "a": "data_offsets": the data ends at byte 1, before its start at 2`},
		{shaped("F32", "[2]"), `tensor "a" has 0 bytes, but F32 in shape [2] is 8`},
		{shaped("F4", "[3]"), `tensor "a": F4 in shape [3] ends within a byte`},
		{shaped("U8", "[4294967296,4294967296]"), `tensor "a": shape [4294967296 4294967296] has too many elements`},
		{shaped("F64", "[9223372036854775807]"), `tensor "a": shape [9223372036854775807] has too many elements`},
		{shaped("U8", "[4294967296,4294967296,0]"), `tensor "a": shape [4294967296 4294967296 0] has too many elements`},
		{file(`{`+a+`,`+b+`[9,12]}}`, "0123456789ab"), `tensor "b" starts at byte 9 of the data, want 8, where the one before it ends`},
		{file(`{`+a+`,`+b+`[7,10]}}`, "0123456789"), `tensor "b" starts at byte 7 of the data, want 8, where the one before it ends`},
		{file(`{`+b+`[1,4]}}`, "0123"), `tensor "b" starts at byte 1 of the data, want 0, where the one before it ends`},
		{file(`{`+b+`[0,3]}}`, "01"), `data: element 2 of 3: unexpected EOF`},
		{file(`{`+b+`[0,3]}}`, "0123"), `the file goes on where its tensors end, at byte 64`},
		{file(`{}`, "0"), `the file goes on where its tensors end, at byte 10`},
		{file(`{"a":{"dtype":"U8","shape":[1152921504606846975],"data_offsets":[0,1152921504606846975]}}`, "012"),
			`1152921504606846975 bytes of data are too many for memory`},
	} {
		_, err := Read(strings.NewReader(c.file))
		if err == nil || err.Error() != "safetensors: "+c.want {
			t.Errorf("%q: error %v, want safetensors: %s", c.file, err, c.want)
		}
		if _, err := NewFile(strings.NewReader(c.file), int64(len(c.file))); err == nil {
			t.Errorf("%q: no error from NewFile, want safetensors: %s", c.file, c.want)
		}
	}
	_, err := NewFile(strings.NewReader(file(`{`+a+`}`, "1234567")), 69)
	if want := "safetensors: the file has 69 bytes, but its tensors end at byte 70"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// What other programs write and is in order.
func TestReadLenient(t *testing.T) {
	for _, c := range []struct {
		file  string
		names []string
	}{
		{file("{} \n\t\r", ""), nil},
		{file(`{"__metadata__":null}`, ""), nil},
		{file(`{ "\ud83d\ude00\\u" : { "data_offsets" : [0,0], "more" : {"x":[1,{"dtype":2}],"dtype":3}, "shape" : [0,9223372036854775807], "dtype" : "F32" } }`, ""), []string{"😀\\u"}},
		{file(`{"z":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"":{"dtype":"I16","shape":[1],"data_offsets":[0,2]},"e":{"dtype":"F64","shape":[0],"data_offsets":[2,2]}}`, "012"), []string{"", "e", "z"}},
		{file(`{"a":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},"b":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[3,6]}}`, "012345"), []string{"a", "b"}},
	} {
		f, err := Read(strings.NewReader(c.file))
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
			continue
		}
		var names []string
		for _, info := range f.Tensors() {
			names = append(names, info.Name)
			got, ok := f.Lookup(info.Name)
			if !ok || !reflect.DeepEqual(got, info) {
				t.Errorf("%q: Lookup(%q) = %v, %v, want %v", c.file, info.Name, got, ok, info)
			}
			if raw, err := f.Raw(info.Name); err != nil || string(raw) != c.file[info.Offset:info.Offset+info.Size] {
				t.Errorf("%q: Raw(%q) = %q, error %v", c.file, info.Name, raw, err)
			}
		}
		if !slices.Equal(names, c.names) {
			t.Errorf("%q: got %q, want %q", c.file, names, c.names)
		}
	}
}

func TestReadTruncated(t *testing.T) {
	b := reference(t)
	for n := range b {
		if _, err := Read(bytes.NewReader(b[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the first %d of %d bytes: error %v, want %v", n, len(b), err, io.ErrUnexpectedEOF)
		}
		if _, err := NewFile(bytes.NewReader(b[:n]), int64(n)); err == nil {
			t.Errorf("the first %d of %d bytes: no error from NewFile", n, len(b))
		}
	}
}

// Claims cost no memory: of a header and of data that are not there.
func TestReadMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, s := range []string{
		"\x00\xe1\xf5\x05\x00\x00\x00\x00{}",
		file(`{"a":{"dtype":"U8","shape":[4294967296],"data_offsets":[0,4294967296]}}`, "012"),
	} {
		if _, err := Read(strings.NewReader(s)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %v, want %v", err, io.ErrUnexpectedEOF)
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes were allocated for files of some hundred", got)
	}
}

// TestTerabyte checks that a sparse file which has all that it claims costs no memory.
func TestTerabyte(t *testing.T) {
	name := filepath.Join(t.TempDir(), "sparse")
	header := file(`{"a":{"dtype":"F32","shape":[274877906944],"data_offsets":[0,1099511627776]}}`, "")
	if err := os.WriteFile(name, []byte(header), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, int64(len(header))+1<<40); err != nil {
		t.Skip("no sparse files:", err)
	}
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const want = `safetensors: tensor "a" of shape [274877906944] takes more than 4294967296 bytes, see File.Limit`
	if _, _, err := Load[float32](f, "a"); err == nil || err.Error() != want {
		t.Errorf("Load: got the error %v, want %s", err, want)
	}
	if _, err := f.Raw("a"); err == nil || err.Error() != want {
		t.Errorf("Raw: got the error %v, want %s", err, want)
	}
	if err := LoadInto(f, "a", []int{2}, make([]float32, 2)); err == nil || !strings.Contains(err.Error(), "want [2]") {
		t.Errorf("LoadInto: got the error %v, want that it has another shape", err)
	}
	r, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := Read(r); err == nil || err.Error() != "safetensors: 1099511627776 bytes of data are too many for memory" {
		t.Errorf("Read: got the error %v", err)
	}
}

// TestLimit checks that the limit is on memory, not on what the file has.
func TestLimit(t *testing.T) {
	f, err := Read(strings.NewReader(file(`{"a":{"dtype":"F16","shape":[3],"data_offsets":[0,6]}}`, "012345")))
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[int64][3]bool{5: {}, 6: {true}, 12: {true, true}, 24: {true, true, true}, 0: {true, true, true}} {
		f.Limit(limit)
		_, raw := f.Raw("a")
		_, _, single := Load[float32](f, "a")
		_, _, double := Load[float64](f, "a")
		if got := [3]bool{raw == nil, single == nil, double == nil}; got != want {
			t.Errorf("with a limit of %d bytes, Raw, Load[float32] and Load[float64] succeed: %v, want %v", limit, got, want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	f, err := Read(bytes.NewReader(reference(t)))
	if err != nil {
		t.Fatal(err)
	}
	load := func(name string) error {
		_, _, err := Load[float32](f, name)
		return err
	}
	_, rawErr := f.Raw("layer")
	for _, c := range []struct {
		err  error
		want string
	}{
		{load("layer"), `no tensor "layer"`},
		{rawErr, `no tensor "layer"`},
		{load("steps"), `tensor "steps": its elements are I64, want F16, BF16, F32 or F64`},
		{load("double"), `tensor "double": element 0 is 3.141592653589793, which is no float32`},
		{LoadInto(f, "layer", nil, []float32{}), `no tensor "layer"`},
		{LoadInto(f, "layer.bias", []int{1, 3}, make([]float32, 3)), `tensor "layer.bias" has shape [3], want [1 3]`},
		{LoadInto(f, "layer.bias", []int{3}, make([]float32, 4)), `tensor "layer.bias" has 3 elements, the slice for them 4`},
		{LoadInto(f, "double", []int{2, 1}, make([]float32, 2)), `tensor "double": element 0 is 3.141592653589793, which is no float32`},
	} {
		if c.err == nil || c.err.Error() != "safetensors: "+c.want {
			t.Errorf("error %v, want safetensors: %s", c.err, c.want)
		}
	}
	if _, ok := f.Lookup("layer"); ok {
		t.Error("Lookup finds a tensor that is not there")
	}
}

func TestLoadInto(t *testing.T) {
	type weight float32
	f, err := Read(bytes.NewReader(reference(t)))
	if err != nil {
		t.Fatal(err)
	}
	bias := make([]weight, 3)
	if err := LoadInto(f, "layer.bias", []int{3}, bias); err != nil || !slices.Equal(bias, []weight{0.1, 0.2, 0.3}) {
		t.Errorf("got %v, error %v", bias, err)
	}
}

// Tensors longer than a buffer, of each type that is converted on the way.
func TestLoadLong(t *testing.T) {
	const n = 20001
	f64, f32, raw := make([]float64, n), make([]float32, n), make([]byte, 2*n)
	for i := range n {
		f64[i], f32[i] = float64(i)/8, float32(i)
		binary.LittleEndian.PutUint16(raw[2*i:], uint16(i))
	}
	var b bytes.Buffer
	err := Write(&b, []Tensor{NewTensor("f64", []int{n}, f64), NewTensor("f32", []int{n}, f32), RawTensor("bf16", BF16, []int{n}, raw)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Read(&b)
	if err != nil {
		t.Fatal(err)
	}
	narrow, wide, brain := make([]float32, n), make([]float64, n), make([]float64, n)
	for i := range n {
		narrow[i], wide[i], brain[i] = float32(f64[i]), float64(f32[i]), float64(math.Float32frombits(uint32(i)<<16))
	}
	checkLoad(t, f, "f64", []int{n}, f64)
	checkLoad(t, f, "f64", []int{n}, narrow)
	checkLoad(t, f, "f32", []int{n}, f32)
	checkLoad(t, f, "f32", []int{n}, wide)
	checkLoad(t, f, "bf16", []int{n}, brain)

	f64[15000] = 0.1
	if err := Write(&b, []Tensor{NewTensor("f64", []int{n}, f64)}, nil); err != nil {
		t.Fatal(err)
	}
	if f, err = Read(&b); err != nil {
		t.Fatal(err)
	}
	_, _, err = Load[float32](f, "f64")
	if want := `safetensors: tensor "f64": element 15000 is 0.1, which is no float32`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// A touched remembers which bytes are read of it.
type touched struct {
	*bytes.Reader
	low, high int64
}

func (r *touched) ReadAt(p []byte, off int64) (int, error) {
	r.low, r.high = min(r.low, off), max(r.high, off+int64(len(p)))
	return r.Reader.ReadAt(p, off)
}

// Of an open file no more is read than the header, and the tensor that is asked for.
func TestNewFileReadsLittle(t *testing.T) {
	b := reference(t)
	r := &touched{Reader: bytes.NewReader(b), low: math.MaxInt64}
	f, err := NewFile(r, int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if r.low != 0 || r.high != 616 {
		t.Errorf("opening reads bytes %d to %d, want 0 to 616", r.low, r.high)
	}
	r.low, r.high = math.MaxInt64, 0
	checkLoad(t, f, "half", []int{4}, []float32{1, -2, 0.333251953125, 0x1p-24})
	if r.low != 696 || r.high != 704 {
		t.Errorf("loading reads bytes %d to %d, want 696 to 704", r.low, r.high)
	}
}

// What a file gives to its caller is the caller's.
func TestFileIsNotShared(t *testing.T) {
	f, err := Read(bytes.NewReader(reference(t)))
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata()["format"] = "changed"
	f.Tensors()[4].Shape[0] = 7
	info, _ := f.Lookup("layer.weight")
	info.Shape[0] = 7
	shape, _, err := Load[float32](f, "layer.weight")
	if err != nil {
		t.Fatal(err)
	}
	shape[0] = 7
	if got := fmt.Sprint(f.Metadata(), f.Tensors()[4]); got != "map[format:reference\n<1>] {layer.weight F32 [2 3] 660 24}" {
		t.Errorf("a caller's changes show: %s", got)
	}
}

func TestOpen(t *testing.T) {
	f, err := Open("testdata/reference.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	checkLoad(t, f, "double", []int{2, 1}, []float64{math.Pi, -2.5})
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, _, err := Load[float64](f, "double"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: error %v, want %v", err, os.ErrClosed)
	}
	if _, err := Open("testdata/none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
	if _, err := Open("testdata/reference.rs"); err == nil || !strings.HasPrefix(err.Error(), "safetensors: testdata/reference.rs: ") {
		t.Errorf("error %v, want one with the file's name", err)
	}
}

// written is a file that this package wrote, for other implementations to read.
func written(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	err := Write(&b, []Tensor{
		NewTensor("w", []int{2, 1, 2}, []float32{1, 0.1, float32(math.Inf(-1)), 4e-45}),
		NewTensor("scalar", nil, []float32{-3}),
		NewTensor("d\n\"é", []int{2}, []float64{0.1, math.MaxFloat64}),
		NewTensor("none", []int{3, 0}, []float64{}),
		RawTensor("i", "I64", []int{1}, []byte{5, 0, 0, 0, 0, 0, 0, 0}),
	}, map[string]string{"made by": "godiff", "x": "\u0001\t"})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "w.safetensors")
	if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// The reference implementation reads what Write writes, where SAFETENSORS_REFERENCE names the program of testdata/reference.rs.
func TestReferenceReads(t *testing.T) {
	program := os.Getenv("SAFETENSORS_REFERENCE")
	if program == "" {
		t.Skip("SAFETENSORS_REFERENCE does not name the program of testdata/reference.rs")
	}
	out, err := exec.Command(program, "read", written(t)).CombinedOutput()
	const want = `metadata "made by" "godiff"
metadata "x" "\u{1}\t"
i I64 [1] 0500000000000000
d
"é F64 [2] 9a9999999999b93fffffffffffffef7f
none F64 [3, 0] ` + `
scalar F32 [] 000040c0
w F32 [2, 1, 2] 0000803fcdcccc3d000080ff03000000
`
	if err != nil || string(out) != want {
		t.Errorf("got %s, error %v, want %s", out, err, want)
	}
}

// Python's package, where it is installed, reads what Write writes.
func TestPythonReads(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	if err := exec.Command(python, "-c", "import safetensors.numpy").Run(); err != nil {
		t.Skip("Python's packages safetensors and numpy are not installed")
	}
	const script = `
import sys
from safetensors.numpy import load_file
for name, a in sorted(load_file(sys.argv[1]).items()):
    print(ascii(name), a.dtype.str, a.shape, a.tobytes().hex())
`
	out, err := exec.Command(python, "-c", script, written(t)).CombinedOutput()
	const want = `'d\n"\xe9' <f8 (2,) 9a9999999999b93fffffffffffffef7f
'i' <i8 (1,) 0500000000000000
'none' <f8 (3, 0) ` + `
'scalar' <f4 () 000040c0
'w' <f4 (2, 1, 2) 0000803fcdcccc3d000080ff03000000
`
	if err != nil || string(out) != want {
		t.Errorf("got %s, error %v, want %s", out, err, want)
	}
}

// What is read can be written, and has then the same tensors.
func FuzzRead(f *testing.F) {
	f.Add(reference(f))
	for _, s := range []string{
		file("{} \n", ""),
		file(`{"__metadata__":{"a":"\u00e9\n"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "01234567"),
		file(`{"\ud83d\ude00":{"dtype":"F4","shape":[2,3],"data_offsets":[1,4]},"b":{"more":[{}],"dtype":"BOOL","shape":[],"data_offsets":[0,1]}}`, "0123"),
		file(`{"a":{"dtype":"U8","shape":[1152921504606846975],"data_offsets":[0,1152921504606846975]}}`, "012"),
		file(`{"a":{"dtype":"F16","shape":[9223372036854775807,0],"data_offsets":[0,0]},"b":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]}}`, ""),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		f, err := Read(bytes.NewReader(b))
		opened, openErr := NewFile(bytes.NewReader(b), int64(len(b)))
		if (err == nil) != (openErr == nil) {
			t.Fatalf("Read gives error %v, NewFile %v", err, openErr)
		}
		if err != nil {
			return
		}
		var tensors []Tensor
		for _, info := range f.Tensors() {
			raw, err := opened.Raw(info.Name)
			if err != nil || !bytes.Equal(raw, b[info.Offset:info.Offset+info.Size]) {
				t.Fatalf("%v: got %x, error %v", info, raw, err)
			}
			tensors = append(tensors, RawTensor(info.Name, info.DType, info.Shape, raw))
			if _, data, err := Load[float64](f, info.Name); err == nil {
				if n, _ := dataSize("U8", info.Shape); n != int64(len(data)) {
					t.Fatalf("%v: %d elements", info, len(data))
				}
			}
		}
		var again bytes.Buffer
		if err := Write(&again, tensors, f.Metadata()); err != nil {
			t.Fatal(err)
		}
		f2, err := Read(&again)
		if err != nil || len(f2.tensors) != len(f.tensors) {
			t.Fatalf("%q: what was written is read with error %v", again.Bytes(), err)
		}
		for _, info := range f.Tensors() {
			raw, err := f2.Raw(info.Name)
			info2, _ := f2.Lookup(info.Name)
			info2.Offset = info.Offset
			if err != nil || !reflect.DeepEqual(info2, info) || !bytes.Equal(raw, b[info.Offset:info.Offset+info.Size]) {
				t.Errorf("%v is read again as %v: %x, error %v", info, info2, raw, err)
			}
		}
	})
}
