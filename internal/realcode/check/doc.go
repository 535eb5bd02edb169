// Package check calls functions and their derivatives at generated arguments and says what it found. It is copied into the modules whose
// functions it checks.
//
// Arguments are drawn by type, in several regimes of numbers, until the function returns finite results and differences converge at
// [wanted] of them, or [attempts] have been made. At each, package gradcheck compares both modes with extrapolated differences and with each
// other, the results to the bit, and the memory after the call. Where the function panics, its derivatives must.
package check
