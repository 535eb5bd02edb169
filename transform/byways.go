package transform

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Byways.
//
// A float that leaves the calculus of floats (as its bits, as text, in an interface, through a function without source or rule)
// and comes back as a float has a derivative that nobody can see:
//
//	math.Float64frombits(math.Float64bits(x) + 1)
//	v, _ := strconv.ParseFloat(fmt.Sprint(x), 64)
//
// What is made of an active float in such a way is tainted, and so is what is made of that. Taint that reaches a float is refused.
// A conversion to an integer and a comparison do not taint: their derivative is zero, which is right almost everywhere.
type byways struct {
	d       *derivation
	tainted map[*location]bool
	changed bool
}

// discrete are functions of package math whose results are integers or booleans that change only in jumps.
var discrete = []string{"math.IsNaN", "math.IsInf", "math.Signbit", "math.Ilogb", "sort.SearchFloat64s", "slices.BinarySearch"}

// checkByways refuses a function in which a value that an active float was made into becomes a float again.
func (d *derivation) checkByways() {
	if err := d.byways(); err != nil {
		panic(err)
	}
}

// byways returns the refusal of a function in which taint reaches a float, or nil.
func (d *derivation) byways() (refusal error) {
	defer guard(&refusal)
	b := &byways{d: d, tainted: map[*location]bool{}}
	b.run()
	r := &refusals{all: d.u.Thorough}
	eachExpr(d.fn.Body, func(s ast.Stmt, e ast.Expr) { r.check(func() { b.check(s, e) }) })
	r.end()
	return nil
}

// run finds all that is tainted.
func (b *byways) run() {
	for i, v := range b.d.fn.Inputs() {
		if b.d.taintedInputs != nil && b.d.taintedInputs[i] {
			b.taint(&ast.Ref{Var: v})
		}
	}
	for b.changed = true; b.changed; {
		b.changed = false
		ast.Inspect(b.d.fn.Body, func(s ast.Stmt) bool { b.spread(s); return true })
	}
}

// taint marks a place and what it leads to.
func (b *byways) taint(place ast.Expr) {
	b.d.mem.reachable(b.d.mem.place(place), map[*location]bool{}, func(l *location) {
		if !b.tainted[l] {
			b.tainted[l], b.changed = true, true
		}
	})
}

// spread passes the taint on that a statement passes on.
func (b *byways) spread(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		b.sides(s.Lhs, s.Rhs)
	case *ast.Decl:
		b.sides(refs(s.Vars), s.Values)
	case *ast.Return:
		b.sides(refs(b.d.fn.Results), s.Results)
	case *ast.Range:
		for _, l := range []ast.Expr{s.Key, s.Value} {
			if l != nil && !isString(s.X.Type()) && b.of(s.X) {
				b.taint(l)
			}
		}
	}
}

func (b *byways) sides(lhs, rhs []ast.Expr) {
	for i, l := range lhs {
		if l == nil || len(rhs) == 0 {
			continue
		}
		e := rhs[0]
		if len(rhs) == len(lhs) {
			e = rhs[i]
		}
		if isBoolean(l.Type()) {
			continue
		}
		if c, ok := e.(*ast.Call); ok && len(rhs) < len(lhs) && ast.Carries(l.Type()) && !slices.ContainsFunc(c.Args, b.of) {
			continue // another result of the call may be tainted; its floats are not, or the callee is refused
		}
		if b.of(e) || types.IsInterface(l.Type()) && b.varied(e) {
			b.taint(l)
		}
	}
}

// varied reports whether e depends on what is differentiated with respect to. Usefulness does not count: nothing is known to come
// of what leaves by a byway.
func (b *byways) varied(e ast.Expr) bool {
	return slices.ContainsFunc(b.d.act.sources(e), func(l *location) bool { return b.d.act.varied[l] })
}

// of reports whether e is tainted.
func (b *byways) of(e ast.Expr) bool {
	switch e := e.(type) {
	case nil, *ast.Lit, *ast.Name:
		return false
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		found := false
		b.d.mem.reachable(b.d.mem.place(e), map[*location]bool{}, func(l *location) { found = found || b.tainted[l] })
		return found
	case *ast.Binary:
		return !isBoolean(e.T) && (b.of(e.X) || b.of(e.Y))
	case *ast.Composite:
		return slices.ContainsFunc(e.Elems, func(x ast.Elem) bool {
			return b.of(x.Value) || x.Field != nil && types.IsInterface(x.Field.Type()) && b.varied(x.Value)
		})
	case *ast.Call:
		return b.call(e)
	}
	return slices.ContainsFunc(ast.Operands(e), b.of)
}

