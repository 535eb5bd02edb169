package nn

// A Space lends memory to tensors, so that the steps of a training run use the same memory again and again. The zero value and nil are
// ready for use: nil lends new memory each time. A Space may not be used by several goroutines at once.
type Space struct {
	free map[lot][]any
	lent []loan
}

// A lot is what slices of one length and element have in common.
type lot struct {
	n    int
	elem any // a zero
}

type loan struct {
	lot  lot
	data any
}

// Reset takes back all that has been lent. Tensors that have been made in s must not be used any more: what is lent next lies where they
// do.
func (s *Space) Reset() {
	for _, l := range s.lent {
		s.free[l.lot] = append(s.free[l.lot], l.data)
	}
	clear(s.lent)
	s.lent = s.lent[:0]
}

// lend returns n zeros.
func lend[T any](s *Space, n int) []T {
	if s == nil {
		return make([]T, n)
	}
	var zero T
	key := lot{n, zero}
	list := s.free[key]
	if len(list) == 0 {
		if s.free == nil {
			s.free = map[lot][]any{}
		}
		list = append(list, make([]T, n))
		s.free[key] = list
	}
	last := list[len(list)-1]
	s.free[key] = list[:len(list)-1]
	s.lent = append(s.lent, loan{key, last})
	data, _ := last.([]T)
	clear(data)
	return data
}
