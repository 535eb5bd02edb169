// Package ast is the intermediate representation between a Go function and its derivative.
//
// It is a small structured tree: Go's own control flow, expression trees with their types, and variables
// that are pointers. A variable is its identity; what it is called is decided last, by the printer, so no
// pass ever compares or invents a name. Trees are immutable once built: a pass returns a new tree and may
// share the parts that it leaves alone. Analyses answer with side tables keyed by node or variable and
// write nothing here.
//
// # Expressions
//
//	x               Ref         a local variable, parameter or result
//	1e-3, n > 1     Lit         a constant, in the user's spelling
//	math.Pi, nil    Name        an object declared outside the function
//	x.f             Field       one hop; a promoted field is a chain of implicit hops
//	x[i]            Index       of a slice, array, pointer to array, string or map
//	x[i:j:k]        Slice
//	*p, &T{}        Deref, Addr
//	-x, x*y         Unary, Binary
//	f(x)            Call        a function, a method, a builtin, or a function that godiff writes
//	T(x)            Convert
//	T{…}            Composite
//	x               Past        in a reverse sweep only: the value that x had at a point of the forward sweep
//
// # Statements
//
// Assign, Decl, If, For, Range, Branch, Return, Do (a call for its effects) and Block. Everything else that
// Go has is lowered to these or refused before it gets here.
package ast

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

// A Var is a variable of a function. Its identity is its address.
type Var struct {
	Name string       // what the printer should call it, if nothing stands in the way
	Type types.Type   // its type
	Obj  types.Object // the user's variable, or nil for one of ours

	of *Var // the one that it stands for, or nil
}

// NewVar returns a variable of ours with a preferred name.
func NewVar(name string, t types.Type) *Var { return &Var{Name: name, Type: t} }

// StandIn returns a variable of ours that stands for v from somewhere on.
func (v *Var) StandIn() *Var { return &Var{Name: v.Name, Type: v.Type, of: v} }

// Origin returns the variable that v stands for, or v itself.
func (v *Var) Origin() *Var {
	for v.of != nil {
		v = v.of
	}
	return v
}

// NewResult returns a variable of ours for a result that has no name.
func NewResult(t types.Type) *Var {
	if IsError(t) {
		return NewVar("err", t)
	}
	return NewVar("y", t)
}

// Blank reports whether v is a parameter or result without a name.
func (v *Var) Blank() bool { return v.Name == "_" || v.Name == "" }

// An Expr is an expression of the representation.
type Expr interface {
	// Type is the expression's type, never an untyped one except for nil and constants
	// whose type the context decides.
	Type() types.Type
	expr()
}

type (
	// Ref reads (or, on a left side, names) a variable. On the left of a defining Assign, Again says that
	// the variable is an older one of the same scope, which is assigned and not declared.
	Ref struct {
		Var   *Var
		Again bool
	}

	// Lit is a constant expression. Text is how it is written; Val is its value.
	Lit struct {
		Text string
		Val  constant.Value
		T    types.Type
	}

	// Name is an object declared outside the function: a constant, variable or function of a package,
	// or nil.
	Name struct {
		Obj types.Object
		T   types.Type
	}

	// Field selects a field of a struct, or of what a pointer to a struct points to.
	Field struct {
		X        Expr
		Field    *types.Var
		Implicit bool // an embedded field that the source does not spell out
	}

	// Index selects an element.
	Index struct {
		X, I Expr
		T    types.Type
	}

	// Slice is x[Lo:Hi:Max]; a bound left out is nil.
	Slice struct {
		X, Lo, Hi, Max Expr
		T              types.Type
	}

	// Deref is *X.
	Deref struct{ X Expr }

	// Addr is &X.
	Addr struct {
		X Expr
		T types.Type
	}

	// Unary is Op X for + - ! ^.
	Unary struct {
		Op token.Token
		X  Expr
	}

	// Binary is X Op Y.
	Binary struct {
		Op   token.Token
		X, Y Expr
		T    types.Type
		Pos  token.Pos // of == and !=: where it stands in the source; NoPos for one of ours
	}

	// Call calls a function. For a method the receiver is Args[0].
	Call struct {
		Fun    Callee
		Args   []Expr
		Spread bool       // f(x...)
		T      types.Type // of the result; a *types.Tuple unless there is exactly one

		Parallel   bool // it is made for parts of a loop on several cores
		Checkpoint bool // it is made again in the reverse sweep, so that nothing of it is remembered but what it is given

		Late bool // it is deferred and made after a panic alone, so that nobody here sees what it writes

		Pos token.Pos // where it stands in the source; NoPos for a call of ours
	}

	// Convert is T(X).
	Convert struct {
		X   Expr
		T   types.Type
		Pos token.Pos // where it stands in the source; NoPos for one of ours
	}

	// Composite is a composite literal.
	Composite struct {
		T     types.Type
		Elems []Elem
	}

	// Past stands, in a reverse sweep, for the value that X had before (or, with After set, after) the
	// statement At of the forward sweep; with Memory set it has the contents of then too, and with Address set it is wanted
	// only for where it leads to. The pass that decides what to remember replaces every one.
	Past struct {
		X       Expr
		At      Stmt
		After   bool
		Memory  bool
		Address bool
	}
)

