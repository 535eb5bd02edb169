package elem

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"
)

func TestLen(t *testing.T) {
	const most = math.MaxInt
	for _, c := range []struct {
		shape []int
		n     int
		ok    bool
	}{
		{nil, 1, true},
		{[]int{0}, 0, true},
		{[]int{3, 4, 5}, 60, true},
		{[]int{3, 0, 5}, 0, true},
		{[]int{most}, most, true},
		{[]int{most, 1}, most, true},
		{[]int{most, 2}, 0, false},
		{[]int{most/2 + 1, 2}, 0, false},
		{[]int{1 << 16, 1 << 16, 1 << 16, 1 << 16}, 0, false},
		{[]int{most, 2, 0}, 0, false},
		{[]int{-1}, 0, false},
		{[]int{-1, 0}, 0, false},
	} {
		if n, ok := Len(c.shape); n != c.n || ok != c.ok {
			t.Errorf("Len(%v) = %v, %v, want %v, %v", c.shape, n, ok, c.n, c.ok)
		}
	}
}

func TestReadWrite(t *testing.T) {
	data := make([]int32, chunk/4+3)
	for i := range data {
		data[i] = int32(i)*-70001 + 5
	}
	for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
		var b bytes.Buffer
		if err := Write(&b, order, data); err != nil {
			t.Fatal(err)
		}
		if got := int32(order.Uint32(b.Bytes()[4*7:])); got != data[7] {
			t.Errorf("%v: element 7 is written as %v, want %v", order, got, data[7])
		}
		b.WriteString("rest")
		r := iotest.HalfReader(&b)
		got, err := Read[int32](r, order, len(data))
		if err != nil || !slices.Equal(got, data) {
			t.Errorf("%v: what was written is read otherwise, error %v", order, err)
		}
		if rest, _ := io.ReadAll(r); string(rest) != "rest" {
			t.Errorf("%v: %q is left after the elements, want %q", order, rest, "rest")
		}
	}
}

func TestWriteAs(t *testing.T) {
	type count uint16
	data, want := make([]count, chunk/4+3), make([]uint32, chunk/4+3)
	for i := range data {
		data[i], want[i] = count(i), uint32(i)
	}
	var b, same bytes.Buffer
	if err := WriteAs[uint32](&b, binary.BigEndian, data); err != nil {
		t.Fatal(err)
	}
	if err := WriteAs[uint32](&same, binary.BigEndian, want); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), same.Bytes()) {
		t.Error("an element of another type is written otherwise than its value")
	}
	if got, err := Read[uint32](&b, binary.BigEndian, len(want)); err != nil || !slices.Equal(got, want) {
		t.Errorf("what was written is read otherwise, error %v", err)
	}
}

func TestReadShort(t *testing.T) {
	for _, n := range []int{3, math.MaxInt / 8} {
		_, err := Read[float64](bytes.NewReader(make([]byte, 20)), binary.LittleEndian, n)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("20 bytes for %d elements: error %v, want %v", n, err, io.ErrUnexpectedEOF)
		}
	}
	_, err := Read[uint8](bytes.NewReader(nil), binary.LittleEndian, 3)
	if want := "element 0 of 3: unexpected EOF"; err == nil || err.Error() != want {
		t.Errorf("no bytes: error %v, want %s", err, want)
	}
	_, err = Read[uint32](bytes.NewReader(make([]byte, 7)), binary.LittleEndian, 3)
	if want := "element 1 of 3: unexpected EOF"; err == nil || err.Error() != want {
		t.Errorf("7 bytes: error %v, want %s", err, want)
	}
}

// A claim of elements that are not there costs no memory.
func TestReadMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read[float64](bytes.NewReader(make([]byte, 1<<20)), binary.LittleEndian, math.MaxInt/8)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Fatal("no error")
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes were allocated in all for 1 MiB of input", got)
	}
}

