package transform

import (
	"fmt"
	"slices"

	"github.com/godiff/godiff/ast"
)

// Derivatives of second order.
//
// A Hessian-vector product is the forward mode of a gradient (forward over reverse: Pearlmutter, "Fast Exact Multiplication by the
// Hessian", Neural Computation 6, 1994; Griewank & Walther, §5.5):
//
//	func fGradient(x []float64) (dx []float64)
//	func fHVP(x, vx []float64) (hx []float64)     the tangents of dx along vx
//
// The gradient is what reverse mode made of f, printed, and read like any other function.

// DeriveSecond derives f in a mode of second order, from its gradient, with respect to the inputs wrt and returns the function with the
// given name.
func (u *Unit) DeriveSecond(gradient, f *ast.Func, mode ast.Mode, wrt []int, name string) (g *ast.Func, err error) {
	defer guard(&err)
	sig := signatureOf(f, mode, wrt)
	if mode == ast.Hessian {
		m := u.newMatrix(f, gradient, sig, name)
		of := signatureOf(f, ast.HVP, wrt).AsFunction()
		return m.hessian(u.product(gradient, f, of, wrt, u.free(ast.LowerFirst(f.Name)+ast.HVP.Suffix()))), nil
	}
	return u.product(gradient, f, sig, wrt, name), nil
}

// product derives a Hessian-vector product.
func (u *Unit) product(gradient, f *ast.Func, sig ast.Signature, wrt []int, name string) *ast.Func {
	in := among(f, wrt)
	g := &ast.Func{Name: name, Pkg: u.Pkg, Pos: f.Pos, TypeParams: gradient.TypeParams}
	d := u.prepare(gradient, in, callSite{}, true, true)
	d.secondOf = f
	t := &tangents{derivation: d, sig: alongDirections(sig, gradient), given: map[int]*ast.Var{}, f: g, keeps: true}
	u.forward(t, gradient, in, true)
	if u.Explaining {
		u.explained[len(u.explained)-1].Of = f
	}
	var from, along []string
	for _, p := range sig.Params {
		if p.Role == ast.RoleDirection {
			from, along = append(from, primalName(sig, p.Index)), append(along, p.Name)
		}
	}
	g.Doc = fmt.Sprintf("%s returns the Hessian-vector product of %s: the derivative of its gradient with respect to %s along %s.",
		name, docName(f), enumerate(from), enumerate(along))
	u.liftCalls(g)
	u.made = append(u.made, g)
	return g
}

// alongDirections returns the signature of a Hessian-vector product as that of the forward mode of the gradient.
func alongDirections(sig ast.Signature, gradient *ast.Func) ast.Signature {
	sig.Params, sig.Results = slices.Clone(sig.Params), slices.Clone(sig.Results)
	inputs := gradient.Inputs()
	for i, p := range sig.Params {
		sig.Params[i].Type = inputs[p.Index].Type
		if p.Role == ast.RoleDirection {
			sig.Params[i].Role = ast.RoleShadow
		}
	}
	for i, p := range sig.Results {
		sig.Results[i].Index, sig.Results[i].Type = i, gradient.Results[i].Type
		if p.Role == ast.RoleProduct {
			sig.Results[i].Role = ast.RoleTangent
		}
	}
	return sig
}
