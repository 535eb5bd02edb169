package bench

import "math"

// The derivatives as one writes them by hand.

func iterateByHand(a float64, n int) (y, da float64) {
	as := make([]float64, max(n, 0))
	for i := range as {
		as[i] = a
		a *= math.Sin(a)
	}
	da = 1
	for i := len(as) - 1; i >= 0; i-- {
		sin, cos := math.Sincos(as[i])
		da *= sin + as[i]*cos
	}
	return a, da
}

func escapeByHand(z, c, r float64, max int) (y, dz, dc float64) {
	var zs []float64
	for range max {
		if z > r {
			n := float64(len(zs) + 1)
			y, dz = math.Log(z)/n, 1/(z*n)
			break
		}
		zs = append(zs, z)
		if z < 0 {
			z = c - z
		} else {
			z = z*z + c
		}
	}
	for i := len(zs) - 1; i >= 0; i-- {
		dc += dz
		if zs[i] < 0 {
			dz = -dz
		} else {
			dz *= 2 * zs[i]
		}
	}
	return y, dz, dc
}

func rosenbrockByHand(x []float64) (y float64, dx []float64) {
	dx = make([]float64, len(x))
	for i := 0; i < len(x)-1; i++ {
		a, b := x[i+1]-x[i]*x[i], 1-x[i]
		y += 100*a*a + b*b
		dx[i+1] += 200 * a
		dx[i] -= 400*a*x[i] + 2*b
	}
	return y, dx
}

func logisticByHand(w []float64, b float64, x [][]float64, y []float64) (loss float64, dw []float64, db float64) {
	dw = make([]float64, len(w))
	n := float64(len(x))
	for i, row := range x {
		z := b
		for j, v := range row {
			z += w[j] * v
		}
		ez := math.Exp(z)
		loss += math.Log1p(ez) - y[i]*z
		dz := (ez/(1+ez) - y[i]) / n
		for j, v := range row {
			dw[j] += dz * v
		}
		db += dz
	}
	return loss / n, dw, db
}

func hornerByHand(c []float64, x float64) (y float64, dc []float64, dx float64) {
	dc = make([]float64, len(c))
	for _, a := range c {
		dx = dx*x + y
		y = y*x + a
	}
	power := 1.0
	for i := len(c) - 1; i >= 0; i-- {
		dc[i] = power
		power *= x
	}
	return y, dc, dx
}
