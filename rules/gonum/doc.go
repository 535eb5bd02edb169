// Package gonum is the root of godiff's rules for packages of gonum.org/v1/gonum. It holds none itself: see
//
//	floatsrule   for gonum.org/v1/gonum/floats
//	blas64rule   for gonum.org/v1/gonum/blas/blas64
//	blas32rule   for gonum.org/v1/gonum/blas/blas32
//	matrule      for gonum.org/v1/gonum/mat
//	gonumx       for what calls derivatives: gonum.org/v1/gonum/optimize
//
// # Where a rule sits
//
// What cannot be derived of gonum are its kernels, written in assembly, and what goes through a package variable to the
// implementation of BLAS that is in use. The kernels are in packages that nobody outside of gonum may call, so a rule for one would
// have derivatives name what they cannot. The rules are for the functions that call them: then whatever calls these is derived, in
// gonum's own packages too, stat among them.
//
// Each rule says with writes= which memory its function overwrites. Without that godiff would have to take for overwritten all that
// goes into a kernel.
package gonum
