package a

import "math"

//godiff:vjp
func F(tmp float64, xs []float64) float64 {
	{
		if tmp > 300 {
			panic("UNLUCKY")
		}
		if f := math.Sin(tmp); f > 1 {
		} else {
			xs[1] -= f
		}
	}
	tmp += xs[1]
	return 1
}
