package kernel

import "math"

// stretch is how many elements a function that needs memory of its own does at a time.
const stretch = 256

// Softplus sets dst to ln(1+e^x) for every element x of src, which overflows for no finite x and loses no digits far below zero. It is
// computed as max(x, 0) + ln(1+e^−|x|). Its error is less than 4 ulp in both formats. It panics if the lengths differ; the slices may not
// overlap. NaN gives NaN, −Inf 0.
func Softplus[T Float](dst, src []T) {
	checkTwo("Softplus", "dst", len(dst), "src", len(src))
	var es, logs [stretch]T
	for i, n := 0, 0; i < len(src); i += n {
		n = min(stretch, len(src)-i)
		x, y, e, log := src[i:i+n], dst[i:i+n], es[:n], logs[:n]
		for k, v := range x {
			e[k] = T(-math.Abs(float64(v)))
		}
		Exp(e, e)
		for k, v := range e {
			y[k] = 1 + v
		}
		Log(log, y)
		for k, v := range e {
			// The logarithm is that of y, which is 1+v rounded: it is to y−1 as ln(1+v) to v, nearly.
			if u := y[k] - 1; u > 0 {
				v *= log[k] / u
			}
			y[k] = max(x[k], 0) + v
		}
	}
}

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
