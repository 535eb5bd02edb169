package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// Where byways end.
//
// A loss is where a float comes back by a byway. What it is made of decides: a float that comes from active ones is refused, and so is one
// that may be what is differentiated itself, since a caller has put it, or what leads to it, behind a value of a hidden type:
//
//	type T struct { w float64; extra any }
//
//	func F(r *T) float64 { return r.w * deref(r.extra) }        r.extra may be &r.w
//
// Floats that a function takes out of such a value are constants where they cannot be: where what is taken out holds no memory, and where
// nothing that is differentiated lies in memory of its type.
type loss struct {
	pos    token.Pos
	msg    string
	floats sources // of what a float is made
	by     string  // what opens a value of a hidden type
	opened opening
	given  bool // what is active is given along, and may get into the memory
}

// An opening says what floats come out of values of hidden types.
type opening struct {
	Opened
	values sources // the values out of which floats are taken, alone or in memory
	memory sources // those out of which memory is taken that holds floats
}

// Opened is what a function, with what it calls, takes out of values of interfaces of which it is not known what they hold.
type Opened struct {
	Types  []types.Type // the types that carry a derivative; nil stands for any
	Writes bool         // it may write the memory that it so comes to
}

// add adds what another opening says.
func (o *opening) add(p opening) {
	for _, t := range p.Types {
		if !slices.ContainsFunc(o.Types, func(u types.Type) bool { return t == u || t != nil && u != nil && types.Identical(t, u) }) {
			o.Types = append(o.Types, t)
		}
	}
	o.Writes = o.Writes || p.Writes
	o.values, o.memory = o.values.with(p.values), o.memory.with(p.memory)
}

// checkByways refuses a function in which a value that an active float was made into becomes a float again, or that takes out of a value of
// a hidden type what may be differentiated.
func (d *derivation) checkByways() {
	b := d.byways(false)
	r := &refusals{all: d.u.Thorough}
	b.eachLoss(func(x *loss) { r.check(func() { b.judge(x) }) })
	r.end()
}

// judge refuses a loss of something.
func (b *byways) judge(x *loss) {
	if x.floats.has(b.number(activeFloat)) {
		refuse(x.pos, "%s", x.msg)
	}
	if b.isShared(x) {
		what := b.namesOf(x.opened.memory)
		refuse(x.pos, "%s takes memory out of %s, which may be what is differentiated; give that the type of what it holds or, if it is constant, a function with //godiff:nodiff to take it out", x.by, what)
	}
	if in := b.differentiated(x.opened.values); !in.isEmpty() {
		refuse(x.pos, "%s takes a float out of %s, where it has no derivative; give that the type of what it holds or, if it is constant, a function with //godiff:nodiff to take it out", x.by, b.namesOf(in))
	}
}

// isShared reports whether the memory that is taken out of a value may be some that matters.
func (b *byways) isShared(x *loss) bool {
	return !x.opened.memory.isEmpty() && (b.d.at.asked || x.opened.memory.has(b.number(ownMemory))) &&
		(x.given || b.mayShare(x.opened.Opened))
}

// mayShare reports whether memory of one of some types may be, or hold, what is differentiated or, where it is written, any floats that the
// function knows.
func (b *byways) mayShare(o Opened) bool {
	known := b.d.mem.outer()
	for l := range b.led {
		known[l.find()] = true
	}
	fields := map[*location][]*stem{}
	for l := range known {
		fields[l] = nil
	}
	of := fieldsOf(fields)
	for l := range known {
		if !ast.IsFloat(l.typ) || !o.Writes && !b.d.act.varied[l] {
			continue
		}
		if slices.ContainsFunc(o.Types, func(t types.Type) bool { return mayLeadTo(t, l, of[l]) }) {
			return true
		}
	}
	return false
}

