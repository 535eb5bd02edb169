package bench

import "math"

// flightByHand goes forward with the derivatives of position and velocity by those at the start. The mass has no part in
// the flight: force is proportional to it.
func flightByHand(b *Body, h float64, n int) (y float64, db *Body) {
	xx, xv, vx, vv := 1.0, 0.0, 0.0, 1.0 // xv is the derivative of X by V at the start
	for range n {
		q := 1 / (1 + b.X*b.X)
		slope := h * q * (1 - 2*q) // h times the derivative of force / M by X
		b.V += h * force(b.X, b.M) / b.M
		b.X += h * b.V
		vx += slope * xx
		vv += slope * xv
		xx += h * vx
		xv += h * vv
	}
	dv := b.M * b.V
	return b.M * b.V * b.V / 2, &Body{X: dv * vx, V: dv * vv, M: b.V * b.V / 2}
}

// integrateByHand remembers where each step evaluates the velocity.
func (l Lorenz) integrateByHand(s State, h float64, n int) (y float64, dl Lorenz, ds State) {
	stages := make([][4]State, max(n, 0))
	for i := range stages {
		at := &stages[i]
		at[0] = s
		k1 := l.velocity(s)
		at[1] = s.add(h/2, k1)
		k2 := l.velocity(at[1])
		at[2] = s.add(h/2, k2)
		k3 := l.velocity(at[2])
		at[3] = s.add(h, k3)
		k4 := l.velocity(at[3])
		s = s.add(h/6, k1).add(h/3, k2).add(h/3, k3).add(h/6, k4)
	}
	y = math.Sqrt(s.X*s.X + s.Y*s.Y + s.Z*s.Z)

	ds = State{s.X / y, s.Y / y, s.Z / y}
	for i := len(stages) - 1; i >= 0; i-- {
		at := &stages[i]
		third, sixth := State{}.add(h/3, ds), State{}.add(h/6, ds)
		d4 := l.velocityBack(at[3], sixth, &dl)
		d3 := l.velocityBack(at[2], third.add(h, d4), &dl)
		d2 := l.velocityBack(at[1], third.add(h/2, d3), &dl)
		d1 := l.velocityBack(at[0], sixth.add(h/2, d2), &dl)
		ds = State{ds.X + d1.X + d2.X + d3.X + d4.X, ds.Y + d1.Y + d2.Y + d3.Y + d4.Y, ds.Z + d1.Z + d2.Z + d3.Z + d4.Z}
	}
	return y, dl, ds
}

// velocityBack returns the adjoint of s, given that of the velocity there, and adds to that of l.
func (l Lorenz) velocityBack(s, dv State, dl *Lorenz) State {
	dl.Sigma += dv.X * (s.Y - s.X)
	dl.Rho += dv.Y * s.X
	dl.Beta -= dv.Z * s.Z
	return State{
		X: dv.Y*(l.Rho-s.Z) + dv.Z*s.Y - dv.X*l.Sigma,
		Y: dv.X*l.Sigma - dv.Y + dv.Z*s.X,
		Z: -dv.Y*s.X - dv.Z*l.Beta,
	}
}
