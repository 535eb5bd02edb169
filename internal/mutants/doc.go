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
// Each survivor needs a sentence in survivors.txt that says why it can stay, by file, function and text of what is changed, since line
// numbers do not last.
//
// [transform]: https://pkg.go.dev/github.com/godiff/godiff/transform
// [ast/lower]: https://pkg.go.dev/github.com/godiff/godiff/ast/lower
package main