// mayLeadTo reports whether memory that a value of type t leads to may be a cell, which is a field of a struct or else nil.
func mayLeadTo(t types.Type, l *location, field *types.Var) bool {
	if t == nil {
		return true
	}
	seen := map[types.Type]bool{}
	var visit func(t types.Type, as *types.Var, behind, pointee bool) bool
	visit = func(t types.Type, as *types.Var, behind, pointee bool) bool {
		if ast.IsFloat(t) {
			switch {
			case !behind || !maybeIdentical(t, l.typ):
				return false
			case as != nil && field != nil:
				return as.Origin() == field
			case as != nil:
				return isPointee(l)
			}
			return field == nil || pointee
		}
		if seen[t] {
			return false
		}
		seen[t] = true
		switch u := t.Underlying().(type) {
		case *types.Pointer:
			return visit(u.Elem(), nil, true, true)
		case *types.Slice:
			return visit(u.Elem(), nil, true, false)
		case *types.Map:
			return visit(u.Elem(), nil, true, false)
		case *types.Array:
			return visit(u.Elem(), nil, behind, false)
		case *types.Struct:
			for f := range u.Fields() {
				if visit(f.Type(), f, behind, false) {
					return true
				}
			}
		case *types.Interface:
			return true
		}
		return false
	}
	return visit(t, nil, false, false)
}

// differentiated returns those of the values that a caller gives which stand in what is differentiated.
func (b *byways) differentiated(s sources) sources {
	at := map[*location]bool{}
	for i, v := range b.d.fn.Inputs() {
		if b.d.at.asked && b.d.wrt[i] {
			b.d.mem.reachable(b.d.mem.variable(v), map[*location]bool{}, func(l *location) { at[l.find()] = true })
		}
	}
	var in sources
	s.each(func(i int) {
		if o := b.origins[i]; o.at != nil && at[o.at.find()] {
			in = in.with(single(i))
		}
	})
	return in
}

// namesOf names the values that a caller gives.
func (b *byways) namesOf(s sources) string {
	var names []string
	s.each(func(i int) {
		if o := b.origins[i]; o.at != nil {
			names = append(names, b.nameOf(o.at))
		}
	})
	if len(names) == 0 {
		return "an interface"
	}
	return enumerate(names)
}

// nameOf names what leads to a location.
func (b *byways) nameOf(to *location) string {
	for _, v := range b.d.fn.Inputs() {
		if name := b.nameFrom(b.d.mem.variable(v), v.Name, func(l *location) bool { return l == to.find() }); name != "" {
			return name
		}
	}
	return "an interface"
}

// nameFrom names the way from a location, which has a name, to one that is wanted, or returns nothing where there is none. It does not go
// into types of other packages.
func (b *byways) nameFrom(from *location, name string, wanted func(*location) bool) string {
	seen := map[*location]bool{}
	var find func(l *location, name string) string
	find = func(l *location, name string) string {
		if l = l.find(); wanted(l) {
			return name
		}
		if seen[l] {
			return ""
		}
		seen[l] = true
		st, isStruct := l.typ.Underlying().(*types.Struct)
		for i, p := range l.parts {
			if p == nil {
				continue
			}
			next := name
			if isStruct && (st.Field(i).Exported() || st.Field(i).Pkg() == b.d.u.Pkg) {
				next = fmt.Sprint(name, ".", st.Field(i).Name())
			}
			if found := find(p, next); found != "" {
				return found
			}
		}
		if l.target == nil {
			return ""
		}
		return find(l.target, name)
	}
	return find(from, name)
}

// wayOf says by way of what e becomes a float.
func (b *byways) wayOf(e ast.Expr) string {
	if path := pathName(e); path != "" {
		return fmt.Sprintf("%s, of type %s", path, types.TypeString(e.Type(), types.RelativeTo(b.d.u.Pkg)))
	}
	return e.Type().String()
}

// lost says what a float is made of, by the place among what expressions read that an active float was made into, if it has a name.
func (b *byways) lost(list []ast.Expr) string {
	if name := b.lostIn(list, map[*ast.Var]bool{}); name != "" {
		return name + ", which an active value was made into; its derivative is lost, keep the float itself beside it"
	}
	return "a value that an active one was made into; its derivative is lost"
}

