package transform

import (
	"cmp"
	"go/token"
	"go/types"
	"maps"
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
// What is made of an active float in such a way is tainted, and so is what is made of that, and the memory that a function without source
// is given together with it. Taint that reaches a float is refused. A conversion to an integer, a length and a comparison do not taint:
// their derivative is zero, which is right almost everywhere.
//
// The keys of a map are another way: a map is keyed where one of its keys is active, tainted, or leads to what is active. Nothing may go
// through the keys of such a map if they hold floats or lead to some.
type byways struct {
	d       *derivation
	tainted map[*location]bool
	keyed   map[*location]bool // the elements of maps
	changed bool
}

// discrete are functions whose results are integers or booleans that change only in jumps.
var discrete = []string{
	"(*math/big.Float).Cmp", "(*math/big.Float).Sign", "(*math/big.Int).Cmp", "(*math/big.Int).Sign", "(*math/big.Rat).Cmp", "(*math/big.Rat).Sign",
	"bytes.Compare", "cmp.Compare", "strings.Compare", "math.IsNaN", "math.IsInf", "math.Signbit", "math.Ilogb", "sort.SearchFloat64s", "slices.BinarySearch",
}

// checkByways refuses a function in which a value that an active float was made into becomes a float again.
func (d *derivation) checkByways() {
	if _, err := d.byways(); err != nil {
		panic(err)
	}
}

// byways finds all that is tainted, and returns the refusal of a function in which taint reaches a float, or nil.
func (d *derivation) byways() (b *byways, refusal error) {
	b = &byways{d: d, tainted: map[*location]bool{}, keyed: map[*location]bool{}}
	b.run()
	defer guard(&refusal)
	r := &refusals{all: d.u.Thorough}
	eachExpr(d.fn.Body, func(s ast.Stmt, e ast.Expr) { r.check(func() { b.check(s, e) }) })
	r.end()
	return b, nil
}

// run finds all that is tainted.
func (b *byways) run() {
	for i, v := range b.d.fn.Inputs() {
		if b.d.taintedInputs != nil && b.d.taintedInputs[i] {
			b.taint(&ast.Ref{Var: v})
		}
	}
	for l := range b.d.keyedInputs {
		b.keyed[l] = true
	}
	for b.changed = true; b.changed; {
		b.changed = false
		ast.Inspect(b.d.fn.Body, func(s ast.Stmt) bool { b.spread(s); return true })
		eachExpr(b.d.fn.Body, func(_ ast.Stmt, e ast.Expr) {
			if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && !b.d.constant(c) {
				b.stain(c)
			}
		})
	}
}

// taint marks a place and what it leads to, or only what is of some kinds in these.
func (b *byways) taint(place ast.Expr, only ...types.Type) {
	b.d.mem.reachable(b.d.mem.place(place), map[*location]bool{}, func(l *location) {
		of := len(only) == 0 || slices.ContainsFunc(only, func(t types.Type) bool { return types.Identical(t, l.typ) })
		if of && !b.tainted[l] {
			b.tainted[l], b.changed = true, true
		}
	})
}

// mark adds a location to a set.
func (b *byways) mark(set map[*location]bool, l *location) {
	if l = l.find(); !set[l] {
		set[l], b.changed = true, true
	}
}

// stain marks what a call taints in memory that it is given. A rule stands for what its function does.
func (b *byways) stain(c *ast.Call) {
	if b.d.isRuled(c) || b.d.u.Rules.has(c.Fun) {
		return
	}
	m, u := b.d.mem, b.d.u
	taint := func(l *location) {
		if !ast.IsFloat(l.typ) {
			b.mark(b.tainted, l)
		}
	}
	if s := u.summary(c.Fun.Fn); s != nil {
		if len(s.stained)+len(s.keyed) > 0 && slices.ContainsFunc(c.Args, b.leads) {
			m.mapCells(c, s.stained, taint)
			m.mapLocations(c, s.keyed, func(l *location) { b.mark(b.keyed, l) })
		}
		for i, args := range argsOf(c, s.mem.fn) {
			if b.given(s, i, args) {
				m.mapCells(c, s.writes, taint)
				m.mapCells(c, s.stainedBy[i], taint)
			}
		}
		return
	}
	if !b.outside(c) || u.isLifted(c.Fun.Fn) || u.Source != nil && u.Source(c.Fun.Fn) { // what cannot be lowered is refused elsewhere
		return
	}
	if !slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return b.varied(x) || b.of(x) }) {
		return
	}
	for i, x := range c.Args {
		if !u.harmless(c.Fun.Fn) || i == 0 && fillsFirst(c.Fun.Fn) {
			m.behindValue(x, map[*location]bool{}, taint)
		}
	}
}

