package lower

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// ParseWrt returns the parameters of fn that list names, separated by commas, as a wrt= option in pkg does, or the default if list is
// empty.
func (p *Program) ParseWrt(pkg *Package, fn *types.Func, list string) ([]int, error) {
	_, file, _ := p.Decl(fn)
	view := p.View(pkg, file)
	if list == "" {
		return view.DefaultWrt(fn.Signature(), pkg.Types), nil
	}
	var first error
	wrt := parseWrt(fn, list, view, func(_ int, err error) {
		if first == nil {
			first = err
		}
	})
	return wrt, first
}

// parseWrt returns the parameters of fn that list names, in order. It reports what is wrong at an offset in list.
func parseWrt(fn *types.Func, list string, view ast.View, report func(offset int, err error)) []int {
	var wrt []int
	offset := 0
	for name := range strings.SplitSeq(list, ",") {
		i, err := parameter(fn, name, view)
		switch {
		case err != nil:
			report(offset, err)
		case slices.Contains(wrt, i):
			report(offset, fmt.Errorf("wrt names %s twice", name))
		default:
			wrt = append(wrt, i)
		}
		offset += len(name) + 1
	}
	slices.Sort(wrt)
	return wrt
}

// parameter returns the index of the parameter of fn with the given name, if it carries a derivative.
func parameter(fn *types.Func, name string, view ast.View) (int, error) {
	switch name {
	case "":
		return 0, fmt.Errorf("wrt has an empty name")
	case "_":
		return 0, fmt.Errorf("wrt cannot name a blank parameter: give it a name in %s", fn.Name())
	}
	params := ast.ParamsOf(fn.Signature())
	i := slices.IndexFunc(params, func(p *types.Var) bool { return p.Name() == name })
	if i < 0 {
		return 0, fmt.Errorf("%s has no parameter named %s%s", fn.Name(), name, parameterNames(params))
	}
	return i, differentiable(name, params[i].Type(), view)
}

// differentiable returns why a parameter of type t cannot be differentiated by, or nil.
func differentiable(name string, t types.Type, view ast.View) error {
	if why := view.WhyNot(t); why != "" {
		if why == "is an interface" {
			return fmt.Errorf("%s is an interface, and no type with floats that can be seen here has its methods", name)
		}
		return fmt.Errorf("%s %s and carries no derivative", name, why)
	}
	return nil
}

// parameterNames lists the parameters that wrt could name, as the rest of a message.
func parameterNames(params []*types.Var) string {
	var names []string
	for _, p := range params {
		if p.Name() != "" && p.Name() != "_" {
			names = append(names, p.Name())
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": it has " + strings.Join(names, ", ")
}
