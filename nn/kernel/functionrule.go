package kernel

// The rules of functions of one number are in terms of the results y, so that dst may be src, but for that of Log. They are kernels too;
// what they compute is said by adjoint.

// adjoint adds ddst·p(y) to dsrc, which may be ddst, and clears ddst.
func adjoint[T Float](y, ddst, dsrc []T, p func(y T) T) {
	ddst, dsrc = within(ddst, 0, len(y)), within(dsrc, 0, len(y))
	for i, v := range y {
		g := ddst[i] * p(v)
		ddst[i] = 0
		dsrc[i] += g
	}
}

// adjointTangent is the forward mode of adjoint, for p and its derivative.
func adjointTangent[T Float](y, ddst, dsrc, ty, tddst, tdsrc []T, p func(y T) (p, dp T)) {
	for i, v := range y {
		p, dp := p(v)
		g, tg := ddst[i]*p, tddst[i]*p+ddst[i]*dp*ty[i]
		ddst[i], tddst[i] = 0, 0
		dsrc[i] += g
		tdsrc[i] += tg
	}
}

// ExpAdjoint: exp′ x = y. DLMF 4.7.7.
//
//godiff:derivative of=Exp writes=dst
func ExpAdjoint[T Float](dst, src, ddst, dsrc []T) { expAdjoint(dst, ddst, dsrc) }

func expAdjoint[T Float](y, ddst, dsrc []T) {
	if !accelerated {
		adjoint(y, ddst, dsrc, func(y T) T { return y })
		return
	}
	for i, n := 0, 0; i < len(y); i += n {
		if n = min(piece, len(y)-i); is32[T]() {
			expAdjoint32(n, at32(&dsrc[i]), at32(&ddst[i]), at32(&y[i]))
		} else {
			expAdjoint64(n, at64(&dsrc[i]), at64(&ddst[i]), at64(&y[i]))
		}
	}
}

// ExpTangent is the forward rule of Exp.
//
//godiff:derivative of=Exp mode=jvp
func ExpTangent[T Float](dst, src, ddst, dsrc []T) {
	Exp(dst, src)
	Mul(ddst, dsrc, dst)
}

// ExpAdjointTangent is the forward rule of expAdjoint.
//
//godiff:derivative of=expAdjoint mode=jvp writes=ddst,dsrc
func ExpAdjointTangent[T Float](y, ddst, dsrc, ty, tddst, tdsrc []T) {
	adjointTangent(y, ddst, dsrc, ty, tddst, tdsrc, func(y T) (p, dp T) { return y, 1 })
}

// TanhAdjoint: tanh′ x = 1 − y². DLMF 4.34.3.
//
//godiff:derivative of=Tanh writes=dst
func TanhAdjoint[T Float](dst, src, ddst, dsrc []T) { tanhAdjoint(dst, ddst, dsrc) }

func tanhAdjoint[T Float](y, ddst, dsrc []T) {
	if !accelerated {
		adjoint(y, ddst, dsrc, func(y T) T { return 1 - y*y })
		return
	}
	for i, n := 0, 0; i < len(y); i += n {
		if n = min(piece, len(y)-i); is32[T]() {
			tanhAdjoint32(n, at32(&dsrc[i]), at32(&ddst[i]), at32(&y[i]))
		} else {
			tanhAdjoint64(n, at64(&dsrc[i]), at64(&ddst[i]), at64(&y[i]))
		}
	}
}

// TanhTangent is the forward rule of Tanh.
//
//godiff:derivative of=Tanh mode=jvp
func TanhTangent[T Float](dst, src, ddst, dsrc []T) {
	Tanh(dst, src)
	for i, y := range dst {
		ddst[i] = dsrc[i] * (1 - y*y)
	}
}

// TanhAdjointTangent is the forward rule of tanhAdjoint.
//
//godiff:derivative of=tanhAdjoint mode=jvp writes=ddst,dsrc
func TanhAdjointTangent[T Float](y, ddst, dsrc, ty, tddst, tdsrc []T) {
	adjointTangent(y, ddst, dsrc, ty, tddst, tdsrc, func(y T) (p, dp T) { return 1 - y*y, -2 * y })
}

// SigmoidAdjoint: y′ = y(1−y), since y = (1 + tanh(x/2))/2. DLMF 4.34.3.
//
//godiff:derivative of=Sigmoid writes=dst
func SigmoidAdjoint[T Float](dst, src, ddst, dsrc []T) { sigmoidAdjoint(dst, ddst, dsrc) }

func sigmoidAdjoint[T Float](y, ddst, dsrc []T) {
	if !accelerated {
		adjoint(y, ddst, dsrc, func(y T) T { return y * (1 - y) })
		return
	}
	for i, n := 0, 0; i < len(y); i += n {
		if n = min(piece, len(y)-i); is32[T]() {
			sigmoidAdjoint32(n, at32(&dsrc[i]), at32(&ddst[i]), at32(&y[i]))
		} else {
			sigmoidAdjoint64(n, at64(&dsrc[i]), at64(&ddst[i]), at64(&y[i]))
		}
	}
}

// SigmoidTangent is the forward rule of Sigmoid.
//
//godiff:derivative of=Sigmoid mode=jvp
func SigmoidTangent[T Float](dst, src, ddst, dsrc []T) {
	Sigmoid(dst, src)
	for i, y := range dst {
		ddst[i] = dsrc[i] * (y * (1 - y))
	}
}

// SigmoidAdjointTangent is the forward rule of sigmoidAdjoint.
//
//godiff:derivative of=sigmoidAdjoint mode=jvp writes=ddst,dsrc
func SigmoidAdjointTangent[T Float](y, ddst, dsrc, ty, tddst, tdsrc []T) {
	adjointTangent(y, ddst, dsrc, ty, tddst, tdsrc, func(y T) (p, dp T) { return y * (1 - y), 1 - 2*y })
}

// LogAdjoint: ln′ x = 1/x. DLMF 4.7.1.
//
//godiff:derivative of=Log writes=dst
func LogAdjoint[T Float](dst, src, ddst, dsrc []T) {
	apart("Log", ddst, dsrc)
	for i, x := range src {
		dsrc[i] += ddst[i] / x
		ddst[i] = 0
	}
}

// LogTangent is the forward rule of Log.
//
//godiff:derivative of=Log mode=jvp
func LogTangent[T Float](dst, src, ddst, dsrc []T) {
	for i, x := range src {
		ddst[i] = dsrc[i] / x
	}
	Log(dst, src)
}
