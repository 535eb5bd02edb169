package bench

import "math"

func fByHand(x float64) (y, dx float64) {
	if x > 0 {
		return x * x, 2 * x
	}
	return -x, -1
}

// iterateByHand goes forward: one number leads to one number.
func iterateByHand(a float64, n int) (y, da float64) {
	da = 1
	for range n {
		sin, cos := math.Sincos(a)
		da *= sin + a*cos
		a *= sin
	}
	return a, da
}

// escapeByHand goes forward with the derivatives of z by its start and by c.
func escapeByHand(z, c, r float64, max int) (y, dz, dc float64) {
	dz = 1
	for i := range max {
		if z > r {
			n := float64(i + 1)
			dlog := 1 / (z * n)
			return math.Log(z) / n, dz * dlog, dc * dlog
		}
		if z < 0 {
			z = c - z
			dz = -dz
			dc = 1 - dc
			continue
		}
		dz *= 2 * z
		dc = 2*z*dc + 1
		z = z*z + c
	}
	return 0, 0, 0
}

// hornerByHand goes forward for x; the derivative by a coefficient is a power of x.
func hornerByHand(c []float64, x float64) (y float64, dc []float64, dx float64) {
	dc = make([]float64, len(c))
	power := 1.0
	for i, a := range c {
		dx = dx*x + y
		y = y*x + a
		dc[len(dc)-1-i] = power
		power *= x
	}
	return y, dc, dx
}
