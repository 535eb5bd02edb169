package transform

import (
	"fmt"
	"go/token"
	"go/types"

	"github.com/godiff/godiff/ast"
)

// A Unit derives the functions of one package. It holds what derivations share: the lowered functions, their
// summaries, the rules, and the derivatives of callees that derivations have asked for.
type Unit struct {
	Pkg   *types.Package
	Lower func(*types.Func) *ast.Func // the lowered function, or nil for one without source
	Rules *Rules
	// Instances tells what functions are instances of. It may be nil where none is.
	Instances interface {
		Declared(fn *types.Func) *types.Func   // the declared function, or fn itself
		Like(rule, fn *types.Func) *types.Func // the instance of rule with the type arguments of fn
		With(fn *types.Func, args *types.TypeList) *types.Func

		Outlined(f *ast.Func, of *types.Func, sig *types.Signature) *types.Func // a function that is declared nowhere and is f, a part of another
		Lifted(fn *types.Func) bool                                             // whether fn is declared nowhere, as what is given a function is
		Given(fn *types.Func) (f *types.Func, method bool)                      // the function that fn is an instance for, and whether it is called as a method
		GivenGroups(fn *types.Func) bool                                        // whether all that fn is an instance for are groups of goroutines
	}
	// Scopes returns what users say of the functions that a package calls, what comes first first. It may be nil.
	Scopes func(*types.Package) []*Scope
	// Replaceable reports whether another build may have another body of a function, so that it must be called and not copied.
	Replaceable func(*types.Func) bool
	// Derivative reports whether a function is generated, so that its body is not there yet.
	Derivative func(*types.Func) bool
	// Lifted reports whether a function is declared nowhere, so that the output must hold it where it calls it. It may be nil.
	Lifted func(*types.Func) bool
	// Source reports whether the source of a function is here, if it cannot be lowered perhaps. It may be nil.
	Source func(*types.Func) bool
	// Opened returns what such a function takes out of interfaces. It may be nil.
	Opened func(*types.Func) Opened
	// Value returns what stands behind the name in the declaration of a variable of another package, if a copy of that can stand for it, or
	// why it cannot. It may be nil.
	Value      func(*types.Var) (value []ast.TextPart, whyNot string)
	Disable    map[string]bool // optional passes that are off
	File       string          // the file that the derivative at hand goes to
	Stage      string          // the pass after which the code of the first function that it comes to is kept …
	Traced     string          // … here
	Plain      bool            // parallel loops are loops as others, in a derivative that is to be derived: there they run one after the other
	Explaining bool            // what is decided on the way is kept: see Explanations
	Thorough   bool            // what is refused is looked at to its end: see Refusal

	Same map[*types.Named]*types.Named // set by Helpers: the types that stand for others

	summaries map[*types.Func]*summary
	made      []*ast.Func // the derivatives so far
	explained []*Explanation
	helpers   map[string]*helper
	order     []*helper // in the order in which they were asked for
	copies    []*ruleCopy
	primals   []*primal
	wides     []*Helper // derivatives of callees along several directions at once
	varCopies []*varCopy
	reserved  map[string]bool          // names at the level of the package that are not ours: see Take
	taken     map[string]bool          // names given there
	numbered  map[string]string        // those with a number, and what they are without it
	saved     map[types.Type]bool      // types of what forward sweeps remember
	recursive map[types.Type]bool      // see isRecursive
	inner     map[innerKey]bool        // see holdsInner
	ruled     map[ruleKey]*Rule        // see like
	parallels map[*types.Func]parallel // of functions for parts of parallel loops
	checking  bool                     // loops stay as they are: see checkParallel
	outlines  map[ast.Stmt][]ast.Stmt  // see outline
}

// NewUnit returns a unit for a package.
func NewUnit(pkg *types.Package, lower func(*types.Func) *ast.Func, rules *Rules) *Unit {
	return &Unit{
		Pkg: pkg, Lower: lower, Rules: rules,
		Disable:   map[string]bool{},
		summaries: map[*types.Func]*summary{},
		helpers:   map[string]*helper{},
		reserved:  map[string]bool{},
		taken:     map[string]bool{},
		numbered:  map[string]string{},
		saved:     map[types.Type]bool{},
		recursive: map[types.Type]bool{},
		inner:     map[innerKey]bool{},
		ruled:     map[ruleKey]*Rule{},
		outlines:  map[ast.Stmt][]ast.Stmt{},
		parallels: map[*types.Func]parallel{},
	}
}

// hidden reports whether the package declares something of its own by a predeclared name.
func (u *Unit) hidden(name string) bool { return u.Pkg.Scope().Lookup(name) != nil }

// another returns a unit that has derived nothing, for the same package and under the same conditions.
func (u *Unit) another() *Unit {
	v := NewUnit(u.Pkg, u.Lower, u.Rules)
	v.Instances, v.Scopes, v.Replaceable, v.Derivative, v.Lifted, v.Source, v.Opened, v.Value = u.Instances, u.Scopes, u.Replaceable, u.Derivative, u.Lifted, u.Source, u.Opened, u.Value
	v.Disable, v.File, v.Thorough, v.saved = u.Disable, u.File, u.Thorough, u.saved
	return v
}

// Remembers says that values of a type are what forward sweeps remember, of derivatives that are source.
func (u *Unit) Remembers(t types.Type) { u.saved[t] = true }

func (u *Unit) isSaved(t types.Type) bool {
	if n, ok := t.(*types.Named); ok {
		return u.saved[n.Origin()]
	}
	return false
}

// Take says that a name at the level of the package is taken.
func (u *Unit) Take(name string) { u.reserved[name] = true }

// foreign reports whether a name at the level of the package means something that is not ours.
func (u *Unit) foreign(name string) bool {
	return u.reserved[name] || u.Pkg.Scope().Lookup(name) != nil || types.Universe.Lookup(name) != nil
}

// A Refusal says that a program cannot be differentiated, where, and why.
type Refusal struct {
	Pos    token.Pos
	Msg    string
	Callee *types.Func // the function that stands in the way, if it is one; what is wrong with it comes first
	More   []*Refusal  // for other reasons too, of a Unit that is thorough
}

func (r *Refusal) Error() string { return r.Msg }

// refuse gives up the function at hand.
func refuse(pos token.Pos, format string, args ...any) {
	panic(&Refusal{Pos: pos, Msg: fmt.Sprintf(format, args...)})
}

// guard turns a refusal below it into an error.
func guard(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Refusal:
		*err = r
	default:
		panic(r)
	}
}
