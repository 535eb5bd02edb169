// Command realcode differentiates code that was not written for it: packages of published modules, as they are.
//
//	cd internal/realcode && go run .
//
// It fetches each module of the [corpus] through the go command, copies it, and asks for the derivatives in both modes of
// every function and method that has a parameter and a result that carry a derivative:
//
//	copy ─► find functions ─► derive each alone ─► derive the package ─► type-check ─► compile ─► check ─► docs/realcode.md
//
// A function is derived alone first, so that one that is refused says why and does not stand in the way of others; what is left is derived
// together, as a user's package is. The check calls the function and its derivatives at generated arguments (see package check). Where the
// corpus names packages of rules, the packages import them, and -norules says what becomes of them otherwise. Which function is called must
// be known: in place of a function that is given others, or whose receiver holds some, one is asked for that calls it with a function of its
// type (given_F). A copy differs from the module in its go.mod, which requires godiff and the language version of this module, and lacks
// tests. Nothing of the modules is kept here.
package main