// lostIn names the first such place.
func (b *byways) lostIn(list []ast.Expr, seen map[*ast.Var]bool) (name string) {
	for _, x := range list {
		ast.Walk(x, func(e ast.Expr) bool {
			if name != "" {
				return false
			}
			if path := pathName(e); path != "" {
				name = b.nameFrom(b.d.mem.place(e), path, func(l *location) bool { return b.marks[l].has(b.number(activeFloat)) })
			} else if r, ok := e.(*ast.Ref); ok && !seen[r.Var] {
				seen[r.Var] = true
				if value := b.d.mem.onlyValue(r.Var); value != nil {
					name = b.lostIn([]ast.Expr{value}, seen)
				}
			}
			return true
		})
	}
	return name
}

// pathName names a variable of the program or a field that it leads to; other expressions have no name.
func pathName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ref:
		if e.Var.Obj != nil {
			return e.Var.Name
		}
	case *ast.Field:
		if x := pathName(e.X); x != "" {
			return x + "." + e.Field.Name()
		}
	}
	return ""
}

// eachLoss calls f for the losses of the function.
func (b *byways) eachLoss(f func(*loss)) {
	eachExpr(b.d.fn.Body, func(s ast.Stmt, e ast.Expr) {
		x := &loss{pos: s.Info().Pos}
		switch e := e.(type) {
		case *ast.Convert:
			if ast.IsFloat(e.T) {
				x.floats = b.only(b.of(e.X), content)
				x.msg = fmt.Sprintf("an active value becomes a float again by way of %s; its derivative is lost", b.wayOf(e.X))
				f(x)
			}
		case *ast.Call:
			b.callLosses(x, e, f)
		}
	})
}

// callLosses is eachLoss for a call.
func (b *byways) callLosses(x *loss, c *ast.Call, f func(*loss)) {
	fn := c.Fun.Fn
	switch {
	case c.Fun.Builtin == ast.MapKeys:
		if ast.Carries(c.T) {
			x.floats = b.keysOf(c.Args[0])
			x.msg = "the keys of this map come from active values, and have lost their derivatives; keep what they hold in a slice beside the map"
			f(x)
		}
	case fn == nil || b.d.constant(c):
	case b.outside(c):
		b.unknownLosses(x, c, f)
	default:
		if s := b.d.u.summary(fn); s != nil && s.byways != nil && !b.d.isRuled(c) && !b.d.u.Rules.has(c.Fun) {
			b.knownLosses(x, c, s, f)
		}
	}
}

// knownLosses is callLosses for a call whose callee has a summary. What is derived is looked at where that is done; no derivative is made
// of a callee all of whose results are lost.
func (b *byways) knownLosses(x *loss, c *ast.Call, s *summary, f func(*loss)) {
	w, name := s.byways, c.Fun.Fn.Name()
	t := b.translation(c, w)
	active := single(slices.Index(w.origins, activeFloat))
	loses := (carriesTuple(c.T) || len(s.writes) > 0) && !b.d.callActive(c) && b.isLed(c)
	w.floats.each(func(i int) {
		if !active.has(i) || loses {
			x.floats = x.floats.with(t.of(single(i)))
		}
	})
	x.msg = fmt.Sprintf("%s makes a float of %s", name, b.lost(c.Args))
	x.by, x.opened = name, opening{w.opened.Opened, t.of(w.opened.values), t.of(w.opened.memory)}
	x.given = x.opened.Writes && b.isLed(c)
	f(x)
}

