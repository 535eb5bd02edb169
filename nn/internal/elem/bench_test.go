package elem

import (
	"bytes"
	"encoding/binary"
	"io"
	"testing"
)

// A million float32.
const benchN = 1 << 20

func BenchmarkFill(b *testing.B) {
	file, dst := make([]byte, 4*benchN), make([]float32, benchN)
	b.SetBytes(4 * benchN)
	for b.Loop() {
		if err := Fill(bytes.NewReader(file), binary.LittleEndian, dst); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	file := make([]byte, 4*benchN)
	b.SetBytes(4 * benchN)
	for b.Loop() {
		if _, err := Read[float32](bytes.NewReader(file), binary.BigEndian, benchN); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	data := make([]float32, benchN)
	b.SetBytes(4 * benchN)
	for b.Loop() {
		if err := Write(io.Discard, binary.LittleEndian, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	src, dst := make([]float32, benchN), make([]float64, benchN)
	b.SetBytes(4 * benchN)
	for b.Loop() {
		Convert(dst, src)
	}
}

func BenchmarkHalf(b *testing.B) {
	b.SetBytes(2 << 16)
	for b.Loop() {
		for h := range 1 << 16 {
			sink += Half(uint16(h))
		}
	}
}

var sink float32
