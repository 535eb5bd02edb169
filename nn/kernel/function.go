package kernel

// Exp sets dst to e^x for every element x of src. It is 0 and infinite where e^x is too small and too large.
//
// Of this and the functions below: they panic if the lengths differ, and dst may be src but not overlap it otherwise. The result for an
// element depends on that alone, not on where it stands. NaN gives NaN. Errors are in units in the last place of the exact value, ulp, and
// hold for both formats, subnormal results included. That of Exp is less than 1 ulp in assembly, and 1.5 ulp
// without it, as that of math.Exp is.
func Exp[T Float](dst, src []T) {
	checkTwo("Exp", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, expPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			exp32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			exp64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

// Log sets dst to the natural logarithm of every element of src: −Inf for 0 and −0, NaN for what is less. Its error is less than 1 ulp.
// See [Exp]. Its derivative needs that dst shares no memory with src.
func Log[T Float](dst, src []T) {
	checkTwo("Log", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, logPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			log32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			log64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

// Tanh sets dst to the hyperbolic tangent of every element of src: −0 for −0, ±1 for ±Inf. Its error is less than 2.5 ulp.
// See [Exp].
func Tanh[T Float](dst, src []T) {
	checkTwo("Tanh", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, tanhPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			tanh32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			tanh64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

// Sigmoid sets dst to 1/(1+e^−x), the logistic function, for every element x of src. Far below zero it loses no digits. Its error is less
// than 2.5 ulp. See [Exp].
func Sigmoid[T Float](dst, src []T) {
	checkTwo("Sigmoid", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, sigmoidPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			sigmoid32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			sigmoid64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

func each[T Float](dst, src []T, f func(T) T) {
	dst = within(dst, 0, len(src))
	for i, x := range src {
		dst[i] = f(x)
	}
}
