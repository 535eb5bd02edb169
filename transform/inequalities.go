package transform

// Linear inequalities over integers, to show that two indices are never the same.

// A form is a linear form: a sum of unknowns, each with a factor, and a number, whose factor is that of unknown 0.
type form map[int]int64

func (f form) plus(g form, factor int64) form {
	sum := form{}
	for x, c := range f {
		sum[x] = c
	}
	for x, c := range g {
		if sum[x] += factor * c; sum[x] == 0 {
			delete(sum, x)
		}
	}
	return sum
}

// A system is a list of forms, all of which are at least zero.
type system []form

const (
	maxForms  = 200     // a system with more is not looked at
	maxFactor = 1 << 30 // nor one with larger factors
)

// equal adds that a form is zero.
func (s *system) equal(f form) { *s = append(*s, f, form{}.plus(f, -1)) }

// contradicts reports whether no integers satisfy the system. It eliminates one unknown after the other (Fourier and Motzkin), with
// what divides all factors of a form taken out and the number in it rounded down; where it gives up it says no.
func (s system) contradicts() bool {
	for {
		var rest system
		for _, f := range s {
			f = f.tight()
			if len(f) == 0 || len(f) == 1 && f[0] > 0 {
				continue
			}
			if len(f) == 1 && f[0] < 0 {
				return true
			}
			for _, c := range f {
				if c > maxFactor || c < -maxFactor {
					return false
				}
			}
			rest = append(rest, f)
		}
		x := rest.cheapest()
		if x == 0 || len(rest) > maxForms {
			return false
		}
		s = rest.eliminate(x)
	}
}

// tight divides a form by what divides all factors, and rounds the number in it down.
func (f form) tight() form {
	var d int64
	for x, c := range f {
		if x != 0 {
			d = gcd(d, c)
		}
	}
	if d <= 1 {
		return f
	}
	g := form{}
	for x, c := range f {
		q := c / d
		if c%d != 0 && c < 0 {
			q--
		}
		if q != 0 {
			g[x] = q
		}
	}
	return g
}

func gcd(a, b int64) int64 {
	if b < 0 {
		b = -b
	}
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// cheapest returns the unknown whose elimination makes the fewest forms, or 0 if there is none.
func (s system) cheapest() int {
	above, below := map[int]int{}, map[int]int{}
	for _, f := range s {
		for x, c := range f {
			switch {
			case x == 0:
			case c > 0:
				above[x]++
				below[x] += 0
			default:
				below[x]++
				above[x] += 0
			}
		}
	}
	best, least := 0, 0
	for x, n := range above {
		if made := n*below[x] - n - below[x]; best == 0 || made < least || made == least && x < best {
			best, least = x, made
		}
	}
	return best
}

// eliminate returns what the system says without x.
func (s system) eliminate(x int) system {
	var out, above, below system
	for _, f := range s {
		switch c := f[x]; {
		case c > 0:
			above = append(above, f)
		case c < 0:
			below = append(below, f)
		default:
			out = append(out, f)
		}
	}
	for _, f := range above {
		for _, g := range below {
			sum := form{}.plus(f, -g[x])
			out = append(out, sum.plus(g, f[x]))
		}
	}
	return out
}
