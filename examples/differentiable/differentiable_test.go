package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/godiff/godiff/gradcheck"
)

var update = flag.Bool("update", false, "rewrite what README.md shows")

// contacts returns where a ball thrown with velocity v bounces, in order: f for the floor and w for the wall.
func contacts(v vec) string {
	var list strings.Builder
	b := ball{0, hand, v.x, v.y}
	for range ticks {
		next := b.step()
		if b.vy < 0 && next.vy > 0 {
			list.WriteByte('f')
		}
		if b.vx > 0 && next.vx < 0 {
			list.WriteByte('w')
		}
		b = next
	}
	return list.String()
}

// TestMissGradient checks the derivative for throws with all kinds of bounces.
func TestMissGradient(t *testing.T) {
	for _, c := range []struct {
		v        vec
		contacts string
	}{
		{vec{1, 13}, ""}, {vec{2, 5}, "f"}, {vec{4, -6}, "ffw"}, {vec{5, 12}, "w"}, {vec{7, 6}, "wf"}, {vec{8, -5}, "fwf"}, {vec{9, -4}, "fwff"},
	} {
		if got := contacts(c.v); got != c.contacts {
			t.Errorf("%v: the ball bounces %q, want %q", c.v, got, c.contacts)
		}
		gradcheck.ValueGrad(t, Miss, MissValueGrad, gradcheck.Wrt("v"), c.v, vec{2, 0.6})
	}
}

// TestBounce checks that a bounce takes its share of the speed, whenever in a tick it happens.
func TestBounce(t *testing.T) {
	for late := 0.0; late <= tick; late += tick / 8 {
		speed := 5.0
		slow := drag * speed
		before := ball{x: 3, y: (tick - late) * 5, vy: -(speed - tick*gravity) / (1 - tick*slow)} // it moves down with speed after the pull of a tick
		after := before.step()
		wantV := floorBounce*(speed-gravity*late) - gravity*late
		if math.Abs(after.vy-wantV) > 1e-3 || math.Abs(after.y-late*wantV) > 1e-6 || after.vx != 0 || after.x != 3 {
			t.Errorf("late by %g s: got %+v, want velocity %g and height %g", late, after, wantV, late*wantV)
		}
	}
	before := ball{x: wall - tick, y: 2, vx: 5}
	after := before.step()
	if math.Abs(after.vx+wallBounce*5) > 1e-2 || math.Abs(after.x-(wall-wallBounce*4*tick)) > 1e-5 {
		t.Errorf("after the wall: got %+v", after)
	}
}

// TestSmooth checks that throws that differ a little end near to each other, though their bounces come a tick sooner or later.
func TestSmooth(t *testing.T) {
	end := func(vy float64) vec {
		places := path(vec{6, vy})
		return places[len(places)-1]
	}
	for vy := -5.0; vy < -4.9; vy += 0.001 {
		a, b := end(vy), end(vy+0.001)
		if gap := math.Hypot(a.x-b.x, a.y-b.y); gap > 0.006 {
			t.Errorf("throws at %.3f and %.3f m/s end %.4f m apart", vy, vy+0.001, gap)
		}
	}
}

func TestAim(t *testing.T) {
	for _, v := range []vec{{9, -4}, {6, -6}, {4, 5}, {8, 6}} {
		target := vec{2, 0.6}
		throws := aim(v, target)
		last := throws[len(throws)-1]
		if miss := math.Sqrt(Miss(last, target)); miss > 1e-3 || throws[0] != v {
			t.Errorf("%d throws from %v: the last, %v, misses by %g m", len(throws), v, last, miss)
		}
	}
}

// TestMisfitGradient checks the derivative, of a short measurement too.
func TestMisfitGradient(t *testing.T) {
	start := row{0, 10, 0, 0, -5, 0}
	truth := &Springs{Stiffness: [...]float64{14, 6, 20, 9, 12}, Damping: 0.4}
	for _, n := range []int{1, 10} {
		seen := truth.see(start, n, 0.5, rand.New(rand.NewPCG(1, 2)))
		s := &Springs{Stiffness: [...]float64{10, 11, 12, 13, 14}, Damping: 0.2}
		gradcheck.ValueGrad(t, (*Springs).Misfit, (*Springs).MisfitValueGrad, gradcheck.Wrt("s"), s, start, seen)
	}
}

