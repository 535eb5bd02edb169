package transform

import (
	"go/token"
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Matrices of products along several directions at once: of a few that are all there are
//
//	_, _, dx, dy := polarJVPBy2(p, [2][2]float64{{1, 0}, {0, 1}})
//	jac = [][]float64{dx[:], dy[:]}
//
// and else four by four:
//
//	v := make([][4]float64, len(c))
//	for j := 0; j < len(c); j += 4 {
//		n := min(4, len(c)-j)
//		for k := range n {
//			v[j+k][k] = 1
//		}
//		_, dy := residualsJVPBy4(c, v)
//		for i, row := range jac {
//			copy(row[j:], dy[i][:])
//		}
//		for k := range n {
//			v[j+k][k] = 0
//		}
//	}

const (
	fewDirections  = 8 // that are taken at once if they are all
	someDirections = 4 // that are taken at once if not
)

// directions returns how many of a number of directions, -1 where it is not known, are taken at once.
func directions(of int64) int64 {
	if of >= 0 && of <= fewDirections {
		return of
	}
	return someDirections
}

// several returns the product along several of a number of directions at once, or nil. Of its results the last ones, as many as said, are
// derivatives.
func (m *matrix) several(product *ast.Func, of int64, results int) *ast.Func {
	for _, v := range m.carrying() {
		if elem, _ := ast.FloatElem(v.Type); !types.Identical(elem, m.elem) {
			return nil
		}
	}
	if n := directions(of); n != of && (m.u.hidden("min") || m.u.hidden("max")) {
		return nil // the loop needs them
	}
	end := m.numbers(product)
	seeds := slices.Concat(product.Params[len(m.args):], product.Results[end-results:end])
	return m.u.atOnce(product, directions(of), seeds...)
}

// some is several for the elements of a slice or array, of which there are perhaps many; one of one element needs no more than the product.
func (m *matrix) some(product *ast.Func, of *ast.Var, results int) *ast.Func {
	if fixedLength(of.Type) == 1 {
		return nil
	}
	return m.several(product, -1, results)
}

// unitVector returns the array of n numbers of which number i is one.
func (m *matrix) unitVector(i, n int64) ast.Expr {
	e := &ast.Composite{T: types.NewArray(m.elem, n)}
	for j := range n {
		e.Elems = append(e.Elems, ast.Elem{Value: number(float64(btoi(i == j)), m.elem)})
	}
	return e
}

// unitMatrix returns the array of n such arrays.
func (m *matrix) unitMatrix(n int64) ast.Expr {
	e := &ast.Composite{T: types.NewArray(types.NewArray(m.elem, n), n)}
	for i := range n {
		e.Elems = append(e.Elems, ast.Elem{Value: m.unitVector(i, n)})
	}
	return e
}

// full returns all of an array as a slice.
func full(e ast.Expr) ast.Expr { return &ast.Slice{X: e, T: types.NewSlice(elemType(e.Type()))} }

// allColumns returns the columns along all n elements of x, an array.
func (m *matrix) allColumns(jvp *ast.Func, n int64) []ast.Stmt {
	results, tangents := m.tangents(jvp)
	body := m.call(ast.Callee{Gen: jvp}, results, append(m.args, m.unitMatrix(n))...)
	if m.isNumbers() {
		lit := &ast.Composite{T: m.out.Type}
		for _, dy := range tangents {
			lit.Elems = append(lit.Elems, ast.Elem{Value: full(&ast.Ref{Var: dy})})
		}
		return append(body, set(&ast.Ref{Var: m.out}, token.ASSIGN, lit))
	}
	dy := tangents[0]
	return append(body, m.rows(length(&ast.Ref{Var: dy})), m.over(func(i ast.Expr) ast.Stmt {
		return set(m.at(i), token.ASSIGN, full(elementAt(dy, i)))
	}))
}

func elementAt(v *ast.Var, i ast.Expr) ast.Expr {
	return &ast.Index{X: &ast.Ref{Var: v}, I: i, T: elemType(v.Type)}
}

// someColumns fills rows that are there with columns, several at once.
func (m *matrix) someColumns(jvp *ast.Func) []ast.Stmt {
	j := &ast.Ref{Var: ast.NewVar("j", intType)}
	results, tangents := m.tangents(jvp)
	return m.fourByFour(jvp, "v", m.x, j, func(v *ast.Var) ([]ast.Stmt, func(ast.Expr) []ast.Stmt) {
		body := m.call(ast.Callee{Gen: jvp}, results, append(m.args, &ast.Ref{Var: v})...)
		part := func(row, dy ast.Expr) ast.Stmt {
			return &ast.Do{Call: builtin("copy", intType, &ast.Slice{X: row, Lo: j, T: row.Type()}, full(dy))}
		}
		if m.isNumbers() {
			for i, dy := range tangents {
				body = append(body, part(m.at(intNumber(int64(i))), &ast.Ref{Var: dy}))
			}
			return body, nil
		}
		i, row := &ast.Ref{Var: ast.NewVar("i", intType)}, &ast.Ref{Var: ast.NewVar("row", elemType(m.out.Type))}
		return append(body, &ast.Range{X: &ast.Ref{Var: m.out}, Key: i, Value: row, Define: true, Body: &ast.Block{Stmts: []ast.Stmt{part(row, elementAt(tangents[0], i))}}}), nil
	})
}

// fourByFour goes through the elements of a slice or array, several at once: i is the first of them. It makes unit vectors and resets them.
// Between, do says what is done for all of them, and perhaps what is done then for the vector k.
func (m *matrix) fourByFour(product *ast.Func, name string, of *ast.Var, i *ast.Ref, do func(v *ast.Var) (all []ast.Stmt, each func(k ast.Expr) []ast.Stmt)) []ast.Stmt {
	v, start := zeros(name, product.Params[len(product.Params)-1].Type, of)
	some := intNumber(someDirections)
	n := ast.NewVar("n", intType)
	left := &ast.Binary{Op: token.SUB, X: length(&ast.Ref{Var: of}), Y: i, T: intType}
	setUnits := func(value float64, also func(k ast.Expr) []ast.Stmt) ast.Stmt {
		k := &ast.Ref{Var: ast.NewVar("k", intType)}
		at := &ast.Binary{Op: token.ADD, X: i, Y: k, T: intType}
		body := []ast.Stmt{set(&ast.Index{X: elementAt(v, at), I: k, T: m.elem}, token.ASSIGN, number(value, m.elem))}
		if also != nil {
			body = append(body, also(k)...)
		}
		return &ast.Range{X: &ast.Ref{Var: n}, Key: k, Define: true, Body: &ast.Block{Stmts: body}}
	}
	all, each := do(v)
	body := append([]ast.Stmt{define(n, builtin("min", intType, some, left)), setUnits(1, nil)}, all...)
	body = append(body, setUnits(0, each))
	end := ast.Expr(length(&ast.Ref{Var: of}))
	if m.second && isSlice(of.Type) {
		end = builtin("max", intType, end, intNumber(1)) // f is to run once where there is no element, since it may panic or fail
	}
	return []ast.Stmt{start, &ast.For{
		Init: define(i.Var, intNumber(0)),
		Cond: &ast.Binary{Op: token.LSS, X: i, Y: end, T: types.Typ[types.Bool]},
		Post: set(i, token.ADD_ASSIGN, some),
		Body: &ast.Block{Stmts: body},
	}}
}

// transposed sets row i to the elements k of the shadows.
func (m *matrix) transposed(i ast.Expr, dx *ast.Var, k ast.Expr) []ast.Stmt {
	if !isSlice(dx.Type) && ast.IsFloat(elemType(dx.Type)) { // of a number
		return []ast.Stmt{set(m.at(i), token.ASSIGN, m.single(elementAt(dx, k)))}
	}
	row := ast.NewVar("row", elemType(m.out.Type))
	j := &ast.Ref{Var: ast.NewVar("j", intType)}
	fill := set(elementAt(row, j), token.ASSIGN, &ast.Index{X: elementAt(dx, j), I: k, T: m.elem})
	return []ast.Stmt{
		define(row, builtin("make", row.Type, length(&ast.Ref{Var: m.x}))),
		&ast.Range{X: &ast.Ref{Var: row}, Key: j, Define: true, Body: &ast.Block{Stmts: []ast.Stmt{fill}}},
		set(m.at(i), token.ASSIGN, &ast.Ref{Var: row}),
	}
}

// allRows makes all n rows at once.
func (m *matrix) allRows(vjp *ast.Func, n int64) []ast.Stmt {
	units := []ast.Expr{m.unitMatrix(n)}
	if m.isNumbers() {
		units = nil
		for i := range n {
			units = append(units, m.unitVector(i, n))
		}
	}
	dx, body := m.pull(vjp, units...)
	i := &ast.Ref{Var: ast.NewVar("i", intType)}
	return append(body, &ast.Range{X: &ast.Ref{Var: m.out}, Key: i, Define: true, Body: &ast.Block{Stmts: m.transposed(i, dx, i)}})
}

// someRows makes the rows, one for each element of y, several at once.
func (m *matrix) someRows(vjp *ast.Func, y *ast.Var) []ast.Stmt {
	i := &ast.Ref{Var: ast.NewVar("i", intType)}
	return m.fourByFour(vjp, "u", y, i, func(u *ast.Var) ([]ast.Stmt, func(k ast.Expr) []ast.Stmt) {
		dx, pull := m.pull(vjp, &ast.Ref{Var: u})
		return pull, func(k ast.Expr) []ast.Stmt {
			return m.transposed(&ast.Binary{Op: token.ADD, X: i, Y: k, T: intType}, dx, k)
		}
	})
}