// call reports whether a result of a call is tainted: by its arguments, or since the callee takes a byway.
func (b *byways) call(c *ast.Call) bool {
	if isBoolean(c.T) || c.Fun.Builtin == "panic" {
		return false
	}
	if slices.ContainsFunc(c.Args, b.of) {
		return true
	}
	fn := c.Fun.Fn
	switch {
	case fn == nil || b.d.constant(c) || slices.Contains(discrete, fn.FullName()):
		return false
	case b.outside(c):
		return slices.ContainsFunc(c.Args, b.varied)
	}
	s := b.d.u.summary(fn)
	return s != nil && s.taints && slices.ContainsFunc(c.Args, b.varied)
}

// outside reports whether a call leaves what godiff sees: its callee has neither source here nor a rule.
func (b *byways) outside(c *ast.Call) bool {
	fn := c.Fun.Fn
	return fn != nil && !b.d.isRuled(c) && !b.d.u.Rules.has(c.Fun) && b.d.u.Lower(fn) == nil
}

// check refuses an expression that makes a float of a tainted value, or lets a function do so that nobody can see into.
func (b *byways) check(s ast.Stmt, e ast.Expr) {
	pos := s.Info().Pos
	switch e := e.(type) {
	case *ast.Convert:
		if ast.IsFloat(e.T) && b.of(e.X) {
			refuse(pos, "an active value becomes a float again by way of %s; its derivative is lost", e.X.Type())
		}
	case *ast.Call:
		b.checkCall(pos, e)
	}
}

func (b *byways) checkCall(pos token.Pos, c *ast.Call) {
	fn := c.Fun.Fn
	switch {
	case fn == nil || b.d.constant(c):
	case b.outside(c):
		if carriesTuple(c.T) && slices.ContainsFunc(c.Args, b.of) {
			refuse(pos, "%s makes a float of a value that an active one was made into; its derivative is lost", fn.FullName())
		}
		if !isText(fn) || scans(fn) {
			b.checkWrites(pos, c)
		}
	default:
		s := b.d.u.summary(fn)
		if s == nil {
			return
		}
		// What is derived is looked at where that is done; no derivative is made of a callee all of whose results are lost.
		// A rule stands for what its function does with floats.
		loses := s.loses && !b.d.isRuled(c) && (carriesTuple(c.T) || len(s.writes) > 0) && !b.d.callActive(c) && slices.ContainsFunc(c.Args, b.varied)
		if loses || s.sinks && slices.ContainsFunc(c.Args, b.of) {
			refuse(pos, "%s makes a float of a value that an active one was made into; its derivative is lost", fn.Name())
		}
	}
}

// checkWrites refuses a call into the unknown that may write floats behind an argument.
func (b *byways) checkWrites(pos token.Pos, c *ast.Call) {
	known := !slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return b.of(x) || b.varied(x) })
	for _, x := range c.Args {
		if !known && ast.Carries(x.Type()) && hasRefs(x.Type()) {
			refuse(pos, "%s may write the floats that it is given the address of; give it a rule with //godiff:derivative of=%s", c.Fun.Fn.FullName(), c.Fun.Fn.FullName())
		}
	}
}

// scans reports whether a function of package fmt writes what it is given the address of.
func scans(fn *types.Func) bool { return strings.Contains(fn.Name(), "can") }

// bywaysOf reports whether a result of f that is no float is tainted where its inputs are active, whether f makes a float of an input
// that is tainted, and whether it makes one of what it has made of an active input.
func (u *Unit) bywaysOf(f *ast.Func, m *memory) (taints, sinks, loses bool) {
	inputs := f.Inputs()
	active, results := make([]bool, len(inputs)), make([]bool, len(f.Results))
	d := &derivation{u: u, fn: f, mem: m, taintedInputs: make([]bool, len(inputs))}
	for i, v := range inputs {
		active[i] = ast.Carries(v.Type)
		d.taintedInputs[i] = !active[i] && !isBoolean(v.Type)
	}
	d.act = newActivity(u, m, active, results, make([]bool, len(inputs)), callSite{})
	sinks = d.byways() != nil
	d.taintedInputs = make([]bool, len(inputs))
	loses = d.byways() != nil
	b := &byways{d: d, tainted: map[*location]bool{}}
	b.run()
	for _, v := range f.Results {
		taints = taints || !ast.Carries(v.Type) && b.of(&ast.Ref{Var: v})
	}
	return taints, sinks, loses
}
