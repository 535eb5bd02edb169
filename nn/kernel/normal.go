package kernel

import "math"

// NormalCDF sets dst to Φ(x), the probability that a standard normal deviate is at most x, for every element x of src: (1+erf(x/√2))/2.
// Its error is less than 1 ulp in float32, far below zero and subnormal results included, and that of [math.Erfc] in float64. It panics
// if the lengths differ; the slices may not overlap. NaN gives NaN.
//
// In float32 Φ(−a) is t·exp(P(t)−a²/2) for a ≥ 0, with t = 1/(1+0.3a) and a polynomial P of degree 10 that interpolates at the nodes of
// Chebyshev's polynomial; the relative error of this is 9e-9.
func NormalCDF[T Float](dst, src []T) {
	checkTwo("NormalCDF", "dst", len(dst), "src", len(src))
	if !is32[T]() {
		for i, x := range src {
			dst[i] = T(math.Erfc(-float64(x)/math.Sqrt2) / 2)
		}
		return
	}
	var args, factors [stretch]float64
	for i, n := 0, 0; i < len(src); i += n {
		n = min(stretch, len(src)-i)
		x, y, arg, factor := src[i:i+n], dst[i:i+n], args[:n], factors[:n]
		for k, v := range x {
			a := math.Abs(float64(v))
			t := 1 / (1 + 0.3*a)
			factor[k], arg[k] = t, normalTail(t)-a*a/2
		}
		Exp(arg, arg)
		for k, e := range arg {
			p := T(factor[k] * e)
			if x[k] > 0 {
				p = T(1 - factor[k]*e)
			}
			y[k] = p
		}
	}
}

// normalTail is P of [NormalCDF].
func normalTail(t float64) float64 {
	p := 0.1222698322778
	p = p*t - 0.5819179368252
	p = p*t + 0.9688355794533
	p = p*t - 0.479577884812
	p = p*t - 0.2897374490603
	p = p*t + 0.2771746390901
	p = p*t - 0.2048548766633
	p = p*t + 0.2184911928145
	p = p*t + 0.3979050461585
	p = p*t + 1.001228810575
	p = p*t - 2.122964124802
	return p
}

// NormalCDFAdjoint: Φ′ x = exp(−x²/2)/√(2π).
//
//godiff:derivative of=NormalCDF writes=dst
func NormalCDFAdjoint[T Float](dst, src, ddst, dsrc []T) {
	apart("NormalCDF", ddst, dsrc)
	var ps [stretch]T
	for i, n := 0, 0; i < len(src); i += n {
		n = min(stretch, len(src)-i)
		p := ps[:n]
		normalDensity(p, src[i:i+n])
		MulAdd(dsrc[i:i+n], ddst[i:i+n], p)
	}
	clear(ddst)
}

// NormalCDFTangent is the forward rule of NormalCDF.
//
//godiff:derivative of=NormalCDF mode=jvp
func NormalCDFTangent[T Float](dst, src, ddst, dsrc []T) {
	NormalCDF(dst, src)
	for i, x := range src {
		ddst[i] = dsrc[i] * T(math.Exp(-float64(x)*float64(x)/2)/(math.Sqrt2*math.SqrtPi))
	}
}

// normalDensity sets dst to the density of standard normal deviates.
func normalDensity[T Float](dst, src []T) {
	for i, x := range src {
		dst[i] = -x * x / 2
	}
	Exp(dst, dst)
	Scale(dst, 1/(math.Sqrt2*math.SqrtPi), dst)
}
