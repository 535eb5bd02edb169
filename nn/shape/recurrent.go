package shape

// Shortest returns the number of steps that all sequences of a batch have: the least of lengths, or steps, where lengths is nil. It panics
// with an *[Error] unless there is a length for each sequence, and none is negative or larger than steps.
func Shortest(op string, lengths []int, batch, steps int) int {
	if lengths == nil {
		return steps
	}
	shortest := steps
	ok := len(lengths) == batch
	for _, n := range lengths {
		ok = ok && 0 <= n && n <= steps
		shortest = min(shortest, n)
	}
	Check(ok, op+" lengths", lengths, []int{batch, steps})
	return shortest
}

// Length returns how many steps sequence i has: lengths[i], or steps, where lengths is nil.
func Length(lengths []int, i, steps int) int {
	if lengths == nil {
		return steps
	}
	return lengths[i]
}

// Recurrent panics with an *[Error] unless a recurrent layer with so many gates has weights u, inputs × gates·hidden, for what it is given
// and v, hidden × gates·hidden, for its states, and states are batch × hidden.
func Recurrent(op string, gates int, u, v []int, batch int, states ...[]int) {
	Check(len(u) == 2 && len(v) == 2 && u[1] == v[1] && v[1] == gates*v[0], op+" weights", v, u)
	for _, s := range states {
		Check(len(s) == 2 && s[0] == batch && s[1] == v[0], op+" state", s, []int{batch, v[0]})
	}
}
