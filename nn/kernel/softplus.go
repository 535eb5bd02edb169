package kernel

import "math"

// Softplus sets dst to ln(1+e^x) for every element x of src, which overflows for no finite x and loses no digits far below zero. It is
// computed as max(x, 0) + ln(1+e^−|x|). Its error is less than 2 ulp. See [Exp]. Its derivative needs that dst shares no
// memory with src.
func Softplus[T Float](dst, src []T) {
	checkTwo("Softplus", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, softplusPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			softplus32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			softplus64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

func softplusPlain[T Float](x T) T {
	return T(max(float64(x), 0) + math.Log1p(math.Exp(-math.Abs(float64(x)))))
}

// stretch is how many elements a rule that needs memory of its own does at a time.
const stretch = 256

// SoftplusAdjoint: softplus′ x = 1/(1+e^−x).
//
//godiff:derivative of=Softplus writes=dst
func SoftplusAdjoint[T Float](dst, src, ddst, dsrc []T) {
	apart("Softplus", ddst, dsrc)
	var ps [stretch]T
	for i, n := 0, 0; i < len(src); i += n {
		n = min(stretch, len(src)-i)
		p := ps[:n]
		Sigmoid(p, src[i:i+n])
		MulAdd(dsrc[i:i+n], ddst[i:i+n], p)
	}
	clear(ddst)
}

// SoftplusTangent is the forward rule of Softplus.
//
//godiff:derivative of=Softplus mode=jvp
func SoftplusTangent[T Float](dst, src, ddst, dsrc []T) {
	Softplus(dst, src)
	Sigmoid(ddst, src)
	Mul(ddst, ddst, dsrc)
}
