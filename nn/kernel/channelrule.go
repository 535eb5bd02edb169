package kernel

// The rules of functions over channels, which are linear in each argument: their derivatives are each other.

// AddChannelsAdjoint: dst += x, for each channel.
//
//godiff:derivative of=AddChannels writes=dst
func AddChannelsAdjoint[T Float](dst, x []T, m, channels, n int, ddst, dx []T) {
	SumChannels(dx, ddst, m, channels, n)
}

// AddChannelsAdjointDst is [AddChannelsAdjoint] for dst.
//
//godiff:derivative of=AddChannels wrt=dst
func AddChannelsAdjointDst[T Float](dst, x []T, m, channels, n int, ddst []T) {}

// AddChannelsTangent is the forward rule of AddChannels.
//
//godiff:derivative of=AddChannels mode=jvp
func AddChannelsTangent[T Float](dst, x []T, m, channels, n int, ddst, dx []T) {
	AddChannels(ddst, dx, m, channels, n)
	AddChannels(dst, x, m, channels, n)
}

// SumChannelsAdjoint: dst += Σ x, for each channel.
//
//godiff:derivative of=SumChannels writes=dst
func SumChannelsAdjoint[T Float](dst, x []T, m, channels, n int, ddst, dx []T) {
	AddChannels(dx, ddst, m, channels, n)
}

// SumChannelsAdjointDst is [SumChannelsAdjoint] for dst.
//
//godiff:derivative of=SumChannels wrt=dst
func SumChannelsAdjointDst[T Float](dst, x []T, m, channels, n int, ddst []T) {}

// SumChannelsTangent is the forward rule of SumChannels.
//
//godiff:derivative of=SumChannels mode=jvp
func SumChannelsTangent[T Float](dst, x []T, m, channels, n int, ddst, dx []T) {
	SumChannels(ddst, dx, m, channels, n)
	SumChannels(dst, x, m, channels, n)
}

// MulChannelsAddAdjoint: dst += s·x, for each channel.
//
//godiff:derivative of=MulChannelsAdd writes=dst
func MulChannelsAddAdjoint[T Float](dst, x, s []T, m, channels, n int, ddst, dx, ds []T) {
	MulChannelsAdd(dx, ddst, s, m, channels, n)
	DotChannels(ds, ddst, x, m, channels, n)
}

// MulChannelsAddAdjointX is [MulChannelsAddAdjoint] for dst and x.
//
//godiff:derivative of=MulChannelsAdd wrt=dst,x
func MulChannelsAddAdjointX[T Float](dst, x, s []T, m, channels, n int, ddst, dx []T) {
	MulChannelsAdd(dx, ddst, s, m, channels, n)
}

// MulChannelsAddAdjointS is [MulChannelsAddAdjoint] for dst and s.
//
//godiff:derivative of=MulChannelsAdd wrt=dst,s
func MulChannelsAddAdjointS[T Float](dst, x, s []T, m, channels, n int, ddst, ds []T) {
	DotChannels(ds, ddst, x, m, channels, n)
}

// MulChannelsAddAdjointDst is [MulChannelsAddAdjoint] for dst.
//
//godiff:derivative of=MulChannelsAdd wrt=dst
func MulChannelsAddAdjointDst[T Float](dst, x, s []T, m, channels, n int, ddst []T) {}

// MulChannelsAddTangent is the forward rule of MulChannelsAdd.
//
//godiff:derivative of=MulChannelsAdd mode=jvp
func MulChannelsAddTangent[T Float](dst, x, s []T, m, channels, n int, ddst, dx, ds []T) {
	MulChannelsAdd(ddst, dx, s, m, channels, n)
	MulChannelsAdd(ddst, x, ds, m, channels, n)
	MulChannelsAdd(dst, x, s, m, channels, n)
}

// DotChannelsAdjoint: dst += Σ x·y, for each channel.
//
//godiff:derivative of=DotChannels writes=dst
func DotChannelsAdjoint[T Float](dst, x, y []T, m, channels, n int, ddst, dx, dy []T) {
	MulChannelsAdd(dx, y, ddst, m, channels, n)
	MulChannelsAdd(dy, x, ddst, m, channels, n)
}

// DotChannelsAdjointX is [DotChannelsAdjoint] for dst and x.
//
//godiff:derivative of=DotChannels wrt=dst,x
func DotChannelsAdjointX[T Float](dst, x, y []T, m, channels, n int, ddst, dx []T) {
	MulChannelsAdd(dx, y, ddst, m, channels, n)
}

// DotChannelsAdjointY is [DotChannelsAdjoint] for dst and y.
//
//godiff:derivative of=DotChannels wrt=dst,y
func DotChannelsAdjointY[T Float](dst, x, y []T, m, channels, n int, ddst, dy []T) {
	MulChannelsAdd(dy, x, ddst, m, channels, n)
}

// DotChannelsAdjointDst is [DotChannelsAdjoint] for dst.
//
//godiff:derivative of=DotChannels wrt=dst
func DotChannelsAdjointDst[T Float](dst, x, y []T, m, channels, n int, ddst []T) {}

// DotChannelsTangent is the forward rule of DotChannels.
//
//godiff:derivative of=DotChannels mode=jvp
func DotChannelsTangent[T Float](dst, x, y []T, m, channels, n int, ddst, dx, dy []T) {
	DotChannels(ddst, dx, y, m, channels, n)
	DotChannels(ddst, x, dy, m, channels, n)
	DotChannels(dst, x, y, m, channels, n)
}
