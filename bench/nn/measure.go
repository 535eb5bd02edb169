package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// A side does steps of a task, and returns how many seconds they take, and the loss before the last.
type side interface {
	run(steps int) (seconds float64, loss float32, err error)
}

func (t *training) run(steps int) (seconds float64, loss float32, err error) {
	start := time.Now()
	for range steps {
		loss = t.step()
	}
	return time.Since(start).Seconds(), loss, nil
}

// A cost is that of a step, in seconds, and the number of bytes that it allocates here.
type cost struct {
	here, peer float64 // 0 where there is no peer
	bytes      uint64
}

// measure does a task here and, if there is a peer, there.
func (t *task) measure(peer *torch, o options) (cost, error) {
	training := t.start(t)
	sides := []side{training}
	if peer != nil {
		if err := peer.load(t, training); err != nil {
			return cost{}, err
		}
		if err := agree(t, training, peer); err != nil {
			return cost{}, err
		}
		sides = append(sides, peer)
	}
	times, err := measure(sides, o)
	if err != nil {
		return cost{}, err
	}
	c := cost{here: times[0], bytes: training.bytesPerStep()}
	if peer != nil {
		c.peer = times[1]
	}
	return c, nil
}

// agree checks that the losses of both sides are the same, but for rounding, at first and after some steps.
func agree(t *task, here, peer side) error {
	for _, steps := range []int{1, 10} {
		_, got, err := here.run(steps)
		if err != nil {
			return err
		}
		_, want, err := peer.run(steps)
		if err != nil {
			return err
		}
		if !(math.Abs(float64(got-want)) <= 1e-4*math.Abs(float64(want))) {
			return fmt.Errorf("%s: after some steps the loss is %v, with PyTorch %v", t.name, got, want)
		}
	}
	return nil
}

const (
	// round is the least time in which a side does steps before the other does.
	round = 50 * time.Millisecond
	// rest is the time that the threads of the one side have to go to sleep before the other begins.
	rest = 50 * time.Millisecond
)

// measure returns how many seconds a step takes with each side.
func measure(sides []side, o options) ([]float64, error) {
	steps, times := make([]int, len(sides)), make([][]float64, len(sides))
	for i, s := range sides {
		var err error
		if steps[i], err = stepsIn(round, s); err != nil {
			return nil, err
		}
	}
	for range o.rounds {
		for i, s := range sides {
			time.Sleep(rest)
			seconds, _, err := s.run(steps[i])
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], seconds/float64(steps[i]))
		}
	}
	of := make([]float64, len(sides))
	for i, list := range times {
		slices.Sort(list)
		if of[i] = list[len(list)/2]; o.fastest {
			of[i] = list[0]
		}
	}
	return of, nil
}

// stepsIn warms a side up, and returns how many steps take so long.
func stepsIn(least time.Duration, s side) (int, error) {
	for n := 1; ; n *= 2 {
		seconds, _, err := s.run(n)
		if err != nil || seconds >= least.Seconds() {
			return n, err
		}
	}
}

// bytesPerStep returns how many bytes a step allocates.
func (t *training) bytesPerStep() uint64 {
	const steps = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range steps {
		t.step()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / steps
}

const heading = `| model | batch | threads | ms a step | PyTorch | times as fast | bytes allocated |
|---|---|---|---|---|---|---|
`

// line returns a line of the table.
func (c cost) line(t *task, threads int) string {
	torch, ratio := "–", "–"
	if c.peer > 0 {
		torch, ratio = fmt.Sprintf("%.2f", 1e3*c.peer), fmt.Sprintf("%.2f", c.peer/c.here)
	}
	return fmt.Sprintf("| %s | %d | %d | %.2f | %s | %s | %d |\n", t.name, t.batch, threads, 1e3*c.here, torch, ratio, c.bytes)
}
