// Command differentiable learns by the derivatives of programs that are no neural networks: a ball is thrown so that it hits a target by way
// of the floor and a wall, and the stiffness of springs is found from how the carts between them have moved.
//
// The programs are plain Go, in ball.go and springs.go. One directive above each of [Miss] and [Springs.Misfit] asks godiff for the
// derivative, which is in the file beside it.
//
// Usage:
//
//	differentiable [-svg directory]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
)

//go:generate go run github.com/godiff/godiff/cmd/godiff generate

func main() {
	dir := flag.String("svg", ".", "draw ball.svg and springs.svg in this `directory`; empty for none")
	flag.Parse()
	ball, springs := run(os.Stdout)
	if *dir != "" {
		err := errors.Join(os.WriteFile(filepath.Join(*dir, "ball.svg"), ball, 0o666), os.WriteFile(filepath.Join(*dir, "springs.svg"), springs, 0o666))
		if err != nil {
			fmt.Fprintln(os.Stderr, "differentiable:", err)
			os.Exit(1)
		}
	}
}

// run runs both programs, prints what they learn, and returns their figures.
func run(w io.Writer) (ball, springs []byte) {
	ball = runBall(w)
	fmt.Fprintln(w)
	return ball, runSprings(w)
}

// runBall learns a throw.
func runBall(w io.Writer) []byte {
	target := vec{2, 0.6}
	throws := aim(vec{9, -4}, target)
	fmt.Fprintf(w, "A ball is thrown at (%g, %g), to be there after %g s.\n", target.x, target.y, flight)
	for n, v := range throws {
		if n%50 == 0 || n == len(throws)-1 {
			fmt.Fprintf(w, "throw %3d   velocity (%.3f, %.3f) m/s   misses by %.3f m\n", n, v.x, v.y, math.Sqrt(Miss(v, target)))
		}
	}
	return drawThrows(throws, target)
}

// runSprings learns what springs are like from measurements that it makes with a seed.
func runSprings(w io.Writer) []byte {
	const steps = 1000
	truth := &Springs{Stiffness: [...]float64{14, 6, 20, 9, 12}, Damping: 0.4}
	start := row{0, 10, 0, 0, -5, 0}
	seen := truth.see(start, 40, 0.5, rand.New(rand.NewPCG(1, 2)))

	guess := Springs{Stiffness: [...]float64{10, 10, 10, 10, 10}, Damping: 0.2}
	s := guess
	fmt.Fprintf(w, "Four carts have been seen %d times, each time with errors of 0.5 cm.\n", len(seen))
	s.fit(start, seen, steps, func(step int, misfit float64) {
		if step%100 == 0 {
			fmt.Fprintf(w, "step %4d   misfit %.3f cm   stiffness %5.2f N/m   damping %.3f N·s/m\n", step, math.Sqrt(misfit), s.Stiffness, s.Damping)
		}
	})
	fmt.Fprintf(w, "truth       misfit %.3f cm   stiffness %5.2f N/m   damping %.3f N·s/m\n", math.Sqrt(truth.Misfit(start, seen)), truth.Stiffness, truth.Damping)
	return drawSprings(start, seen, &guess, &s)
}
