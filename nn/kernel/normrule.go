package kernel

// NormalizeAdjoint: with r = 1/√(v+ε) and N elements y of a channel, what these get of the adjoints ȳ is r(ȳ − Σȳ/N − yΣyȳ/N), what they get
// of the mean's is μ̄/N, and of the variance's 2v̄y/(rN), with v̄ − r̄r³/2 for v̄. (Ioffe and Szegedy, section 3.)
//
//godiff:derivative of=Normalize wrt=dst,mean,variance,inverse,x writes=dst,mean,variance,inverse
func NormalizeAdjoint[T Float](dst, mean, variance, inverse, x []T, m, channels, n int, epsilon float64, ddst, dmean, dvariance, dinverse, dx []T) {
	// What is the same for all elements of a channel is gathered in dmean, what is to be multiplied by y in dvariance; both lack a factor.
	for c, r := range inverse {
		dvariance[c] = -2 / (r * r) * (dvariance[c] - dinverse[c]*r*r*r/2)
		dmean[c] = -dmean[c] / r
		dinverse[c] = 0
	}
	factor := -1 / T(m*n)
	if n == 1 {
		normalizeColumnsAdjoint(dst, inverse, m, channels, factor, ddst, dmean, dvariance, dx)
	} else {
		for c, r := range inverse {
			dmean[c], dvariance[c] = normalizeChannelAdjoint(dst, r, m, channels, n, c, factor, ddst, dmean[c], dvariance[c], dx)
		}
	}
	clear(ddst)
	clear(dmean)
	clear(dvariance)
}

// normalizeChannelAdjoint is for channel c.
func normalizeChannelAdjoint[T Float](y []T, r T, m, channels, n, c int, factor T, dy []T, same, slope T, dx []T) (T, T) {
	sum, products := float64(same), float64(slope)
	for i := range m {
		from := (i*channels + c) * n
		d := dy[from : from+n]
		sum += float64(Sum(d))
		products += float64(Dot(d, y[from:from+n]))
	}
	same = T(sum) * factor * r
	slope = T(products) * factor * r
	for i := range m {
		from := (i*channels + c) * n
		d, to := dy[from:from+n], dx[from:from+n]
		affine(d, r, d, same)
		Add(to, to, d)
		Axpy(slope, y[from:from+n], to)
	}
	return same, slope
}

// normalizeColumnsAdjoint is for channels that are columns.
func normalizeColumnsAdjoint[T Float](y, r []T, m, channels int, factor T, dy, same, slope, dx []T) {
	SumRows(same, dy, m, channels)
	DotChannels(slope, dy, y, m, channels, 1)
	for c, v := range r {
		same[c] *= factor * v
		slope[c] *= factor * v
	}
	for i := range m {
		to := dx[i*channels : (i+1)*channels]
		Add(to, to, same)
		MulAdd(to, dy[i*channels:(i+1)*channels], r)
		MulAdd(to, y[i*channels:(i+1)*channels], slope)
	}
}

// NormalizeTangent is the forward rule of Normalize.
//
//godiff:derivative of=Normalize mode=jvp
func NormalizeTangent[T Float](dst, mean, variance, inverse, x []T, m, channels, n int, epsilon float64, ddst, dmean, dvariance, dinverse, dx []T, depsilon float64) {
	Normalize(dst, mean, variance, inverse, x, m, channels, n, epsilon)
	clear(dmean)
	SumChannels(dmean, dx, m, channels, n)
	clear(dvariance)
	DotChannels(dvariance, dst, dx, m, channels, n)
	for c, r := range inverse {
		dmean[c] /= T(m * n)
		dvariance[c] *= 2 / (r * T(m*n))
		dinverse[c] = -(dvariance[c] + T(depsilon)) * r * r * r / 2
	}
	for i, y := range dst {
		c := i / n % channels
		ddst[i] = inverse[c]*(dx[i]-dmean[c]) + y*dinverse[c]/inverse[c]
	}
}

// ScaleShiftAdjoint: dst = scale·x + shift, for each channel.
//
//godiff:derivative of=ScaleShift writes=dst
func ScaleShiftAdjoint[T Float](dst, x, scale, shift []T, m, channels, n int, ddst, dx, dscale, dshift []T) {
	MulChannelsAdd(dx, ddst, scale, m, channels, n)
	ScaleShiftAdjointParams(dst, x, scale, shift, m, channels, n, ddst, dscale, dshift)
}

// ScaleShiftAdjointX is [ScaleShiftAdjoint] for dst and x.
//
//godiff:derivative of=ScaleShift wrt=dst,x
func ScaleShiftAdjointX[T Float](dst, x, scale, shift []T, m, channels, n int, ddst, dx []T) {
	MulChannelsAdd(dx, ddst, scale, m, channels, n)
	clear(ddst)
}

// ScaleShiftAdjointParams is [ScaleShiftAdjoint] for dst, scale and shift.
//
//godiff:derivative of=ScaleShift wrt=dst,scale,shift
func ScaleShiftAdjointParams[T Float](dst, x, scale, shift []T, m, channels, n int, ddst, dscale, dshift []T) {
	DotChannels(dscale, ddst, x, m, channels, n)
	SumChannels(dshift, ddst, m, channels, n)
	clear(ddst)
}

// ScaleShiftTangent is the forward rule of ScaleShift.
//
//godiff:derivative of=ScaleShift mode=jvp
func ScaleShiftTangent[T Float](dst, x, scale, shift []T, m, channels, n int, ddst, dx, dscale, dshift []T) {
	ScaleShift(ddst, dx, scale, dshift, m, channels, n)
	MulChannelsAdd(ddst, x, dscale, m, channels, n)
	ScaleShift(dst, x, scale, shift, m, channels, n)
}