// An Elem is an element of a composite literal.
type Elem struct {
	Field *types.Var // of a struct literal
	Key   Expr       // of an array, slice or map literal; nil where it is left out
	Value Expr
}

// A Callee says what a Call calls. Exactly one of the first four fields is set.
type Callee struct {
	Fn      *types.Func // a declared function or method
	Builtin string      // len, append, …
	Gen     *Func       // a function that godiff writes
	Copied  string      // a rule of godiff's own that is copied into the output, by its name there
	Value   Expr        // with all others unset: a function value
	Method  bool        // Args[0] is the receiver
	As      *types.Func // of append([]T(nil), x...): the function of x that it is written as

	TypeArgs []types.Type // of a generic function that Fn is an instance of
	Explicit bool         // the source writes them out
}

func (*Ref) expr()       {}
func (*Lit) expr()       {}
func (*Name) expr()      {}
func (*Field) expr()     {}
func (*Index) expr()     {}
func (*Slice) expr()     {}
func (*Deref) expr()     {}
func (*Addr) expr()      {}
func (*Unary) expr()     {}
func (*Binary) expr()    {}
func (*Call) expr()      {}
func (*Convert) expr()   {}
func (*Composite) expr() {}
func (*Past) expr()      {}

func (e *Ref) Type() types.Type       { return e.Var.Type }
func (e *Lit) Type() types.Type       { return e.T }
func (e *Name) Type() types.Type      { return e.T }
func (e *Field) Type() types.Type     { return e.Field.Type() }
func (e *Index) Type() types.Type     { return e.T }
func (e *Slice) Type() types.Type     { return e.T }
func (e *Deref) Type() types.Type     { return Pointee(e.X.Type()) }
func (e *Addr) Type() types.Type      { return e.T }
func (e *Unary) Type() types.Type     { return e.X.Type() }
func (e *Binary) Type() types.Type    { return e.T }
func (e *Call) Type() types.Type      { return e.T }
func (e *Convert) Type() types.Type   { return e.T }
func (e *Composite) Type() types.Type { return e.T }
func (e *Past) Type() types.Type      { return e.X.Type() }

// Pointee returns the type that a pointer type points to, or nil.
func Pointee(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return nil
}

// Started is the name of a variable that holds what goroutines are given.
const Started = "started"

// A Meta is what every statement carries beside its meaning.
type Meta struct {
	Pos     token.Pos // where it stands in the source; NoPos for a statement of ours
	Src     string    // the source text of a simple statement or of the header of a loop, on one line
	Comment string    // printed above it, without the slashes; lines are separated by \n
	Named   []*Var    // the variables whose names go where Comment has a NUL, in order
	Origin  Origin    // of a statement of ours in a derivative; see OriginOf

	Checkpoint Schedule // of a loop: how it is run again in the reverse sweep
	Blocks     Stmt     // of a loop over blocks of the iterations of another: that one
	Parallel   bool     // of a loop: its iterations run on several cores; of one of ours over an integer, they do as it stands
	Turns      bool     // of a loop of ours that is parallel: neighbouring iterations do not run at the same time
	Goroutines bool     // of a loop: its iterations are goroutines of the user's, none of which touches what another one writes …
	Locks      bool     // … but for what they lock

	Idle   bool // it has no derivative, whatever it computes: another statement, which is silent, has it
	Silent bool // it has a derivative and does nothing else
}

// A Schedule says in what parts a loop is run again in the reverse sweep, so that not every iteration remembers something.
type Schedule int

const (
	NoCheckpoints Schedule = iota
	SquareRoot             // blocks of 1, 2, 3, … iterations: for n iterations √2n blocks, of which one is run again at a time
	Binomial               // halves of halves: for n iterations log₂ n states are kept, and each iteration is run again as often
)

