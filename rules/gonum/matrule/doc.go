// Package matrule holds the derivatives of gonum.org/v1/gonum/mat: of its matrices and vectors that are stored in full, and of the
// factorizations that solve systems with them. A package that imports it, if only for that, can differentiate functions that use them:
//
//	import (
//		"gonum.org/v1/gonum/mat"
//
//		_ "github.com/godiff/godiff/rules/gonum/matrule"
//	)
//
//	//godiff:grad wrt=a,b
//	func F(a, b *mat.Dense) float64 {
//		var c mat.Dense
//		c.Mul(a, b.T())           // forward sweep
//		return c.At(0, 0)
//	}
//	                              // reverse sweep
//	matrule.DenseAt(nil, 0, 0, 0, 1, dc)        // dc₀₀ += 1
//	matrule.DenseMul(nil, a, b.T(), dc, da, dt) // da += dc·b, db += dcᵀ·a, dc = 0
//
// The floats of these types lie behind fields that mat does not export, so a parameter of such a type must be named in wrt=. The rule of
// a method has the names of its type and its own, its forward rule ends in JVP; one for some of the parameters has their names at its
// end. Most are those of Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008,
// and the numbers of sections are of its extended version, Oxford report 08/01; those of the factors of Cholesky are Murray's,
// "Differentiation of the Cholesky decomposition", 2016.
//
// # Overwriting
//
// Most methods overwrite their receiver, and give it memory where it is empty. The shadow of it holds the adjoint of the new contents when
// the rule is called and that of the old contents, zero, when it returns.
//
// A receiver that the function has made itself may be empty, and be used as often as wanted. One that the caller sees, a parameter or
// a field of one, must have memory already, for the caller's shadow has no other: in reverse mode the derivative panics where the method
// gives it new memory, as CloneFrom always does. A receiver that is an argument too, as in s.Add(s, x), is given to the method as a copy where
// gonum allows it. A transpose of the receiver is refused:
//
//	s.Mul(s.T(), x) // not supported
//
//	var t mat.Dense
//	t.Mul(s.T(), x)
//	s.Copy(&t)
//
// # Shared memory
//
// NewDense and its like keep the slice that they are given, and RowView, ColView, Slice, RawRowView, RawMatrix and RawVector give away
// memory. In reverse mode both may be read afterwards; godiff refuses to write either.
//
// # Arguments
//
// An argument of type mat.Matrix, Symmetric or Vector may hold a *Dense, *VecDense, *SymDense or *TriDense, or the transpose of one, by T
// or TVec. With another the derivative panics. A method of such an interface, m.At(i, j) or m.T(), cannot be differentiated, since mat
// has more types than have rules.
//
// # Symmetric matrices
//
// An element off the diagonal of a SymDense is two elements of the matrix and one number. Its adjoint is that of the number, the sum of
// those of the two elements.
//
// # Factorizations
//
// The shadow of a Cholesky, an LU or a QR stands for the adjoint, or the tangent, of the matrix that was factorized, not of the factors:
// Factorize hands it on, and what solves a system has the adjoint of the matrix straight. They may be used between Factorize and what solves,
// but not be a parameter or a result of a function whose derivative somebody asks for.
//
// # Second derivatives
//
// They are derived from these rules for functions that only read matrices. Where a method overwrites a matrix godiff refuses them.
//
// # Kinks
//
// A norm has the derivative zero where it is zero; of several columns or rows of the same sum the first has the derivative. The
// determinant of a singular matrix has the derivative that it should; its logarithm has none that is finite. Where Inverse or Solve
// return an error that says that the matrix is nearly singular there is a derivative, of the result that they leave; where it is
// singular they leave none, and what comes of its adjoint is meaningless.
package matrule

//go:generate go tool godiff generate
