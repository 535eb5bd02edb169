package kernel

import "math"

// ExpBelow sets dst to e^x − 1 for every element x < 0 of src, and to 0 for x ≥ 0: what an exponential linear unit is beside ReLU. Near zero
// it loses no digits. Its error is less than 1 ulp. See [Exp]. Its derivative, e^x and 0, needs that dst shares no memory with src.
func ExpBelow[T Float](dst, src []T) {
	checkTwo("ExpBelow", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, expBelowPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			expBelow32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			expBelow64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

func expBelowPlain[T Float](x T) T {
	if x >= 0 {
		return 0
	}
	return T(math.Expm1(float64(x)))
}

// expBelowSlope is its derivative.
func expBelowSlope[T Float](x T) T {
	if x >= 0 {
		return 0
	}
	return T(math.Exp(float64(x)))
}

// ExpBelowAdjoint: e^x for x < 0, else 0. DLMF 4.7.7.
//
//godiff:derivative of=ExpBelow writes=dst
func ExpBelowAdjoint[T Float](dst, src, ddst, dsrc []T) {
	apart("ExpBelow", ddst, dsrc)
	expBelowAdjoint(src, ddst, dsrc)
}

func expBelowAdjoint[T Float](x, ddst, dsrc []T) {
	if !accelerated {
		for i, v := range x {
			if !(v >= 0) {
				dsrc[i] += ddst[i] * expBelowSlope(v)
			}
			ddst[i] = 0
		}
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			expBelowAdjoint32(n, at32(&dsrc[i]), at32(&ddst[i]), at32(&x[i]))
		} else {
			expBelowAdjoint64(n, at64(&dsrc[i]), at64(&ddst[i]), at64(&x[i]))
		}
	}
}

// ExpBelowTangent is the forward rule of ExpBelow.
//
//godiff:derivative of=ExpBelow mode=jvp
func ExpBelowTangent[T Float](dst, src, ddst, dsrc []T) {
	for i, x := range src {
		ddst[i] = dsrc[i] * expBelowSlope(x)
	}
	ExpBelow(dst, src)
}

// ExpBelowAdjointTangent is the forward rule of expBelowAdjoint.
//
//godiff:derivative of=expBelowAdjoint mode=jvp writes=ddst,dsrc
func ExpBelowAdjointTangent[T Float](x, ddst, dsrc, tx, tddst, tdsrc []T) {
	adjointTangent(x, ddst, dsrc, tx, tddst, tdsrc, func(x T) (p, dp T) { return expBelowSlope(x), expBelowSlope(x) })
}
