package main

import "math/rand/v2"

// carts is how many there are, on a rail between two walls.
const carts = 4

// A row has a number for each cart, between those of the walls.
type row [carts + 2]float64

// masses are those of the carts, in kg.
var masses = row{0, 1, 1.5, 0.8, 1.2, 0}

const (
	instant = 0.005 // a step of the simulation, in seconds
	every   = 20    // instants from one measurement to the next
)

// Springs hold the carts: one lies between each and the next, and between the outer ones and the walls.
type Springs struct {
	Stiffness [carts + 1]float64 // from left to right, in N/m
	Damping   float64            // the friction of a cart by its velocity, in N·s/m
}

// Misfit returns the mean square of the differences between where the carts are in a simulation and where they have been seen, in cm². They
// are let go at the places of start; the rows of seen are their places after each tenth of a second.
//
//godiff:valuegrad wrt=s
func (s *Springs) Misfit(start row, seen []row) float64 {
	x := s.motion(start, every*len(seen))
	sum := 0.0
	for j, places := range seen {
		for i, place := range places {
			d := x[every*(j+1)][i] - place
			sum += d * d
		}
	}
	return sum / float64(carts*len(seen))
}

// motion returns how far the carts are to the right of where the springs leave them at rest, in cm, at the start and after each of so many
// instants, by the semi-implicit Euler method.
func (s *Springs) motion(start row, instants int) []row {
	x, v := make([]row, instants+1), make([]row, instants+1)
	x[0] = start
	for t := range instants {
		for i := 1; i <= carts; i++ {
			force := s.Stiffness[i-1]*(x[t][i-1]-x[t][i]) + s.Stiffness[i]*(x[t][i+1]-x[t][i]) - s.Damping*v[t][i]
			v[t+1][i] = v[t][i] + instant*force/masses[i]
			x[t+1][i] = x[t][i] + instant*v[t+1][i]
		}
	}
	return x
}

// fit learns what the springs are like from where the carts have been seen: so many steps of gradient descent with momentum, from s, in
// place. Before each of them, and after the last, report is given how many were taken, and the misfit.
func (s *Springs) fit(start row, seen []row, steps int, report func(step int, misfit float64)) {
	const rate, momentum = 0.05, 0.9
	var speed Springs
	for step := range steps {
		misfit, ds := s.MisfitValueGrad(start, seen)
		report(step, misfit)
		for i := range s.Stiffness {
			speed.Stiffness[i] = momentum*speed.Stiffness[i] - rate*ds.Stiffness[i]
			s.Stiffness[i] += speed.Stiffness[i]
		}
		speed.Damping = momentum*speed.Damping - rate*ds.Damping
		s.Damping += speed.Damping
	}
	report(steps, s.Misfit(start, seen))
}

// see returns n measurements of the carts' places, with errors of a given standard deviation.
func (s *Springs) see(start row, n int, deviation float64, rng *rand.Rand) []row {
	x := s.motion(start, every*n)
	seen := make([]row, n)
	for j := range seen {
		seen[j] = x[every*(j+1)]
		for i := 1; i <= carts; i++ {
			seen[j][i] += deviation * rng.NormFloat64()
		}
	}
	return seen
}
