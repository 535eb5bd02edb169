// Package switches switches the faults of a compiler on, one at a time. Code into which package mutants has built its mutants calls it:
//
//	if !switches.On(17) {
//		t.add(x)
//	}
//
// The environment says which mutant a process and those that it starts are; without it they are none.
package switches

import (
	"os"
	"slices"
	"strconv"
	"sync"
)

// The variables of the environment.
const (
	Mutant  = "GODIFF_MUTANT"  // the number of the mutant that is switched on; those that there are begin at 1
	Reached = "GODIFF_REACHED" // a file to which the numbers of mutants are appended whose code is run, a line each
)

var (
	on, _    = strconv.Atoi(os.Getenv(Mutant))
	recorded = record(os.Getenv(Reached))
)

// On reports whether mutant n is switched on.
func On(n int) bool {
	if recorded != nil {
		recorded.reach(n)
	}
	return n == on
}

// Not returns a condition, negated where mutant n is on.
func Not[B ~bool](n int, b B) B { return b != B(On(n)) }

// Unless returns a condition, or false where mutant n is on.
func Unless[B ~bool](n int, b B) B { return B(!On(n)) && b }

// Fewer returns a number, or one less where mutant n is on.
func Fewer[I ~int | ~int64 | ~uint | ~uint64](n int, i I) I {
	if On(n) && i > 0 {
		return i - 1
	}
	return i
}

// First returns a list, without its last element where mutant n is on.
func First[S ~[]E, E any](n int, s S) S {
	if On(n) && len(s) > 0 {
		return s[:len(s)-1]
	}
	return s
}

// A recorder remembers which mutants were reached and writes them to a file.
type recorder struct {
	mu   sync.Mutex
	file *os.File
	seen map[int]bool
}

// Recorded returns the mutants that were reached since it was called last, sorted. The process must have a file for them.
func Recorded() []int {
	recorded.mu.Lock()
	defer recorded.mu.Unlock()
	var list []int
	for n := range recorded.seen {
		list = append(list, n)
	}
	clear(recorded.seen)
	slices.Sort(list)
	return list
}

func record(path string) *recorder {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	return &recorder{file: file, seen: map[int]bool{}}
}

func (r *recorder) reach(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[n] {
		return
	}
	r.seen[n] = true
	if _, err := r.file.WriteString(strconv.Itoa(n) + "\n"); err != nil {
		panic(err)
	}
}
