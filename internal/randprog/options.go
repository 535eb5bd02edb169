package randprog

import (
	"fmt"
	"slices"
)

// Options adjusts what [GenerateWith] draws. All fields are optional.
type Options struct {
	// Statements is the number of statements that F has at the outermost level; 0 means 7.
	Statements int
	// Depth bounds how deep blocks nest; 0 means 4.
	Depth int
	// Helpers bounds the number of functions and methods besides F; 0 means 3, negative none.
	Helpers int
	// Weight overrides how often a construct is tried, by its name in [Constructs]; 0 switches it off. Another name
	// is a panic.
	Weight map[string]int
	// Hostile is the percentage of programs whose names attack a printer (dx, len, math, err); 0 means 25,
	// negative none.
	Hostile int
	// Modes lists the directives that F carries where they are legal; nil means vjp, jvp, and one of grad and
	// valuegrad, which have most of their code in common.
	Modes []string
	// Second adds hvp to these where Modes is nil.
	Second bool
	// SpareCapacity gives slice arguments spare capacity and lets programs append into it.
	SpareCapacity bool
	// Aliased lets arguments of one slice type share their memory.
	Aliased bool
	// Labels adds labelled loops.
	Labels bool
	// Switch adds switch statements.
	Switch bool
	// Rewritten says some statements with function literals, switches and ranges over functions.
	Rewritten bool
	// Library adds calls of functions of packages sort and slices.
	Library bool
	// Panics makes a small share of the programs panic for some inputs.
	Panics bool
}

// check panics where o weighs a construct that does not exist.
func (o Options) check() {
	if len(o.Weight) == 0 {
		return
	}
	names := Constructs()
	for name := range o.Weight {
		if !slices.Contains(names, name) {
			panic(fmt.Sprintf("randprog: there is no construct %q", name))
		}
	}
}

// withDefaults returns o with its zero fields filled in.
func (o Options) withDefaults() Options {
	o.Statements = orDefault(o.Statements, 7)
	o.Depth = orDefault(o.Depth, 4)
	o.Helpers = orDefault(o.Helpers, 3)
	o.Hostile = orDefault(o.Hostile, 25)
	return o
}

// orDefault returns v, or d where v is zero.
func orDefault(v, d int) int {
	if v == 0 {
		return d
	}
	return v
}
