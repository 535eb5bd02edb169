package derive

import (
	goast "go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/godiff/godiff/ast/lower"
)

// varUses are the uses of variables in a package, each with what is around it, from the inside out up to a statement.
type varUses map[*types.Var][][]goast.Node

// usesIn returns the uses in the files of a package that are not tests.
func (d *deriver) usesIn(pkg *lower.Package) varUses {
	if uses, ok := d.uses[pkg]; ok {
		return uses
	}
	uses := varUses{}
	for _, file := range pkg.Files {
		if !file.Test() {
			eachUse(pkg, file, func(v *types.Var, around []goast.Node) { uses[v] = append(uses[v], around) })
		}
	}
	d.uses[pkg] = uses
	return uses
}

// eachUse calls f for the uses of variables in a file.
func eachUse(pkg *lower.Package, file *lower.File, f func(v *types.Var, around []goast.Node)) {
	var around []goast.Node
	goast.Inspect(file.Syntax, func(n goast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		around = append(around, n)
		if id, ok := n.(*goast.Ident); ok {
			if v, ok := pkg.Info.Uses[id].(*types.Var); ok && !v.IsField() {
				f(v, outwards(around))
			}
		}
		return true
	})
}

// outwards returns the last of some nodes and those before it, down to a statement, in reverse.
func outwards(around []goast.Node) []goast.Node {
	var list []goast.Node
	for i := len(around) - 1; i >= 0; i-- {
		list = append(list, around[i])
		if _, ok := around[i].(goast.Stmt); ok {
			break
		}
	}
	return list
}

// changed returns a place where a package may change a variable of its own, or what that refers to, or gives it out of hand.
func (d *deriver) changed(pkg *lower.Package, v *types.Var) token.Pos {
	r := &reading{d: d, pkg: pkg, uses: d.usesIn(pkg), seen: map[*types.Var]bool{}}
	r.onlyRead(v)
	return r.not
}

// A reading follows a variable of a package, and what refers to the same memory, through its uses.
type reading struct {
	d    *deriver
	pkg  *lower.Package
	uses varUses
	seen map[*types.Var]bool
	not  token.Pos // of a use that is more than reading
}

// onlyRead reports whether a variable is only read, and the memory that it refers to.
func (r *reading) onlyRead(v *types.Var) bool {
	if r.seen[v] {
		return true // or it is found out where it was seen
	}
	r.seen[v] = true
	for _, around := range r.uses[v] {
		if !r.isRead(around) {
			if !r.not.IsValid() {
				r.not = around[0].Pos()
			}
			return false
		}
	}
	return true
}

// isRead reports whether a use of a variable reads it.
func (r *reading) isRead(around []goast.Node) bool {
	e := around[0].(goast.Expr) // the variable, then parts of it
	for _, n := range around[1:] {
		switch n := n.(type) {
		case *goast.ParenExpr:
			e = n
			continue
		case *goast.IndexExpr:
			if n.X == e {
				e = n
				continue
			}
		case *goast.SliceExpr:
			if n.X == e {
				e = n
				continue
			}
		case *goast.SelectorExpr:
			if sel := r.pkg.Info.Selections[n]; sel == nil || sel.Kind() != types.FieldVal {
				return false // a method may change it
			}
			e = n
			continue
		case *goast.UnaryExpr:
			return n.Op != token.AND
		case *goast.CallExpr:
			return r.passed(n, e)
		case *goast.AssignStmt:
			return r.assigned(n, e)
		case *goast.RangeStmt:
			return r.ranged(n, e)
		case *goast.IncDecStmt:
			return false
		}
		break
	}
	return !r.refers(e)
}

// refers reports whether the value of an expression refers to memory. Those of constants refer to no more than slices.
func (r *reading) refers(e goast.Expr) bool { return refers(r.pkg.Info.TypeOf(e)) }

func refers(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return false
	case *types.Array:
		return refers(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if refers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}

// assigned reports whether a statement that assigns e, or assigns to it, reads it.
func (r *reading) assigned(s *goast.AssignStmt, e goast.Expr) bool {
	for i, x := range s.Rhs {
		if x != e {
			continue
		}
		return !r.refers(e) || s.Tok == token.DEFINE && len(s.Lhs) == len(s.Rhs) && r.defined(s.Lhs[i])
	}
	return false
}

// defined reports whether a variable that is defined here, to refer to memory that may not change, is only read.
func (r *reading) defined(e goast.Expr) bool {
	if isBlank(e) {
		return true
	}
	id, ok := e.(*goast.Ident)
	if !ok {
		return false
	}
	v, ok := r.pkg.Info.Defs[id].(*types.Var)
	return ok && r.onlyRead(v)
}

func isBlank(e goast.Expr) bool {
	id, ok := e.(*goast.Ident)
	return ok && id.Name == "_"
}

// ranged reports whether a loop over e, if it is that, reads it.
func (r *reading) ranged(s *goast.RangeStmt, e goast.Expr) bool {
	if s.X != e {
		return false
	}
	if s.Value == nil || isBlank(s.Value) || !r.refers(s.Value) {
		return true
	}
	return s.Tok == token.DEFINE && r.defined(s.Value)
}

// passed reports whether a call with e for an argument reads it.
func (r *reading) passed(c *goast.CallExpr, e goast.Expr) bool {
	last := c.Args[len(c.Args)-1]
	switch fn := typeutil.Callee(r.pkg.Info, c).(type) {
	case *types.Builtin:
		copies := !r.refersBehind(e)
		switch {
		case fn.Name() == "len" || fn.Name() == "cap":
			return true
		case fn.Name() == "copy":
			return copies && c.Args[1] == e && c.Args[0] != e
		case fn.Name() == "append" && c.Ellipsis.IsValid():
			return copies && len(c.Args) == 2 && last == e
		}
		return !r.refers(e)
	case *types.Func:
		return !r.refers(e) || r.passedTo(fn, c, e)
	}
	return !r.refers(e)
}

// refersBehind reports whether the elements of a slice refer to memory.
func (r *reading) refersBehind(e goast.Expr) bool {
	s, ok := r.pkg.Info.TypeOf(e).Underlying().(*types.Slice)
	return ok && refers(s.Elem())
}

// passedTo reports whether a function that is called with e for an argument only reads it: it is of the package, and every build has it.
func (r *reading) passedTo(fn *types.Func, c *goast.CallExpr, e goast.Expr) bool {
	fn = fn.Origin()
	pkg, file, decl := r.d.prog.Decl(fn)
	if pkg != r.pkg || decl.Body == nil || file.Constraint != "" {
		return false
	}
	sig := fn.Signature()
	n := sig.Params().Len()
	if sig.Variadic() && !c.Ellipsis.IsValid() || len(c.Args) != n {
		return false // a method expression has the receiver before its parameters
	}
	for i, x := range c.Args {
		if x == e && !r.onlyRead(sig.Params().At(i)) {
			return false
		}
	}
	return true
}
