//go:build !amd64

package kernel

// accelerated says whether there is assembly; the functions below, which it would be, are not called.
const accelerated = false

func tile32(rows int, cols int, k int, a *float32, rsa int, csa int, b *float32, ldb int, c *float32, ldc int, alpha float32, add bool) {
	panic("kernel: no assembly")
}
func transpose32(k int, dst *float32, stride int, src *float32, ld int) { panic("kernel: no assembly") }
func transposeSix32(k int, dst *float32, stride int, src *float32, ld int) {
	panic("kernel: no assembly")
}
func copyRows32(k int, dst *float32, src *float32, ld int)         { panic("kernel: no assembly") }
func axpy32(n int, alpha float32, x *float32, y *float32)          { panic("kernel: no assembly") }
func scale32(n int, alpha float32, dst *float32, x *float32)       { panic("kernel: no assembly") }
func add32(n int, dst *float32, x *float32, y *float32)            { panic("kernel: no assembly") }
func sub32(n int, dst *float32, x *float32, y *float32)            { panic("kernel: no assembly") }
func mul32(n int, dst *float32, x *float32, y *float32)            { panic("kernel: no assembly") }
func mulAdd32(n int, dst *float32, x *float32, y *float32)         { panic("kernel: no assembly") }
func dot32(n int, x *float32, y *float32) float32                  { panic("kernel: no assembly") }
func sum32(n int, x *float32) float32                              { panic("kernel: no assembly") }
func exp32(n int, dst *float32, src *float32)                      { panic("kernel: no assembly") }
func log32(n int, dst *float32, src *float32)                      { panic("kernel: no assembly") }
func tanh32(n int, dst *float32, src *float32)                     { panic("kernel: no assembly") }
func sigmoid32(n int, dst *float32, src *float32)                  { panic("kernel: no assembly") }
func expAdjoint32(n int, dx *float32, dy *float32, y *float32)     { panic("kernel: no assembly") }
func tanhAdjoint32(n int, dx *float32, dy *float32, y *float32)    { panic("kernel: no assembly") }
func sigmoidAdjoint32(n int, dx *float32, dy *float32, y *float32) { panic("kernel: no assembly") }
func tile64(rows int, cols int, k int, a *float64, rsa int, csa int, b *float64, ldb int, c *float64, ldc int, alpha float64, add bool) {
	panic("kernel: no assembly")
}
func transpose64(k int, dst *float64, stride int, src *float64, ld int) { panic("kernel: no assembly") }
func transposeSix64(k int, dst *float64, stride int, src *float64, ld int) {
	panic("kernel: no assembly")
}
func copyRows64(k int, dst *float64, src *float64, ld int)         { panic("kernel: no assembly") }
func axpy64(n int, alpha float64, x *float64, y *float64)          { panic("kernel: no assembly") }
func scale64(n int, alpha float64, dst *float64, x *float64)       { panic("kernel: no assembly") }
func add64(n int, dst *float64, x *float64, y *float64)            { panic("kernel: no assembly") }
func sub64(n int, dst *float64, x *float64, y *float64)            { panic("kernel: no assembly") }
func mul64(n int, dst *float64, x *float64, y *float64)            { panic("kernel: no assembly") }
func mulAdd64(n int, dst *float64, x *float64, y *float64)         { panic("kernel: no assembly") }
func dot64(n int, x *float64, y *float64) float64                  { panic("kernel: no assembly") }
func sum64(n int, x *float64) float64                              { panic("kernel: no assembly") }
func exp64(n int, dst *float64, src *float64)                      { panic("kernel: no assembly") }
func log64(n int, dst *float64, src *float64)                      { panic("kernel: no assembly") }
func tanh64(n int, dst *float64, src *float64)                     { panic("kernel: no assembly") }
func sigmoid64(n int, dst *float64, src *float64)                  { panic("kernel: no assembly") }
func expAdjoint64(n int, dx *float64, dy *float64, y *float64)     { panic("kernel: no assembly") }
func tanhAdjoint64(n int, dx *float64, dy *float64, y *float64)    { panic("kernel: no assembly") }
func sigmoidAdjoint64(n int, dx *float64, dy *float64, y *float64) { panic("kernel: no assembly") }

func dots32(n int, dst *float32, a *float32, ld int, x *float32) { panic("kernel: no assembly") }

func dots64(n int, dst *float64, a *float64, ld int, x *float64) { panic("kernel: no assembly") }

func largest32(n int, x *float32) float32 { panic("kernel: no assembly") }

func largest64(n int, x *float64) float64 { panic("kernel: no assembly") }

func adapt32(n int, params, grad, mean, square *float32, c *float32) { panic("kernel: no assembly") }

func adapt64(n int, params, grad, mean, square *float64, c *float64) { panic("kernel: no assembly") }

func affine32(n int, alpha float32, beta float32, dst *float32, x *float32) {
	panic("kernel: no assembly")
}

func affine64(n int, alpha float64, beta float64, dst *float64, x *float64) {
	panic("kernel: no assembly")
}