func TestFill(t *testing.T) {
	dst := make([]uint16, 3)
	if err := Fill(bytes.NewReader([]byte{1, 2, 3, 4, 5, 6, 7}), binary.BigEndian, dst); err != nil {
		t.Fatal(err)
	}
	if want := []uint16{0x0102, 0x0304, 0x0506}; !slices.Equal(dst, want) {
		t.Errorf("got %x, want %x", dst, want)
	}
	if err := Fill(bytes.NewReader([]byte{1, 2, 3}), binary.BigEndian, dst); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("too few bytes: error %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// checkConvert asks that of src exactly the elements before bad become want.
func checkConvert[T, S Number](t *testing.T, src []S, want []T) {
	t.Helper()
	dst := make([]T, len(src))
	n := Convert(dst, src)
	if n != len(want) || !slices.Equal(dst[:n], want) {
		t.Errorf("%T from %v: got %v, want %v", dst, src, dst[:n], want)
	}
}

func TestConvert(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	checkConvert(t, []int64{0, 127, -128, 128}, []int8{0, 127, -128})
	checkConvert(t, []int64{-129}, []int8{})
	checkConvert(t, []int8{5, -1}, []uint64{5})
	checkConvert(t, []uint64{math.MaxInt64, math.MaxInt64 + 1}, []int64{math.MaxInt64})
	checkConvert(t, []uint64{math.MaxUint64}, []int64{})
	checkConvert(t, []int64{math.MinInt32, -1}, []int{math.MinInt32, -1})

	checkConvert(t, []int64{1 << 24, 1<<24 + 2, -1 << 24, 1<<24 + 1}, []float32{1 << 24, 1<<24 + 2, -1 << 24})
	checkConvert(t, []int64{1<<53 + 1}, []float64{})
	checkConvert(t, []int64{1 << 53, math.MinInt64, math.MaxInt64}, []float64{1 << 53, math.MinInt64})
	checkConvert(t, []uint64{0, 1 << 63, math.MaxUint64}, []float64{0, 1 << 63})
	checkConvert(t, []uint64{math.MaxUint64 - 1<<40 + 1}, []float32{math.MaxUint64 - 1<<40 + 1})

	checkConvert(t, []float64{0, 255, negativeZero, 0.5}, []uint8{0, 255, 0})
	checkConvert(t, []float64{256}, []uint8{})
	checkConvert(t, []float64{-1}, []uint8{})
	checkConvert(t, []float64{math.MinInt64, 1<<63 - 1024, 1 << 63}, []int64{math.MinInt64, 1<<63 - 1024})
	checkConvert(t, []float64{1<<64 - 2048, 1 << 64}, []uint64{1<<64 - 2048})
	checkConvert(t, []float64{math.NaN()}, []int64{})
	checkConvert(t, []float64{math.Inf(1)}, []uint64{})
	checkConvert(t, []float32{float32(math.Inf(-1))}, []int64{})

	checkConvert(t, []float64{0.5, math.MaxFloat32, math.Inf(1), 0x1p-149, 0.1}, []float32{0.5, math.MaxFloat32, float32(math.Inf(1)), 0x1p-149})
	checkConvert(t, []float64{1e39}, []float32{})
	checkConvert(t, []float64{0x1p-150}, []float32{})
	checkConvert(t, []float32{0.1}, []float64{float64(float32(0.1))})

	nan := make([]float32, 2)
	if n := Convert(nan, []float64{math.NaN(), negativeZero}); n != 2 || nan[0] == nan[0] || !math.Signbit(float64(nan[1])) {
		t.Errorf("NaN and −0 become %v of which %d are equal", nan, n)
	}
}

// All halves, by their definition in IEEE 754 §3.4.
func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		sign, exponent, fraction := 1.0, h>>10&0x1f, float64(h&0x3ff)
		if h>>15 == 1 {
			sign = -1
		}
		var want float64
		switch {
		case exponent == 0x1f && fraction != 0:
			want = math.NaN()
		case exponent == 0x1f:
			want = math.Inf(1)
		case exponent == 0:
			want = math.Ldexp(fraction, -24)
		default:
			want = math.Ldexp(1024+fraction, exponent-25)
		}
		want = math.Copysign(want, sign)
		got := float64(Half(uint16(h)))
		if math.IsNaN(want) != math.IsNaN(got) || !math.IsNaN(want) && (got != want || math.Signbit(got) != math.Signbit(want)) {
			t.Fatalf("Half(%#04x) = %v, want %v", h, got, want)
		}
	}
}

func TestBrain(t *testing.T) {
	for b, want := range map[uint16]float32{0x3f80: 1, 0xc000: -2, 0x7f80: float32(math.Inf(1)), 0x0001: 0x1p-133, 0x4049: 3.140625} {
		if got := Brain(b); got != want {
			t.Errorf("Brain(%#04x) = %v, want %v", b, got, want)
		}
	}
}
