package promises

// A counter counts what a function does, so that it can be known beforehand whether it ends soon.
type counter struct{ left int }

// TooLong is what [Step] and [Size] panic with.
type TooLong struct{}

// limit is how many steps a function may make, and how long what it makes may be.
const limit = 20000

var count counter // of the one function that is counted at a time

// Step counts an iteration of a loop, or the call of a function.
func Step() {
	if count.left--; count.left < 0 {
		panic(TooLong{})
	}
}

// Size returns n, the size of what is made.
func Size[N int | int8 | int16 | int32 | int64 | uint | uint8 | uint16 | uint32 | uint64 | uintptr](n N) N {
	if n > 0 && uint64(n) > limit {
		panic(TooLong{})
	}
	return n
}

// ends reports whether a call ends soon.
func ends(fn any, c *call) bool {
	count.left = limit
	o := run(fn, c.args(fn), len(c.args(fn)))
	return o.panics != "promises.TooLong {}"
}
