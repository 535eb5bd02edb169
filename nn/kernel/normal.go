package kernel

import "math"

// NormalCDF sets dst to Φ(x), the probability that a standard normal deviate is at most x, for every element x of src: (1+erf(x/√2))/2.
// Its error is less than 3 ulp in float32, far below zero and subnormal results included, and that of [math.Erfc] in float64. See [Exp].
// Its derivative needs that dst shares no memory with src.
func NormalCDF[T Float](dst, src []T) {
	checkTwo("NormalCDF", "dst", len(dst), "src", len(src))
	if !accelerated || !is32[T]() {
		each(dst, src, normalCDFPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		n = min(piece, len(src)-i)
		normalCDF32(n, at32(&dst[i]), at32(&src[i]))
	}
}

func normalCDFPlain[T Float](x T) T { return T(math.Erfc(-float64(x)/math.Sqrt2) / 2) }

// density is exp(−x²/2)/√(2π). The exponential is corrected for what is lost in its argument.
func density[T Float](x T) T {
	a := min(math.Abs(float64(x)), 39) // that of 39 is 0
	half := a * a / 2
	lost := math.FMA(a/2, a, -half)
	return T(math.Exp(-half) * (1 - lost) / (math.Sqrt2 * math.SqrtPi))
}

// NormalCDFAdjoint: Φ′ x = exp(−x²/2)/√(2π).
//
//godiff:derivative of=NormalCDF writes=dst
func NormalCDFAdjoint[T Float](dst, src, ddst, dsrc []T) {
	apart("NormalCDF", ddst, dsrc)
	normalAdjoint(src, ddst, dsrc)
}

func normalAdjoint[T Float](x, ddst, dsrc []T) {
	if !accelerated {
		adjoint(x, ddst, dsrc, density[T])
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			normalAdjoint32(n, at32(&dsrc[i]), at32(&ddst[i]), at32(&x[i]))
		} else {
			normalAdjoint64(n, at64(&dsrc[i]), at64(&ddst[i]), at64(&x[i]))
		}
	}
}

// NormalCDFTangent is the forward rule of NormalCDF.
//
//godiff:derivative of=NormalCDF mode=jvp
func NormalCDFTangent[T Float](dst, src, ddst, dsrc []T) {
	for i, x := range src {
		ddst[i] = dsrc[i] * density(x)
	}
	NormalCDF(dst, src)
}

// NormalAdjointTangent is the forward rule of normalAdjoint.
//
//godiff:derivative of=normalAdjoint mode=jvp writes=ddst,dsrc
func NormalAdjointTangent[T Float](x, ddst, dsrc, tx, tddst, tdsrc []T) {
	adjointTangent(x, ddst, dsrc, tx, tddst, tdsrc, func(x T) (p, dp T) { return density(x), -x * density(x) })
}
