package check

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

var cases []*Case

// Add adds cases. The packages under check do so when they are initialised.
func Add(list ...*Case) { cases = append(cases, list...) }

// Limits of what one case may take.
const (
	timeLimit   = 6 * time.Second
	memoryLimit = 1 << 30
	stackLimit  = 64 << 20
)

// Main checks the cases from the one that the flag -from counts to, and prints a [Verdict] for each. A case that takes too much ends
// the process after its line.
func Main() {
	from := flag.Int("from", 0, "number of the first case")
	flag.Parse()
	debug.SetMaxStack(stackLimit)
	out := json.NewEncoder(os.Stdout)
	for _, c := range cases[*from:] {
		v, over := watch(c, func() { out.Encode(Verdict{Name: c.Name, Ran: true}) })
		if err := out.Encode(v); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if over {
			os.Exit(0)
		}
	}
}

// watch checks a case and reports whether it exceeded a limit, in which case it is still running. It calls ran when the function has
// returned or panicked at all arguments.
func watch(c *Case, ran func()) (v Verdict, over bool) {
	done := make(chan Verdict, 1)
	go func() {
		c.Run()
		ran()
		done <- Check(c)
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(timeLimit); ; {
		select {
		case v := <-done:
			return v, false
		case now := <-tick.C:
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if now.After(end) || m.HeapAlloc > memoryLimit {
				return Verdict{Name: c.Name, Why: "it takes too long, or too much memory"}, true
			}
		}
	}
}