// TestMotion compares the simulation with a mode: springs of which the pull on each cart is −ω² by its mass and place, for ω² = 9/s². Without
// friction x(t) = x(0) cos(θ(t+½))/cos(θ/2) solves the steps of the simulation, with 2 sin(θ/2) = ω by an instant.
func TestMotion(t *testing.T) {
	mode := row{0, 1, 2, 1.5, 0.5, 0}
	s := &Springs{Stiffness: [...]float64{22.5, 13.5, 27, 24.3, 59.4}}
	angle := 2 * math.Asin(3*instant/2)
	for n, x := range s.motion(mode, 1000) {
		for i, start := range mode {
			if want := start * math.Cos(angle*(float64(n)+0.5)) / math.Cos(angle/2); math.Abs(x[i]-want) > 1e-9 {
				t.Fatalf("cart %d is at %g after %d instants, want %g", i, x[i], n, want)
			}
		}
	}
}

// TestFriction checks that friction takes from the carts the energy that they lose: the loss by the work of friction, −Σ d·v²·dt.
func TestFriction(t *testing.T) {
	s := &Springs{Stiffness: [...]float64{22.5, 13.5, 27, 24.3, 59.4}, Damping: 0.4}
	x := s.motion(row{0, 1, 2, 1.5, 0.5, 0}, 1000)
	energy := func(n int) (sum float64) { // at instant n, with the mean of the velocities before and after it
		for i := range x[n] {
			v := (x[n+1][i] - x[n-1][i]) / (2 * instant)
			sum += masses[i] * v * v / 2
			if i > 0 {
				stretch := x[n][i] - x[n][i-1]
				sum += s.Stiffness[i-1] * stretch * stretch / 2
			}
		}
		return sum
	}
	work := 0.0
	for n := 1; n < 999; n++ {
		for i := range x[n] {
			v := (x[n+1][i] - x[n][i]) / instant
			work += s.Damping * v * v * instant
		}
	}
	if lost := energy(1) - energy(999); math.Abs(lost-work) > 0.01*work || work < energy(1)/2 {
		t.Errorf("of the energy %g are lost %g, by friction %g", energy(1), lost, work)
	}
}

// TestFit checks that measurements without errors give the springs that made them.
func TestFit(t *testing.T) {
	start := row{0, 10, 0, 0, -5, 0}
	truth := &Springs{Stiffness: [...]float64{14, 6, 20, 9, 12}, Damping: 0.4}
	seen := truth.see(start, 30, 0, rand.New(rand.NewPCG(1, 2)))
	s := &Springs{Stiffness: [...]float64{10, 10, 10, 10, 10}, Damping: 0.2}
	var first, last float64
	s.fit(start, seen, 3000, func(step int, misfit float64) {
		if step == 0 {
			first = misfit
		}
		last = misfit
	})
	if last > first/1e6 {
		t.Errorf("the misfit falls from %g to %g only", first, last)
	}
	for i, want := range truth.Stiffness {
		if got := s.Stiffness[i]; math.Abs(got-want) > 0.02*want {
			t.Errorf("spring %d: stiffness %g, want %g", i, got, want)
		}
	}
	if math.Abs(s.Damping-truth.Damping) > 0.01*truth.Damping {
		t.Errorf("damping %g, want %g", s.Damping, truth.Damping)
	}
}

// TestReadme checks that README.md shows what is printed, and the figures what is drawn.
func TestReadme(t *testing.T) {
	if runtime.GOARCH != "amd64" || fused(1+0x1p-30, 1+0x1p-30, -1-0x1p-29) != 0 {
		t.Skip("the page shows a run on amd64 without fused multiply-add")
	}
	var out bytes.Buffer
	ball, springs := run(&out)
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), "prints\n\n```\n")
	_, after, _ := strings.Cut(rest, "```\n")
	for name, want := range map[string][]byte{"README.md": []byte(before + "prints\n\n```\n" + out.String() + "```\n" + after), "ball.svg": ball, "springs.svg": springs} {
		if strings.HasSuffix(name, ".svg") {
			wellFormed(t, want)
		}
		if *update {
			if err := os.WriteFile(name, want, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s shows something else (%v); to update it: go test ./examples/differentiable -update", name, err)
		}
	}
}

// wellFormed fails the test where doc is not XML.
func wellFormed(t *testing.T, doc []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("a figure is not XML: %v", err)
		}
	}
}

// fused returns x*y + z, rounded once where the processor and the compiler do so.
//
//go:noinline
func fused(x, y, z float64) float64 { return x*y + z }
