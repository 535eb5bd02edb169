package main

import "math"

// The room has a floor at height 0 and a wall. Lengths are in metres, times in seconds.
const (
	gravity     = 9.81
	drag        = 0.03 // the air slows the ball down by drag·speed²
	floorBounce = 0.85 // the share of its speed towards the floor with which the ball leaves it
	wallBounce  = 0.8
	wall        = 6.0
	hand        = 1.5 // the height from which the ball is thrown, at 0 to the right

	flight = 2.2
	ticks  = 2200
	tick   = flight / ticks
)

// A vec is a place or a velocity: to the right and up.
type vec struct{ x, y float64 }

// A ball has a place and a velocity.
type ball struct{ x, y, vx, vy float64 }

// Miss returns the square of the distance of a ball from the target at the end of its flight, if it is thrown with velocity v.
//
//godiff:valuegrad wrt=v
func Miss(v, target vec) float64 {
	b := ball{0, hand, v.x, v.y}
	for range ticks {
		b = b.step()
	}
	right, up := b.x-target.x, b.y-target.y
	return right*right + up*up
}

// step returns the ball a tick later, by the semi-implicit Euler method. If it is then below the floor, or in the wall, it has been there
// for the time late, and is put where it is if it has bounced before that.
func (b ball) step() (next ball) {
	slow := drag * math.Sqrt(b.vx*b.vx+b.vy*b.vy)
	vx := b.vx - tick*slow*b.vx
	vy := b.vy - tick*(slow*b.vy+gravity)
	x := b.x + tick*vx
	y := b.y + tick*vy
	if y < 0 {
		late := y / vy
		vy = -floorBounce*(vy+gravity*late) - gravity*late
		y = late * vy
	}
	if x > wall {
		late := (x - wall) / vx
		vx = -wallBounce * vx
		x = wall + late*vx
	}
	return ball{x, y, vx, vy}
}

// aim learns to hit the target: gradient descent from the throw v, until the ball is within a millimetre of the target or too many throws
// have been tried. It returns them all.
func aim(v, target vec) []vec {
	const rate, most = 0.05, 1000
	throws := []vec{v}
	for len(throws) < most {
		miss, dv := MissValueGrad(v, target)
		if miss < 1e-6 {
			break
		}
		v.x -= rate * dv.x
		v.y -= rate * dv.y
		throws = append(throws, v)
	}
	return throws
}

// path returns the ball's place at each tick of its flight.
func path(v vec) []vec {
	b := ball{0, hand, v.x, v.y}
	places := []vec{{b.x, b.y}}
	for range ticks {
		b = b.step()
		places = append(places, vec{b.x, b.y})
	}
	return places
}