// isHidden reports whether a type is an interface of which it is not known what it may hold: what is active is tainted in it.
func isHidden(t types.Type) bool { return types.IsInterface(t) && !ast.Carries(t) }

// given reports whether arguments for the i-th input of a callee are tainted, or become so in the interfaces that it takes them as.
func (b *byways) given(s *summary, i int, args []ast.Expr) bool {
	f := s.mem.fn
	t := f.Inputs()[i].Type
	if slice, ok := t.Underlying().(*types.Slice); ok && f.Variadic && i == len(f.Inputs())-1 {
		t = slice.Elem()
	}
	return slices.ContainsFunc(args, func(x ast.Expr) bool { return b.of(x) || b.hides(t, x) })
}

// hides reports whether e, which is or leads to what is active, becomes a value of a hidden type.
func (b *byways) hides(t types.Type, e ast.Expr) bool {
	return isHidden(t) && !isNil(e) && !isBoolean(e.Type()) && b.leads(e)
}

// isGiven reports whether a callee is given something that is tainted, or becomes so.
func (b *byways) isGiven(s *summary, c *ast.Call) bool {
	for i, args := range argsOf(c, s.mem.fn) {
		if b.given(s, i, args) {
			return true
		}
	}
	return false
}

// fillsFirst reports whether a function puts text into its first argument.
func fillsFirst(fn *types.Func) bool {
	return strings.HasPrefix(fn.Name(), "Append") || strings.HasPrefix(fn.Name(), "Fprint")
}

// leads reports whether e depends on what is differentiated with respect to, or leads to what does.
func (b *byways) leads(e ast.Expr) bool {
	if b.varied(e) {
		return true
	}
	found := false
	b.d.mem.behindValue(e, map[*location]bool{}, func(l *location) { found = found || b.d.act.varied[l.find()] })
	return found
}

// key marks a map that e becomes a key of.
func (b *byways) key(m, e ast.Expr) {
	if t := b.d.mem.reach(m); t != nil && b.isKey(e) {
		b.mark(b.keyed, t)
	}
}

// isKey reports whether e makes a map keyed. Truth does not come from what is active but by comparison.
func (b *byways) isKey(e ast.Expr) bool {
	return e != nil && !isBoolean(e.Type()) && (b.of(e) || (ast.Carries(e.Type()) || types.IsInterface(e.Type())) && b.leads(e))
}

// isKeyed reports whether e is or leads to a map that is keyed.
func (b *byways) isKeyed(e ast.Expr) bool {
	found := ast.Any(e, func(e ast.Expr) bool {
		lit, ok := e.(*ast.Composite)
		return ok && ast.IsMap(lit.T) && slices.ContainsFunc(lit.Elems, func(x ast.Elem) bool { return b.isKey(x.Key) })
	})
	if len(b.keyed) == 0 {
		return found
	}
	if t := b.d.mem.reach(e); t != nil {
		found = found || b.keyed[t.find()]
	}
	m := b.d.mem
	see := func(c *location) { found = found || ast.IsMap(c.typ) && b.keyed[m.targetOf(c).find()] }
	if hasRefs(e.Type()) && !isNil(e) {
		m.cellsIn(m.place(e), see)
		m.behindValue(e, map[*location]bool{}, see)
	}
	return found
}

// spread passes the taint on that a statement passes on.
func (b *byways) spread(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		b.sides(s.Lhs, s.Rhs)
	case *ast.Decl:
		b.sides(ast.Refs(s.Vars), s.Values)
	case *ast.Return:
		b.sides(ast.Refs(b.d.fn.Results), s.Results)
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
		if x, ok := l.(*ast.Index); ok && ast.IsMap(x.X.Type()) {
			b.key(x.X, x.I)
		}
		if lit, ok := e.(*ast.Composite); ok && ast.IsMap(lit.T) {
			for _, x := range lit.Elems {
				b.key(l, x.Key)
			}
		}
		if isBoolean(l.Type()) {
			continue
		}
		b.wraps(l, e)
		if c, ok := e.(*ast.Call); ok && len(rhs) < len(lhs) && !holdsOther(l.Type(), map[types.Type]bool{}) && !slices.ContainsFunc(c.Args, b.of) {
			continue // another result of the call may be tainted; its floats are not, or the callee is refused
		}
		tainted, result := b.of(e), anyResult
		if c, ok := e.(*ast.Call); ok && len(rhs) < len(lhs) {
			tainted, result = b.call(c, i), i
		}
		var only kinds
		if tainted && !types.IsInterface(l.Type()) {
			only = b.kindsIn(e, result)
		}
		if tainted || types.IsInterface(l.Type()) && b.varied(e) || b.hides(l.Type(), e) {
			b.taint(l, only...)
		}
	}
}