// Info returns m itself, so that every statement has it.
func (m *Meta) Info() *Meta { return m }

// A Stmt is a statement of the representation.
type Stmt interface {
	Info() *Meta
	stmt()
}

type (
	// Assign is Lhs Op Rhs. A nil element of Lhs is the blank identifier. Op is token.ASSIGN, token.DEFINE
	// or a compound operator such as token.ADD_ASSIGN (which has one element on each side). With several
	// elements on the left, Rhs has as many or is one call.
	Assign struct {
		Meta
		Lhs []Expr
		Op  token.Token
		Rhs []Expr
	}

	// Decl is var Vars T = Values; Values is empty or as long as Vars, or one call.
	Decl struct {
		Meta
		Vars   []*Var
		Values []Expr
		Typed  bool // the type is written out even where there are values
	}

	// If is if Init; Cond Then else Else. Init and Else may be nil.
	If struct {
		Meta
		Init Stmt
		Cond Expr
		Then *Block
		Else *Block
	}

	// For is a for statement without a range clause. Init, Cond and Post may be nil.
	For struct {
		Meta
		Init Stmt
		Cond Expr
		Post Stmt
		Body *Block

		Label *Label // nil unless a Branch names it
	}

	// Range is a for statement with a range clause over an integer, a slice, an array or a pointer to an
	// array. Key and Value may be nil. They are defined by the loop if Define is set, else assigned.
	Range struct {
		Meta
		Key, Value Expr
		Define     bool
		X          Expr
		Body       *Block

		Label *Label // nil unless a Branch names it
	}

	// Branch is break or continue (Tok) out of the loop Target, or of the innermost loop if nil.
	Branch struct {
		Meta
		Tok    token.Token
		Target *Label
	}

	// Return is a return statement. Results is empty for a bare one.
	Return struct {
		Meta
		Results []Expr
	}

	// Do calls a function for its effects: at once or, deferred, when the function around it is left.
	Do struct {
		Meta
		Call  *Call
		Defer bool
	}

	// Block is a list of statements in a scope of its own.
	Block struct {
		Meta
		Stmts []Stmt
	}
)

// IsParallel reports whether s runs its iterations on several cores as it stands.
func (s *Range) IsParallel() bool { return s.Parallel && !s.Pos.IsValid() }

// A Label is the identity of a labelled loop.
type Label struct{ Name string }

func (*Assign) stmt() {}
func (*Decl) stmt()   {}
func (*If) stmt()     {}
func (*For) stmt()    {}
func (*Range) stmt()  {}
func (*Branch) stmt() {}
func (*Return) stmt() {}
func (*Do) stmt()     {}
func (*Block) stmt()  {}

// A Func is a function or method with its body.
type Func struct {
	Name    string
	Doc     string // the doc comment, without slashes; lines are separated by \n
	Recv    *Var   // nil for a function
	Params  []*Var // without the receiver
	Results []*Var
	Named   bool // the source names the results
	Derived bool // it is itself a derivative
	Foreign bool // parts of its body stand in other packages

	Variadic bool
	Body     *Block

	TypeParams []*TypeParam   // those that its types mention
	What       string         // what it is, in documentation; a link to it if empty
	Suffix     string         // what tells its derivatives from those of other instances of a generic function
	Obj        *types.Func    // the source function; nil for one that godiff writes
	Pkg        *types.Package // where it is declared or written
	Pos        token.Pos
}

// Tangents is what the names of the tangents of f's variables begin with: in a derivative, that has adjoints beside its variables, another
// letter.
func (f *Func) Tangents() string {
	if f.Derived {
		return "v"
	}
	return "d"
}

// RecvName returns the name of the type of the receiver, or of what that points to; it is empty without a receiver.
func (f *Func) RecvName() string {
	if f.Recv == nil {
		return ""
	}
	t := f.Recv.Type
	if p := Pointee(t); p != nil {
		t = p
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// Called returns what the function is in documentation, without the marks of links; it is empty where that is a link to the function itself.
func (f *Func) Called() string { return strings.NewReplacer("[", "", "]", "").Replace(f.What) }

// Inputs returns the receiver, if any, followed by the parameters.
func (f *Func) Inputs() []*Var {
	if f.Recv == nil {
		return f.Params
	}
	return append([]*Var{f.Recv}, f.Params...)
}
