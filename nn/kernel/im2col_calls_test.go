package kernel_test

import "github.com/godiff/godiff/nn/kernel"

// The functions here call each kernel of convolutions and of channels.

//godiff:vjp
//godiff:vjp wrt=y,x name=convAddVJPx
//godiff:vjp wrt=y,w name=convAddVJPw
//godiff:vjp wrt=y name=convAddVJPy
//godiff:jvp
func convAdd[T kernel.Float](y, x, w []T, n int, g kernel.Conv) { kernel.ConvAdd(y, x, w, n, g) }

//godiff:vjp
//godiff:vjp wrt=x,y name=convTransposedAddVJPy
//godiff:vjp wrt=x,w name=convTransposedAddVJPw
//godiff:vjp wrt=x name=convTransposedAddVJPx
//godiff:jvp
func convTransposedAdd[T kernel.Float](x, y, w []T, n int, g kernel.Conv) {
	kernel.ConvTransposedAdd(x, y, w, n, g)
}

//godiff:vjp
//godiff:vjp wrt=w,x name=convWeightsAddVJPx
//godiff:vjp wrt=w,y name=convWeightsAddVJPy
//godiff:vjp wrt=w name=convWeightsAddVJPw
//godiff:jvp
func convWeightsAdd[T kernel.Float](w, x, y []T, n int, g kernel.Conv) {
	kernel.ConvWeightsAdd(w, x, y, n, g)
}

// convLoss is the sum of the squares of a convolution.
//
//godiff:hvp wrt=x,w
func convLoss[T kernel.Float](x, w []T, n int, g kernel.Conv) (sum T) {
	out := g.OutSize()
	y := make([]T, n*g.Out*out[0]*out[1])
	kernel.ConvAdd(y, x, w, n, g)
	for _, v := range y {
		sum += v * v
	}
	return sum
}

//godiff:vjp
//godiff:vjp wrt=dst name=addChannelsVJPdst
//godiff:jvp
func addChannels[T kernel.Float](dst, x []T, m, channels, n int) {
	kernel.AddChannels(dst, x, m, channels, n)
}

//godiff:vjp
//godiff:vjp wrt=dst name=sumChannelsVJPdst
//godiff:jvp
func sumChannels[T kernel.Float](dst, x []T, m, channels, n int) {
	kernel.SumChannels(dst, x, m, channels, n)
}

//godiff:vjp
//godiff:vjp wrt=dst,x name=mulChannelsAddVJPx
//godiff:vjp wrt=dst,s name=mulChannelsAddVJPs
//godiff:vjp wrt=dst name=mulChannelsAddVJPdst
//godiff:jvp
func mulChannelsAdd[T kernel.Float](dst, x, s []T, m, channels, n int) {
	kernel.MulChannelsAdd(dst, x, s, m, channels, n)
}

//godiff:vjp
//godiff:vjp wrt=dst,x name=dotChannelsVJPx
//godiff:vjp wrt=dst,y name=dotChannelsVJPy
//godiff:vjp wrt=dst name=dotChannelsVJPdst
//godiff:jvp
func dotChannels[T kernel.Float](dst, x, y []T, m, channels, n int) {
	kernel.DotChannels(dst, x, y, m, channels, n)
}
