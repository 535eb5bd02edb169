package judge

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"time"
)

// Line is what [Main] prints for a case, as JSON.
type Line struct {
	Index   int
	Verdict Verdict
	// Endless says that F itself did not return in time, or takes so much that its derivatives, which call it often, do not.
	Endless bool
}

// Limits of what one case may take.
const (
	timeLimit   = 2 * time.Second
	memoryLimit = 1 << 30
	stackLimit  = 64 << 20
	// primalLimit is how long F may take at all points for its derivatives to be told that they take too much time.
	primalLimit = timeLimit / 100
)

// Main judges the cases from the one that the flag -from names, and prints a [Line] for each. A case that takes too
// much time or memory ends the process after its line.
func Main(cases []Case) {
	from := flag.Int("from", 0, "index of the first case")
	flag.Parse()
	debug.SetMaxStack(stackLimit)
	out := json.NewEncoder(os.Stdout)
	for i := *from; i < len(cases); i++ {
		line, over := watch(i, cases[i])
		if err := out.Encode(line); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if over {
			os.Exit(0)
		}
	}
}

// watch judges a case and reports whether it exceeded a limit, in which case it is still running.
func watch(i int, c Case) (line Line, over bool) {
	ran, done := make(chan bool), make(chan Verdict, 1)
	go func() {
		start := time.Now()
		runPrimal(c)
		if time.Since(start) < primalLimit {
			close(ran)
		}
		done <- Judge(c)
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(timeLimit)
	for {
		select {
		case v := <-done:
			return Line{Index: i, Verdict: v}, false
		case <-tick.C:
			what := exceeded(end)
			if what == "" {
				continue
			}
			select {
			case <-ran:
				return Line{Index: i, Verdict: Verdict{Failure: "a derivative takes too much " + what}}, true
			default:
				return Line{Index: i, Endless: true}, true
			}
		}
	}
}

// exceeded names the limit that is exceeded, if any.
func exceeded(end time.Time) string {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	switch {
	case m.HeapAlloc > memoryLimit:
		return "memory"
	case time.Now().After(end):
		return "time"
	}
	return ""
}

// runPrimal calls F at all points, so that a program that does not end is not taken for a derivative that does not.
func runPrimal(c Case) {
	c.complete()
	for i := range c.Points {
		p := newPoint(&c, uint64(i))
		args := copies(p.args, nil)
		call(reflect.ValueOf(c.F), args, args)
	}
}