// wraps marks what a function without source was given for what it returned, as a buffer for a writer, if that is tainted: it may have got there.
func (b *byways) wraps(l, e ast.Expr) {
	c, ok := e.(*ast.Call)
	if !ok || !b.outside(c) || !hasRefs(l.Type()) && !types.IsInterface(l.Type()) || !b.of(l) {
		return
	}
	for _, x := range c.Args {
		b.d.mem.behindValue(x, map[*location]bool{}, func(l *location) {
			if !ast.IsFloat(l.typ) {
				b.mark(b.tainted, l)
			}
		})
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
		if b.way(e) {
			return true
		}
		found := false
		b.d.mem.reachable(b.d.mem.place(e), map[*location]bool{}, func(l *location) { found = found || b.tainted[l] })
		return found
	case *ast.Binary:
		return !isBoolean(e.T) && (b.of(e.X) || b.of(e.Y))
	case *ast.Composite:
		return slices.ContainsFunc(e.Elems, func(x ast.Elem) bool {
			if x.Field != nil {
				return b.of(x.Value) || types.IsInterface(x.Field.Type()) && b.varied(x.Value) || b.hides(x.Field.Type(), x.Value)
			}
			list, ok := e.T.Underlying().(interface{ Elem() types.Type })
			return b.of(x.Value) || ok && b.hides(list.Elem(), x.Value)
		})
	case *ast.Call:
		return b.call(e, anyResult)
	}
	return slices.ContainsFunc(ast.Operands(e), b.of)
}

// anyResult is the number of a result where any of them is meant.
const anyResult = -1

// kinds are types, of the values in a result that are tainted.
type kinds []types.Type

// add adds a type. The order is the same whatever comes first.
func (k kinds) add(t types.Type) kinds {
	i, found := slices.BinarySearchFunc(k, t, func(a, b types.Type) int {
		return cmp.Compare(types.TypeString(a, nil), types.TypeString(b, nil))
	})
	if found {
		return k
	}
	return slices.Insert(slices.Clone(k), i, t)
}

// ofResult returns what a list says of a result.
func ofResult(list []kinds, i int) kinds {
	if i == anyResult || i >= len(list) {
		return slices.Concat(list...)
	}
	return list[i]
}

// way reports whether a place behind a slice or pointer is found by what is tainted: an index, or what a call returns. It does not matter
// what else the variable that it belongs to leads to.
func (b *byways) way(e ast.Expr) bool {
	if ast.RootVar(e) != nil {
		return false
	}
	for isPlace(e) {
		operands := ast.Operands(e)
		if len(operands) == 0 {
			return false // a variable
		}
		if slices.ContainsFunc(operands[1:], b.of) {
			return true
		}
		e = operands[0]
	}
	return b.of(e)
}

// call reports whether the i-th result of a call is tainted: by its arguments, or since the callee takes a byway.
func (b *byways) call(c *ast.Call, i int) bool {
	switch c.Fun.Builtin {
	case "cap", "len", "panic":
		return false
	case ast.MapKeys:
		return b.isKeyed(c.Args[0]) || b.of(c.Args[0])
	case "append":
		if elem := elemType(c.T); elem != nil && slices.ContainsFunc(c.Args[1:], func(x ast.Expr) bool { return b.hides(elem, x) }) {
			return true
		}
	}
	fn := c.Fun.Fn
	if isBoolean(c.T) || fn != nil && slices.Contains(discrete, fn.FullName()) {
		return false
	}
	var s *summary
	if fn != nil {
		s = b.d.u.summary(fn)
	}
	if s == nil && slices.ContainsFunc(c.Args, b.of) || s != nil && len(ofResult(s.passes, i)) > 0 && b.isGiven(s, c) {
		return true
	}
	switch {
	case fn == nil || b.d.constant(c):
		return false
	case b.outside(c):
		return slices.ContainsFunc(c.Args, b.varied)
	}
	return s != nil && len(ofResult(s.taints, i)) > 0 && slices.ContainsFunc(c.Args, b.varied)
}

