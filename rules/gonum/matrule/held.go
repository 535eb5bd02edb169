package matrule

import (
	"fmt"
	"reflect"

	"gonum.org/v1/gonum/mat"
)

// The shadow of the factorization of a matrix A, as LU or as QR, has the adjoint or the tangent of A where the factorization has its
// factors. There is no method to put it there.

// factors returns where the factors of a factorization are.
func factors(factorization any, field string) **mat.Dense {
	f := reflect.ValueOf(factorization).Elem().FieldByName(field)
	if !f.IsValid() || f.Type() != reflect.TypeFor[*mat.Dense]() {
		panic(fmt.Sprintf("matrule: %T of this version of gonum is not known: it has no matrix in a field %s", factorization, field))
	}
	return (**mat.Dense)(f.Addr().UnsafePointer())
}

// shadowAs makes d, a factorization, the shadow of one of a matrix with r rows and c columns.
func shadowAs(d any, field string, r, c int) {
	if r > 0 {
		*factors(d, field) = mat.NewDense(r, c, nil)
	}
}

// adjointIn returns what a shadow of a factorization has.
func adjointIn(d any, field string) *mat.Dense { return *factors(d, field) }

// addShadow adds src to dst, shadows of factorizations.
func addShadow(dst, src any, field string) {
	if s := *factors(src, field); s != nil && !s.IsEmpty() {
		d := *factors(dst, field)
		d.Add(d, s)
	}
}
