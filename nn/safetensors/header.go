package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// metadataKey is the name in a header that is no tensor's.
const metadataKey = "__metadata__"

// parseHeader returns the file of this header, without its data.
func parseHeader(text []byte) (*File, error) {
	if err := checkJSON(text); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(text))}
	p.dec.UseNumber()
	f := &File{start: 8 + int64(len(text)), index: map[string]int{}}
	if err := p.header(f); err != nil {
		return nil, fmt.Errorf("header up to byte %d: %w", p.dec.InputOffset(), err)
	}
	if err := f.arrange(); err != nil {
		return nil, err
	}
	return f, nil
}

// checkJSON reports why text is not a JSON object in UTF-8, blanks after it aside. After it the parser meets no syntax error.
func checkJSON(text []byte) error {
	if len(text) == 0 || text[0] != '{' {
		return fmt.Errorf("it starts with %.1q, want \"{\"", text)
	}
	if !utf8.Valid(text) {
		at := 0
		for r, n := utf8.DecodeRune(text); r != utf8.RuneError || n != 1; r, n = utf8.DecodeRune(text[at:]) {
			at += n
		}
		return fmt.Errorf("byte %d is not UTF-8", at)
	}
	var nothing struct{}
	if err := json.Unmarshal(text, &nothing); err != nil {
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			return fmt.Errorf("byte %d: %w", syntax.Offset, err)
		}
		return err
	}
	return checkSurrogates(text)
}

// checkSurrogates reports where a half of a surrogate pair stands alone in the strings of a JSON text, which is no character;
// package json would read another in its place.
func checkSurrogates(text []byte) error {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++ // to the escaped byte
		switch unit := escaped(text[i:]); {
		case 0xd800 <= unit && unit < 0xdc00:
			if low := escaped(text[min(i+6, len(text)):]); text[i+5] != '\\' || low < 0xdc00 || low > 0xdfff {
				return fmt.Errorf("byte %d: half of a surrogate pair", i)
			}
			i += 6
		case 0xdc00 <= unit && unit < 0xe000:
			return fmt.Errorf("byte %d: half of a surrogate pair", i)
		}
	}
	return nil
}

// escaped returns the number in "uXXXX", at which text starts, or −1.
func escaped(text []byte) int64 {
	if len(text) < 5 || text[0] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[1:5]), 16, 16)
	if err != nil {
		return -1
	}
	return int64(unit)
}

// A parser reads a header that is valid JSON, token by token, since package json would let keys pass that are there twice.
type parser struct {
	dec *json.Decoder
}

// token returns the next token. The text was checked, so that there is one.
func (p *parser) token() json.Token {
	t, err := p.dec.Token()
	if err != nil {
		panic("safetensors: token of valid JSON: " + err.Error())
	}
	return t
}

// open reads the start of an object or array.
func (p *parser) open(delim json.Delim) error {
	if t := p.token(); t != delim {
		return fmt.Errorf("%v, want %q", t, delim)
	}
	return nil
}

// header reads the names, their tensors and the metadata.
func (p *parser) header(f *File) error {
	if err := p.open('{'); err != nil {
		return err
	}
	seen := false
	for p.dec.More() {
		name := p.token().(string)
		if name == metadataKey {
			if seen {
				return fmt.Errorf("%q is there twice", name)
			}
			seen = true
			var err error
			if f.metadata, err = p.metadata(); err != nil {
				return fmt.Errorf("%q: %w", name, err)
			}
			continue
		}
		if _, ok := f.index[name]; ok {
			return fmt.Errorf("tensor %q is there twice", name)
		}
		info, err := p.tensor()
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		info.Name = name
		f.index[name] = len(f.tensors)
		f.tensors = append(f.tensors, info)
	}
	return nil
}

// metadata reads an object of strings, or null.
func (p *parser) metadata() (map[string]string, error) {
	switch t := p.token(); t {
	case nil:
		return nil, nil
	case json.Delim('{'):
	default:
		return nil, fmt.Errorf("%v, want an object of strings", t)
	}
	m := map[string]string{}
	for p.dec.More() {
		key := p.token().(string)
		if _, ok := m[key]; ok {
			return nil, fmt.Errorf("%q is there twice", key)
		}
		value, ok := p.token().(string)
		if !ok {
			return nil, fmt.Errorf("the value of %q is no string", key)
		}
		m[key] = value
	}
	p.token()
	return m, nil
}