// kindsIn returns what in e, or in the i-th result of a call, may be tainted, or nil if anything may be.
func (b *byways) kindsIn(e ast.Expr, i int) kinds {
	var list kinds
	switch e := e.(type) {
	case *ast.Ref, *ast.Field, *ast.Index, *ast.Deref:
		if !b.way(e) {
			return b.taintedFrom(b.d.mem.place(e), nil)
		}
	case *ast.Addr:
		if isPlace(e.X) {
			return b.kindsIn(e.X, anyResult)
		}
	case *ast.Call:
		if e.Fun.Fn == nil || b.d.constant(e) || b.outside(e) {
			return nil
		}
		if s := b.d.u.summary(e.Fun.Fn); s != nil {
			for _, t := range slices.Concat(ofResult(s.passes, i), ofResult(s.taints, i)) {
				list = list.add(t)
			}
		}
	}
	return list
}

// taintedFrom adds to a list what is tainted in a location and in what it leads to.
func (b *byways) taintedFrom(l *location, list kinds) kinds {
	b.d.mem.reachable(l, map[*location]bool{}, func(l *location) {
		if b.tainted[l] {
			list = list.add(l.typ)
		}
	})
	return list
}

// sinks reports whether a callee makes a float of an argument that is tainted.
func (b *byways) sinks(s *summary, c *ast.Call) bool {
	if len(s.sinks) == 0 {
		return false
	}
	for i, list := range argsOf(c, s.mem.fn) {
		if s.sinks[i] && b.given(s, i, list) {
			return true
		}
	}
	return false
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
		if (ast.IsFloat(e.T) || isHidden(e.X.Type()) && ast.Carries(e.T)) && b.of(e.X) {
			refuse(pos, "an active value becomes a float again by way of %s; its derivative is lost", e.X.Type())
		}
	case *ast.Call:
		b.checkCall(pos, e)
	}
}

func (b *byways) checkCall(pos token.Pos, c *ast.Call) {
	fn := c.Fun.Fn
	switch {
	case c.Fun.Builtin == ast.MapKeys:
		if ast.Carries(c.T) && b.isKeyed(c.Args[0]) {
			refuse(pos, "the keys of this map come from active values, and have lost their derivatives; keep what they hold in a slice beside the map")
		}
	case fn == nil || b.d.constant(c):
	case b.outside(c):
		if setsByReflection(fn) && slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return b.of(x) || b.leads(x) }) {
			refuse(pos, "an active value is written by reflection; its derivative is lost")
		}
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
		if loses || b.sinks(s, c) || s.sinksKeys && slices.ContainsFunc(c.Args, b.isKeyed) {
			refuse(pos, "%s makes a float of a value that an active one was made into; its derivative is lost", fn.Name())
		}
	}
}

// checkWrites refuses a call into the unknown that may write floats behind an argument.
func (b *byways) checkWrites(pos token.Pos, c *ast.Call) {
	known := !slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return b.of(x) || b.varied(x) })
	for _, x := range c.Args {
		if known || !hasRefs(x.Type()) {
			continue
		}
		floats := ast.Carries(x.Type())
		b.d.mem.behindValue(x, map[*location]bool{}, func(l *location) { floats = floats || ast.IsFloat(l.typ) })
		if floats {
			refuse(pos, "%s may write the floats that it is given the address of; give it a rule with //godiff:derivative of=%s", c.Fun.Fn.FullName(), c.Fun.Fn.FullName())
		}
	}
}

// scans reports whether a function that makes text writes what it is given the address of.
func scans(fn *types.Func) bool {
	return strings.Contains(fn.Name(), "can") || fn.FullName() == "errors.As"
}

// setsByReflection reports whether a function of package reflect writes what it is given, or calls a function.
func setsByReflection(fn *types.Func) bool {
	return fn.Pkg() != nil && fn.Pkg().Path() == "reflect" && slices.ContainsFunc([]string{"Append", "Call", "Copy", "Send", "Set"}, func(p string) bool {
		return strings.HasPrefix(fn.Name(), p)
	})
}

