package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parseHeader reads the Python dictionary of a header. It must have the keys descr, fortran_order and shape, each once, and no other.
func parseHeader(text string) (h Header, err error) {
	p := parser{text: text}
	if err := p.header(&h); err != nil {
		return Header{}, fmt.Errorf("byte %d of the header: %w", p.pos, err)
	}
	return h, nil
}

// A parser reads as much of Python's literals as headers have.
type parser struct {
	text string
	pos  int // of the byte that is read next
}

func (p *parser) header(h *Header) error {
	if err := p.expect('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for !p.accept('}') {
		key, err := p.str()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("key %q is there twice", key)
		}
		seen[key] = true
		if err := p.expect(':'); err != nil {
			return err
		}
		if err := p.value(h, key); err != nil {
			return err
		}
		if p.accept(',') {
			continue
		}
		if err := p.expect('}'); err != nil {
			return err
		}
		break
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return fmt.Errorf("key %q is missing", key)
		}
	}
	if p.peek() != 0 || p.pos < len(p.text) {
		return errors.New("more than a dictionary")
	}
	return nil
}

// value reads what belongs to a key.
func (p *parser) value(h *Header, key string) (err error) {
	switch key {
	case "descr":
		h.Type, err = p.descr()
	case "fortran_order":
		h.Fortran, err = p.boolean()
	case "shape":
		h.Shape, err = p.shape()
	default:
		err = fmt.Errorf("unknown key %q", key)
	}
	return err
}

// peek returns the next byte that is not blank, 0 at the end.
func (p *parser) peek() byte {
	for p.pos < len(p.text) {
		if c := p.text[p.pos]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		p.pos++
	}
	return 0
}

// accept reads the byte c if it is the next one, and reports whether it was.
func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.pos++
	return true
}

func (p *parser) expect(c byte) error {
	if p.accept(c) {
		return nil
	}
	return fmt.Errorf("%s, want %q", p.found(), c)
}

// found names the next byte.
func (p *parser) found() string {
	if p.peek(); p.pos == len(p.text) {
		return "end of the header"
	}
	return strconv.Quote(p.text[p.pos : p.pos+1])
}

// str reads a string in either kind of quotes. An escape is in no header that could be read here.
func (p *parser) str() (string, error) {
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", fmt.Errorf("%s, want a string", p.found())
	}
	rest := p.text[p.pos+1:]
	n := strings.IndexByte(rest, quote)
	if n < 0 || strings.Contains(rest[:n], "\\") {
		return "", errors.New("a string without end or with a backslash")
	}
	p.pos += n + 2
	return rest[:n], nil
}

// descr reads an element type: byte order, kind and size.
func (p *parser) descr() (string, error) {
	if p.peek() == '[' {
		return "", errors.New("elements are records, which are not read")
	}
	at := p.pos
	s, err := p.str()
	if err != nil {
		return "", err
	}
	if len(s) < 3 || !strings.Contains("<>|", s[:1]) || s[0] == '|' && strings.Contains("iuf", s[1:2]) && s[2:] != "1" {
		p.pos = at
		return "", fmt.Errorf("element type %q, want a byte order, a kind and a size, such as \"<f4\"", s)
	}
	return s, nil
}

func (p *parser) boolean() (bool, error) {
	p.peek()
	switch rest := p.text[p.pos:]; {
	case strings.HasPrefix(rest, "True"):
		p.pos += len("True")
		return true, nil
	case strings.HasPrefix(rest, "False"):
		p.pos += len("False")
		return false, nil
	}
	return false, fmt.Errorf("%s, want True or False", p.found())
}

// shape reads a tuple of integers. One alone is followed by a comma.
func (p *parser) shape() ([]int, error) {
	if err := p.expect('('); err != nil {
		return nil, err
	}
	shape := []int{}
	for !p.accept(')') {
		d, err := p.integer()
		if err != nil {
			return nil, err
		}
		shape = append(shape, d)
		if p.accept(',') {
			continue
		}
		if len(shape) == 1 {
			return nil, fmt.Errorf("%s, want a comma after the only dimension", p.found())
		}
		if err := p.expect(')'); err != nil {
			return nil, err
		}
		break
	}
	return shape, nil
}

// integer reads an integer that is not negative. Python 2 wrote an L after some.
func (p *parser) integer() (int, error) {
	p.peek()
	rest := p.text[p.pos:]
	n := 0
	for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
		n++
	}
	d, err := strconv.ParseUint(rest[:n], 10, 64)
	switch {
	case n == 0:
		return 0, fmt.Errorf("%s, want a dimension", p.found())
	case err != nil || d > math.MaxInt:
		return 0, fmt.Errorf("dimension %s is too large", rest[:n])
	case n > 1 && rest[0] == '0':
		return 0, fmt.Errorf("dimension %s has leading zeros", rest[:n])
	}
	p.pos += n
	if strings.HasPrefix(rest[n:], "L") {
		p.pos++
	}
	return int(d), nil
}

// appendHeader appends the start of a file of version 1, to the elements. As NumPy does it, blanks and a newline make it a multiple
// of 64 bytes, so that elements in a mapped file are aligned.
func appendHeader(b []byte, descr string, shape []int) ([]byte, error) {
	var dims strings.Builder
	for i, d := range shape {
		if i > 0 {
			dims.WriteByte(' ')
		}
		fmt.Fprintf(&dims, "%d,", d)
	}
	tuple := dims.String()
	if len(shape) > 1 {
		tuple = strings.TrimSuffix(tuple, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	start := len(magic) + 4
	text += strings.Repeat(" ", (64-(start+len(text)+1)%64)%64) + "\n"
	if len(text) > maxHeader {
		return nil, fmt.Errorf("%d dimensions do not fit a header", len(shape))
	}
	b = append(b, magic+"\x01\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	return append(b, text...), nil
}
