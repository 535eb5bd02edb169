package bench

import "math"

// A Body moves on a line: its position, velocity and mass.
type Body struct{ X, V, M float64 }

func force(x, m float64) float64 { return -m * x / (1 + x*x) }

// Flight integrates b for n steps of length h and returns its energy.
//
//godiff:valuegrad wrt=b
func Flight(b *Body, h float64, n int) float64 {
	for i := 0; i < n; i++ {
		b.V += h * force(b.X, b.M) / b.M
		b.X += h * b.V
	}
	return b.M * b.V * b.V / 2
}

// A State is a point in the phase space of the Lorenz system, or a velocity there.
type State struct{ X, Y, Z float64 }

// add returns s + h·v.
func (s State) add(h float64, v State) State {
	return State{s.X + h*v.X, s.Y + h*v.Y, s.Z + h*v.Z}
}

// Lorenz holds the parameters of the Lorenz system.
type Lorenz struct{ Sigma, Rho, Beta float64 }

// velocity returns the time derivative of s.
func (l Lorenz) velocity(s State) State {
	return State{l.Sigma * (s.Y - s.X), s.X*(l.Rho-s.Z) - s.Y, s.X*s.Y - l.Beta*s.Z}
}

// Integrate follows s for n steps of length h by the classical Runge-Kutta method of fourth order and returns how far
// from the origin it is in the end.
//
//godiff:valuegrad wrt=l,s
func (l Lorenz) Integrate(s State, h float64, n int) float64 {
	for i := 0; i < n; i++ {
		k1 := l.velocity(s)
		k2 := l.velocity(s.add(h/2, k1))
		k3 := l.velocity(s.add(h/2, k2))
		k4 := l.velocity(s.add(h, k3))
		s = s.add(h/6, k1).add(h/3, k2).add(h/3, k3).add(h/6, k4)
	}
	return math.Sqrt(s.X*s.X + s.Y*s.Y + s.Z*s.Z)
}
