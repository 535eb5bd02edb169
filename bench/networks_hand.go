package bench

import "math"

func (m *Network) lossByHand(x [][]float64, labels []int) (y float64, dm *Network) {
	dm = &Network{W1: likeMatrix(m.W1), B1: make([]float64, len(m.B1)), W2: likeMatrix(m.W2), B2: make([]float64, len(m.B2))}
	h, dh, z := make([]float64, len(m.B1)), make([]float64, len(m.B1)), make([]float64, len(m.B2))
	n := float64(len(x))
	for i, row := range x {
		for i, b := range m.B1 {
			h[i] = math.Tanh(dot(m.W1[i], row) + b)
		}
		for i, b := range m.B2 {
			z[i] = dot(m.W2[i], h) + b
		}
		right := z[labels[i]]
		y += softmax(z, z) - right

		z[labels[i]]-- // z are now n times their own adjoints
		clear(dh)
		for i, p := range z {
			dz := p / n
			dm.B2[i] += dz
			addProduct(dm.W2[i], dz, h)
			addProduct(dh, dz, m.W2[i])
		}
		for i, v := range h {
			dz := dh[i] * (1 - v*v)
			dm.B1[i] += dz
			addProduct(dm.W1[i], dz, row)
		}
	}
	return y / n, dm
}

// addProduct adds a·x to y.
func addProduct(y []float64, a float64, x []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += a * v
	}
}

// A gates holds what one step of an LSTM does in one hidden unit.
type gates struct {
	in, forget, out, candidate float64
	c, tanh                    float64 // the new cell state and its hyperbolic tangent
}

func (m *LSTM) lossByHand(x [][]float64, y []float64) (loss float64, dm *LSTM) {
	n := len(m.V)
	past := make([]gates, len(x)*n)
	hs := make([]float64, (len(x)+1)*n) // the hidden state before each step, and after the last
	z := make([]float64, 4*n)
	errors := make([]float64, len(x))
	cells := make([]float64, n)
	for t, row := range x {
		h, next := hs[t*n:(t+1)*n], hs[(t+1)*n:(t+2)*n]
		for i, b := range m.B {
			z[i] = b + dot(m.Wx[i], row) + dot(m.Wh[i], h)
		}
		for j, c := range cells {
			g := gates{in: sigmoid(z[j]), forget: sigmoid(z[n+j]), out: sigmoid(z[2*n+j]), candidate: math.Tanh(z[3*n+j])}
			g.c = g.forget*c + g.in*g.candidate
			g.tanh = math.Tanh(g.c)
			past[t*n+j] = g
			cells[j] = g.c
			next[j] = g.out * g.tanh
		}
		e := dot(m.V, next) - y[t]
		loss += e * e
		errors[t] = e
	}

	dm = &LSTM{Wx: likeMatrix(m.Wx), Wh: likeMatrix(m.Wh), B: make([]float64, 4*n), V: make([]float64, n)}
	dh, dc, dz := make([]float64, n), make([]float64, n), z
	for t := len(x) - 1; t >= 0; t-- {
		de := 2 * errors[t] / float64(len(x))
		addProduct(dm.V, de, hs[(t+1)*n:(t+2)*n])
		addProduct(dh, de, m.V)
		for j, g := range past[t*n : (t+1)*n] {
			before := 0.0
			if t > 0 {
				before = past[(t-1)*n+j].c
			}
			d := dc[j] + dh[j]*g.out*(1-g.tanh*g.tanh)
			dz[j] = d * g.candidate * g.in * (1 - g.in)
			dz[n+j] = d * before * g.forget * (1 - g.forget)
			dz[2*n+j] = dh[j] * g.tanh * g.out * (1 - g.out)
			dz[3*n+j] = d * g.in * (1 - g.candidate*g.candidate)
			dc[j] = d * g.forget
		}
		clear(dh)
		for i, d := range dz {
			dm.B[i] += d
			addProduct(dm.Wx[i], d, x[t])
			addProduct(dm.Wh[i], d, hs[t*n:(t+1)*n])
			addProduct(dh, d, m.Wh[i])
		}
	}
	return loss / float64(len(x)), dm
}