// bywaysOf finds what of f's summary is about byways.
func (u *Unit) bywaysOf(f *ast.Func, m *memory, s *summary) {
	inputs := f.Inputs()
	active, results := make([]bool, len(inputs)), make([]bool, len(f.Results))
	d := &derivation{u: u, fn: f, mem: m, taintedInputs: make([]bool, len(inputs))}
	for i, v := range inputs {
		active[i] = ast.Carries(v.Type)
		d.taintedInputs[i] = !active[i] && !isBoolean(v.Type)
	}
	d.act = newActivity(u, m, active, results, make([]bool, len(inputs)), callSite{})
	given, err := d.byways()
	s.passes = given.taintedResults(s.passes)
	if err != nil {
		s.sinks = d.sinksAlone()
	}
	d.taintedInputs = nil
	own, err := d.byways()
	s.loses, s.taints = err != nil, own.taintedResults(s.taints)
	s.stainedBy = d.stains(s.stainedBy)
	known := map[*location]bool{}
	for _, v := range inputs {
		m.reachable(m.variable(v), map[*location]bool{}, func(l *location) {
			if ast.IsMap(l.typ) {
				known[m.targetOf(l).find()] = true
			}
		})
	}
	if len(known) > 0 {
		d.keyedInputs = known
		_, err = d.byways()
		s.sinksKeys = err != nil
	}
	s.stained, s.keyed = byID(intersection(own.tainted, m.outer())), byID(intersection(own.keyed, known))
}

// bywaysFrom is byways where of what may be tainted the i-th input alone is.
func (d *derivation) bywaysFrom(i int) (*byways, error) {
	defer func(old []bool) { d.taintedInputs = old }(d.taintedInputs)
	d.taintedInputs = make([]bool, len(d.fn.Inputs()))
	d.taintedInputs[i] = true
	return d.byways()
}

// stains adds, for each input that is or leads to values of hidden types, what outside of the function is tainted if they are.
func (d *derivation) stains(known map[int][]*location) map[int][]*location {
	for i, v := range d.fn.Inputs() {
		if !holdsHidden(v.Type) {
			continue
		}
		b, _ := d.bywaysFrom(i)
		d.mem.reachable(d.mem.variable(v), map[*location]bool{}, func(l *location) { delete(b.tainted, l) })
		if list := byID(intersection(b.tainted, d.mem.outer())); len(list) > 0 {
			if known == nil {
				known = map[int][]*location{}
			}
			known[i] = list
		}
	}
	return known
}

// holdsHidden reports whether a type is a hidden one, or a slice of such.
func holdsHidden(t types.Type) bool {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	return isHidden(t)
}

// sinksAlone returns which of the inputs that may be tainted make a float if they alone are, or all if none does.
func (d *derivation) sinksAlone() []bool {
	all := d.taintedInputs
	sinks := make([]bool, len(all))
	for i, tainted := range all {
		if tainted {
			_, err := d.bywaysFrom(i)
			sinks[i] = err != nil
		}
	}
	if !slices.Contains(sinks, true) {
		return all
	}
	return sinks
}

// holdsOther reports whether a value of a type holds or leads to something that is no float and no boolean.
func holdsOther(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] || ast.IsFloat(t) || isBoolean(t) {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return holdsOther(u.Elem(), seen)
	case *types.Slice:
		return holdsOther(u.Elem(), seen)
	case *types.Array:
		return holdsOther(u.Elem(), seen)
	case *types.Map:
		return holdsOther(u.Key(), seen) || holdsOther(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			if holdsOther(f.Type(), seen) {
				return true
			}
		}
		return false
	}
	return true
}

// taintedResults says of each result what in it is tainted, or was known to be.
func (b *byways) taintedResults(known []kinds) []kinds {
	var list []kinds
	for i, v := range b.d.fn.Results {
		var of kinds
		if i < len(known) {
			of = known[i]
		}
		if holdsOther(v.Type, map[types.Type]bool{}) {
			of = b.taintedFrom(b.d.mem.variable(v), of)
		}
		list = append(list, of)
	}
	return list
}

// intersection returns the locations that are in two sets.
func intersection(set, other map[*location]bool) map[*location]bool {
	both := maps.Clone(set)
	maps.DeleteFunc(both, func(l *location, _ bool) bool { return !other[l] })
	return both
}
