// Command mutants breaks the compiler, one place at a time, and sees whether the tests notice.
//
//	go run ./internal/mutants
//
// A mutant is the compiler with one fault in [transform] or [ast/lower]: a statement is dropped, `+=` and `=` are swapped, a condition is
// negated, a guard is skipped, a bound is off by one, two branches change places (see [Kinds]). One that a test fails for is caught. One
// that survives shows that something is not tested, or that it does not matter.
//
// # All mutants in one program
//
// To build the compiler once for each mutant would take hours. So it is built once with all of them, each under a switch that the
// environment sets (see package switches):
//
//	if len(list) == 0 {              if switches.Unless(17, len(list) == 0) {
//		return nil                       return nil
//	}                                }
//	n += k                           if switches.On(18) { n = k } else { n += k }
//
// This text is made in a copy of the module. With no switch set it must behave as the original does: all suites pass, and what it writes
// for all cases of testdata is the same to the byte.
//
// # The list
//
// The mutants that are drawn stay in drawn.txt, by file, function and text of what is changed, since line numbers do not last. A run takes
// those whose code is still there, draws others for the rest, and writes the list anew. So two runs judge nearly the same mutants, although
// the compiler has changed between them.
//
// The list has the last verdict of each beside it. A verdict is of one version of the compiler and its tests: it is not taken over to
// another. But the suite that caught a mutant is the first to be tried the next time. With -only, a run judges few mutants, say those that a
// new test is for, and the others keep what was said of them; the page tells at which versions that was.
//
//	go run ./internal/mutants -only 'ast/lower/maps.go' -keep DIR -o docs/mutants.md
//
// # Suites
//
// A mutant goes through suites, the cheap ones first, until one fails (see [stages]): by a wrong answer, a panic, or because it takes too
// long or too much memory. Before that, all suites are run with no mutant on, and note which mutants they reach; a suite that does not
// reach a mutant cannot catch it and is not run. The golden tests, which take a minute, are first replaced by package probe, which derives
// the cases that reach the mutant and compares texts; only for cases with another text, where no text is wanted, need the numbers be looked
// at. Of the packages that reach a mutant and whose texts are not wanted, some are probed, not all: so more mutants may survive here than
// would survive all tests, but not fewer.
//
// # Survivors
//
// Each survivor needs a sentence in survivors.txt that says why it can stay.
//
// [transform]: https://pkg.go.dev/github.com/godiff/godiff/transform
// [ast/lower]: https://pkg.go.dev/github.com/godiff/godiff/ast/lower
package main
