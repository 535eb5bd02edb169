package kernel

// ReLU sets dst to max(x, 0) for every element x of src: −0 for −0, NaN for NaN. It panics if the lengths differ. dst may be src but not
// overlap it otherwise; its derivative needs that it shares no memory with src.
func ReLU[T Float](dst, src []T) {
	checkTwo("ReLU", "dst", len(dst), "src", len(src))
	if !accelerated {
		each(dst, src, reluPlain[T])
		return
	}
	for i, n := 0, 0; i < len(src); i += n {
		if n = min(piece, len(src)-i); is32[T]() {
			relu32(n, at32(&dst[i]), at32(&src[i]))
		} else {
			relu64(n, at64(&dst[i]), at64(&src[i]))
		}
	}
}

func reluPlain[T Float](x T) T {
	if x < 0 {
		return 0
	}
	return x
}

// ReLUAdjoint: 0 for x < 0, else 1.
//
//godiff:derivative of=ReLU writes=dst
func ReLUAdjoint[T Float](dst, src, ddst, dsrc []T) {
	apart("ReLU", ddst, dsrc)
	reluAdjoint(src, ddst, dsrc)
}

func reluAdjoint[T Float](x, ddst, dsrc []T) {
	if !accelerated {
		for i, v := range x {
			if !(v < 0) {
				dsrc[i] += ddst[i]
			}
			ddst[i] = 0
		}
		return
	}
	for i, n := 0, 0; i < len(x); i += n {
		if n = min(piece, len(x)-i); is32[T]() {
			reluAdjoint32(n, at32(&dsrc[i]), at32(&ddst[i]), at32(&x[i]))
		} else {
			reluAdjoint64(n, at64(&dsrc[i]), at64(&ddst[i]), at64(&x[i]))
		}
	}
}

// ReLUTangent is the forward rule of ReLU.
//
//godiff:derivative of=ReLU mode=jvp
func ReLUTangent[T Float](dst, src, ddst, dsrc []T) {
	for i, x := range src {
		if ddst[i] = dsrc[i]; x < 0 {
			ddst[i] = 0
		}
	}
	ReLU(dst, src)
}

// ReLUAdjointTangent is the forward rule of reluAdjoint.
//
//godiff:derivative of=reluAdjoint mode=jvp writes=ddst,dsrc
func ReLUAdjointTangent[T Float](x, ddst, dsrc, tx, tddst, tdsrc []T) {
	for i, v := range x {
		if !(v < 0) {
			dsrc[i] += ddst[i]
			tdsrc[i] += tddst[i]
		}
		ddst[i], tddst[i] = 0, 0
	}
}