// unknownLosses is callLosses for a call that leaves what godiff sees.
func (b *byways) unknownLosses(x *loss, c *ast.Call, f func(*loss)) {
	fn := c.Fun.Fn
	in := b.ofArgs(c)
	all := b.only(in, content)
	if b.isLed(c) {
		all = all.with(b.from(activeFloat))
	}
	if setsByReflection(fn) {
		f(&loss{pos: x.pos, floats: all, msg: "an active value is written by reflection; its derivative is lost"})
	}
	if carriesTuple(c.T) {
		f(&loss{pos: x.pos, floats: b.only(in, content), msg: fmt.Sprintf("%s makes a float of %s", fn.FullName(), b.lost(c.Args))})
	}
	if (!isText(fn) || scans(fn)) && slices.ContainsFunc(c.Args, b.mayFill) {
		f(&loss{pos: x.pos, floats: all, msg: fmt.Sprintf("%s may write the floats that it is given the address of; give it a rule with //godiff:derivative of=%s", fn.FullName(), fn.FullName())})
	}
	x.by = fn.Name()
	x.opened = b.openedBy(c, b.only(in, held))
	x.given = x.opened.Writes && b.isLed(c)
	f(x)
}

// mayFill reports whether a function without source may write floats that it is given x.
func (b *byways) mayFill(x ast.Expr) bool {
	if !hasRefs(x.Type()) {
		return false
	}
	floats := ast.Carries(x.Type())
	b.d.mem.behindValue(x, map[*location]bool{}, func(l *location) { floats = floats || ast.IsFloat(l.typ) })
	return floats
}

// openedBy returns what a call that leaves what godiff sees takes out of values of hidden types, where in leads to such.
func (b *byways) openedBy(c *ast.Call, in sources) opening {
	fn, u := c.Fun.Fn, b.d.u
	o := opening{Opened: b.openedTypes(c)}
	if in.isEmpty() || len(o.Types) == 0 {
		return opening{}
	}
	if carriesTuple(c.T) {
		o.values = in
		o.Writes = o.Writes || b.handsOn(c)
	}
	memory := slices.ContainsFunc(o.Types, func(t types.Type) bool { return t == nil || ast.ShapeOf(t) != ast.ValueLike })
	if memory && (carriesTuple(c.T) || o.Writes) {
		o.memory = in
	}
	if !carriesTuple(c.T) && (u.Source == nil || !u.Source(fn)) {
		o.memory = nil // of what it is given itself, it writes what values of hidden types lead to
		for i, x := range c.Args {
			if i > 0 || fn.Signature().Recv() == nil {
				o.memory = o.memory.with(b.only(b.of(x), held))
			}
		}
	}
	return o
}

// handsOn reports whether floats behind the results of a call are written, or returned.
func (b *byways) handsOn(c *ast.Call) bool {
	m, found := b.d.mem, false
	gone := b.d.writtenCells()
	for _, v := range b.d.fn.Results {
		m.behind(m.variable(v), map[*location]bool{}, func(l *location) { gone[l.find()] = true })
	}
	for _, l := range m.values(c) {
		m.behind(l, map[*location]bool{}, func(l *location) { found = found || ast.IsFloat(l.typ) && gone[l.find()] })
	}
	return found
}

// openedTypes returns what the callee of such a call may take out of values of hidden types. Without source, a function keeps what it
// is given, and gives it back as it was, but for those that look into values by reflection.
func (b *byways) openedTypes(c *ast.Call) Opened {
	fn, u := c.Fun.Fn, b.d.u
	if u.Source != nil && u.Source(fn) {
		if u.Opened == nil {
			return Opened{Types: []types.Type{nil}, Writes: true}
		}
		return u.Opened(fn)
	}
	if Reflects(fn) {
		return Opened{Types: []types.Type{nil}, Writes: !carriesTuple(c.T)}
	}
	var o Opened
	for _, l := range b.d.mem.values(c) {
		if ast.Carries(l.typ) && hasRefs(l.typ) {
			o.Types, o.Writes = append(o.Types, l.typ), true
		}
	}
	return o
}

// Reflects reports whether a function without source looks into values of interfaces.
func Reflects(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	switch path, _, _ := strings.Cut(fn.Pkg().Path(), "/"); path {
	case "reflect", "encoding":
		return !strings.HasPrefix(fn.Name(), "Marshal") && !strings.HasPrefix(fn.Name(), "Encode")
	case "fmt", "errors":
		return scans(fn)
	case "strconv":
		return true
	}
	return false
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
