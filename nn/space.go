package nn

import "math/bits"

// A Space lends memory to tensors, so that the steps of a training run use the same memory again and again. The zero value and nil are
// ready for use: nil lends new memory each time. A Space may not be used by several goroutines at once.
type Space struct {
	shelves map[lot]*shelf
	lent    *loan // the last
}

// A lot is what slices of one capacity and element have in common.
type lot struct {
	n    int
	elem any // a zero
}

// A shelf has the slices of a lot that are not lent.
type shelf struct{ top *loan }

// A loan is a slice, lent or on its shelf. These are lists, for godiff asks of memory that is appended to whether there is room in shadows.
type loan struct {
	data  any
	shelf *shelf
	next  *loan // that was lent before, or lies below on the shelf
}

// Reset takes back all that has been lent. Tensors that have been made in s must not be used any more: what is lent next lies where they
// do.
func (s *Space) Reset() {
	for l := s.lent; l != nil; {
		next := l.next
		l.next, l.shelf.top = l.shelf.top, l
		l = next
	}
	s.lent = nil
}

// lend returns n zeros.
func lend[T any](s *Space, n int) []T {
	if s == nil {
		return make([]T, n)
	}
	var zero T
	key := lot{roomy(n), zero}
	from := s.shelves[key]
	if from == nil {
		if s.shelves == nil {
			s.shelves = map[lot]*shelf{}
		}
		from = new(shelf)
		s.shelves[key] = from
	}
	l := from.top
	if l == nil {
		l = &loan{data: make([]T, key.n), shelf: from}
	} else {
		from.top = l.next
	}
	l.next, s.lent = s.lent, l
	data, _ := l.data.([]T)
	data = data[:n:n]
	clear(data)
	return data
}

// roomy returns the capacity of slices that n elements are lent in: n with all but its first three binary digits rounded up to zeros. There
// are four between one power of two and the next, so that batches and sequences of many lengths use the same memory.
func roomy(n int) int {
	low := max(0, bits.Len(uint(n))-3)
	return (n + 1<<low - 1) >> low << low
}
