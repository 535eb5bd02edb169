// Package blas64rule holds the derivatives of the functions of gonum.org/v1/gonum/blas/blas64 for vectors and for dense matrices. A
// package that imports it, if only for that, can differentiate functions that call them:
//
//	import (
//		"gonum.org/v1/gonum/blas/blas64"
//
//		_ "github.com/godiff/godiff/rules/gonum/blas64rule"
//	)
//
// The rule of a function has its name, its forward rule ends in JVP; one for some of the parameters has their names at its end. Where
// a derivative needs what is overwritten, as that of Trmv with respect to the matrix and those with respect to β do, the rule for all
// parameters is in two halves, ending in Forward and Backward, the first of which makes copies; the others make none.
//
// # Products
//
// Let G be the adjoint of C after C ← αAB + βC. Then
//
//	Ā += α G Bᵀ        B̄ += α Aᵀ G        C̄ = β G
//
// and the rules are calls of the same package, for transposed A and B too (Giles, "Collected matrix derivative results for forward and
// reverse mode algorithmic differentiation", 2008, section 2.2). After the solution of AX = B in place it is with H = A⁻ᵀG
//
//	B̄ = H        Ā −= H Xᵀ
//
// in the triangle that is stored (section 2.2.3 there). Of a symmetric matrix one triangle is stored, and an element off the diagonal
// stands for two: it gets what both contribute.
//
// # Zero factors
//
// As everywhere in BLAS, what is multiplied by α = 0 or β = 0 is not read, so that the NaNs in it stay there. That holds for
// adjoints that are zero too where they are factors of a call: in the gradient of 0·Dot(x, y) an infinite x contributes nothing.
//
// # Negative increments
//
// On amd64 Ger of gonum v0.17.0 leaves the matrix as it is where an increment is negative. The rule is for what it is documented to do;
// the other rules do not call it so.
//
// # Shared memory
//
// Of a shadow the rules use the data alone: sizes and increments are those of the value. What a function overwrites may lie between
// what it reads, as the columns of a matrix do, but may be none of it. Otherwise the derivative panics, where BLAS leaves open
// what happens.
package blas64rule

//go:generate go tool godiff generate