// tensor reads the description of one tensor. Its Offset counts from the start of the data. What it has beside is passed over.
func (p *parser) tensor() (info Info, err error) {
	if err := p.open('{'); err != nil {
		return info, err
	}
	seen := map[string]bool{}
	for p.dec.More() {
		key := p.token().(string)
		if seen[key] {
			return info, fmt.Errorf("%q is there twice", key)
		}
		switch key {
		case "dtype":
			info.DType, err = p.dtype()
		case "shape":
			info.Shape, err = p.shape()
		case "data_offsets":
			info.Offset, info.Size, err = p.offsets()
		default:
			p.skip()
			continue
		}
		if err != nil {
			return info, fmt.Errorf("%q: %w", key, err)
		}
		seen[key] = true
	}
	p.token()
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return info, fmt.Errorf("%q is missing", key)
		}
	}
	return info, nil
}

func (p *parser) dtype() (DType, error) {
	t := p.token()
	s, ok := t.(string)
	if d := DType(s); ok && d.Bits() > 0 {
		return d, nil
	}
	return "", fmt.Errorf("unknown type %v", t)
}

func (p *parser) shape() ([]int, error) {
	numbers, err := p.numbers(math.MaxInt)
	if err != nil {
		return nil, err
	}
	shape := make([]int, len(numbers))
	for i, d := range numbers {
		shape[i] = int(d)
	}
	return shape, nil
}

// offsets reads where the data starts and ends, and returns its start and size.
func (p *parser) offsets() (start, size int64, err error) {
	numbers, err := p.numbers(math.MaxInt64)
	switch {
	case err != nil:
		return 0, 0, err
	case len(numbers) != 2:
		return 0, 0, fmt.Errorf("%d numbers, want 2", len(numbers))
	case numbers[1] < numbers[0]:
		return 0, 0, fmt.Errorf("the data ends at byte %d, before its start at %d", numbers[1], numbers[0])
	}
	return numbers[0], numbers[1] - numbers[0], nil
}

// numbers reads an array of integers from 0 to most.
func (p *parser) numbers(most uint64) ([]int64, error) {
	if err := p.open('['); err != nil {
		return nil, err
	}
	var all []int64
	for p.dec.More() {
		t := p.token()
		number, ok := t.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%v, want an integer", t)
		}
		x, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil || x > most {
			return nil, fmt.Errorf("%v, want an integer from 0 to %d", number, most)
		}
		all = append(all, int64(x))
	}
	p.token()
	return all, nil
}

// skip reads a value of any kind.
func (p *parser) skip() {
	for depth := 0; ; {
		switch p.token() {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return
		}
	}
}

// arrange sorts the tensors by their data and checks that these follow each other without a gap, and have the size of their shapes.
func (f *File) arrange() error {
	slices.SortStableFunc(f.tensors, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Size, b.Size))
	})
	end := int64(0)
	for i := range f.tensors {
		t := &f.tensors[i]
		if t.Offset != end {
			return fmt.Errorf("tensor %q starts at byte %d of the data, want %d, where the one before it ends", t.Name, t.Offset, end)
		}
		size, err := dataSize(t.DType, t.Shape)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if size != t.Size {
			return fmt.Errorf("tensor %q has %d bytes, but %s in shape %v is %d", t.Name, t.Size, t.DType, t.Shape, size)
		}
		end += size
		if end > math.MaxInt64-f.start {
			return fmt.Errorf("tensor %q ends beyond any file", t.Name)
		}
		t.Offset += f.start
		f.index[t.Name] = i
	}
	return nil
}

// dataSize returns the bytes of a tensor. Its product of the dimensions is from the first to the last and must not overflow on the way.
func dataSize(d DType, shape []int) (int64, error) {
	n := int64(1)
	for _, dim := range append(shape[:len(shape):len(shape)], d.Bits()) {
		if dim < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if dim > 0 && n > math.MaxInt64/int64(dim) {
			return 0, fmt.Errorf("shape %v has too many elements", shape)
		}
		n *= int64(dim)
	}
	if n%8 != 0 {
		return 0, fmt.Errorf("%s in shape %v ends within a byte", d, shape)
	}
	return n / 8, nil
}
