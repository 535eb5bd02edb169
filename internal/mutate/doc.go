// Package mutate changes Go programs at random, for tests of the compiler with programs that nobody would write. Most of what it
// makes still type-checks, so that it gets past the front door:
//
//	for i, v := range x {            for i, v := range x {
//		s += v * v                       func() {
//	}                                            s -= v * x[i]
//	                                         }()
//	                                 }
//
// A mutation replaces text between two positions that the syntax tree tells: a statement is deleted, repeated, moved or wrapped, an
// expression gives way to another of its type or is wrapped, an operator, a literal, a type or a directive changes. One after which
// the file no longer type-checks is mostly taken back.
package mutate
