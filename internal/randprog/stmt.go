package randprog

import (
	"fmt"
	"strings"
)

func (g *gen) statementTable() []production {
	return []production{
		{"declare-float", 12, g.declareFloat},
		{"declare-int", 2, g.declareInt},
		{"declare-bool", 1, g.declareBool},
		{"declare-string", 1, g.declareString},
		{"declare-several", 3, g.declareSeveral},
		{"declare-zero", 2, g.declareZero},
		{"constant", 2, g.declareConstant},
		{"assign", 12, g.assignFloat},
		{"compound", 16, g.compound},
		{"inc-dec", 2, g.incDec},
		{"assign-int", 2, g.assignInt},
		{"swap", 3, g.swap},
		{"rotate", 2, g.rotate},
		{"swap-elements", 3, g.swapElements},
		{"index-and-element", 2, g.indexAndElement},
		{"slice", 7, g.declareSlice},
		{"assign-slice", 2, g.assignSlice},
		{"append", 4, g.appendTo},
		{"append-loop", 2, g.appendLoop},
		{"append-other", 2, g.appendOther},
		{"copy", 2, g.copySlice},
		{"rows", 2, g.declareRows},
		{"array", 3, g.declareArray},
		{"assign-array", 2, g.assignArray},
		{"struct", 4, g.declareStruct},
		{"assign-struct", 2, g.assignStruct},
		{"pointer", 3, g.declarePointer},
		{"pointer-to-float", 2, g.pointerToFloat},
		{"blank", 1, g.blank},
		{"block", 1, g.bareBlock},
		{"if", 6, g.ifStatement},
		{"if-else", 5, g.ifElse},
		{"if-chain", 2, g.ifChain},
		{"if-init", 2, g.ifInit},
		{"switch", g.optional(g.opts.Switch, 4), g.switchStatement},
		{"for-count", 5, g.forCount},
		{"for-down", 3, g.forDown},
		{"for-stride", 2, g.forStride},
		{"for-while", 3, g.forWhile},
		{"for-forever", 3, g.forForever},
		{"for-variable-changed", 2, g.forChanged},
		{"range-int", 3, g.rangeInt},
		{"range-slice", 7, g.rangeSlice},
		{"range-array", 2, g.rangeArray},
		{"range-rows", 3, g.rangeRows},
		{"range-assign", 2, g.rangeAssign},
		{"exit", 5, g.exit},
		{"call", 6, g.callStatement},
		{"call-error", 5, g.callError},
		{"sort", g.optional(g.opts.Library, 4), g.sortSlice},
		{"insert", g.optional(g.opts.Library, 3), g.insertInto},
		{"map", 4, g.declareMap},
		{"map-set", 4, g.setKey},
		{"map-lookup", 3, g.lookUp},
		{"map-delete", 2, g.removeKey},
		{"range-map", 3, g.rangeMap},
		{"sum-of-map", g.optional(g.opts.Library, 2), g.sumOfMap},
		{"closure", 5, g.declareClosure},
		{"closure-made", 3, g.madeClosure},
		{"method-value", 3, g.methodValue},
		{"goto-forward", 3, g.forwardGoto},
		{"goto-backward", 1, g.backwardGoto},
		{"switch-value", g.optional(g.opts.Switch, 2), g.switchValue},
		{"defer", 2, g.deferred},
		{"range-iterator", 14, g.rangeIterator},
		{"range-string", 2, g.rangeString},
		{"channel", 2, g.channel},
		{"list", 2, g.linkedList},
		{"interface", 4, g.declareInterface},
		{"interface-slice", 2, g.declareLayers},
		{"range-interfaces", 5, g.rangeLayers},
		{"type-switch", 5, g.typeSwitch},
		{"assertion", 3, g.assertion},
		{"part-of-argument", 4, g.declarePart},
		{"pointer-result", 3, g.declarePointerTo},
		{"convert-slice", 3, g.convertSlice},
		{"clear", 2, g.clearSlice},
		{"new", 2, g.newFloat},
		{"pointer-to-array", 2, g.arrayPointer},
		{"append-spare", 2, g.appendSpare},
		{"pointers", 2, g.pointers},
		{"range-structs", 2, g.rangeStructs},
		{"matrix", 3, g.matrix},
		{"math-several", 3, g.mathSeveral},
		{"append-structs", 3, g.appendStructs},
		{"append-part", 3, g.appendPart},
		{"function-map", 2, g.functionMap},
		{"function-table", 2, g.functionTable},
		{"function-slice", 2, g.functionSlice},
		{"constructed", 1, g.constructed},
		{"maker-of-package", 1, g.otherMaker},
		{"iterator-of-package", 2, g.otherIterator},
		{"opaque", 1, g.gauge},
		{"any-switch", 2, g.anySwitch},
		{"printed", 1, g.printed},
		{"compare", 2, g.compareValues},
		{"changed-copy", 3, g.changedCopy},
		{"struct-array", 3, g.structArray},
		{"second-pointer", 4, g.secondPointer},
		{"swap-slices", 4, g.swapSlices},
		{"map-lookup-twice", 4, g.lookUpTwice},
		{"parallel", 2, g.parallelLoop},
		{"goroutines", 3, g.goroutines},
		{"interface-given", 8, g.interfaceGiven},
		{"function-given", 3, g.functionGiven},
		{"several-given", 4, g.severalGiven},
		{"interface-results", 12, g.interfaceResults},
		{"range-interface", 12, g.rangeInterfaces},
		{"range-both", 3, g.rangeBoth},
		{"map-of-structs", 4, g.structMap},
		{"goroutines-rows", 4, g.storedRows},
		{"neighbours", 2, g.neighbours},
		{"hook", 1, g.hooked},
		{"panic", g.optional(g.opts.Panics, 2), g.panicStatement},
	}
}

// optional returns the weight of a construct that an option switches on.
func (g *gen) optional(on bool, weight int) int {
	if on {
		return weight
	}
	return 0
}

// sequence draws n statements, or fewer where the function has enough, but one if it can.
func (g *gen) sequence(n int) {
	for i := range n {
		if g.left--; g.left >= 0 {
			g.draw(g.statements)
		} else if i == 0 {
			g.try(production{"compound", 1, g.compound})
		}
	}
}

// block draws statements in a block of their own, and what finish adds at its end.
func (g *gen) block(n int, finish func()) {
	g.open()
	g.depth++
	g.sequence(n)
	g.flush()
	if finish != nil {
		finish()
	}
	g.depth--
	g.close()
}

// flush reads what nothing has read in the innermost block, so that it compiles.
func (g *gen) flush() { g.flushScope(g.scopes[len(g.scopes)-1]) }

func (g *gen) flushScope(s *scope) {
	for _, v := range s.vars {
		if !v.used && !v.exempt {
			g.sink(v)
		}
	}
}

// sink reads v into something that lives on, where that is possible.
func (g *gen) sink(v *variable) {
	if g.sinkCall(v) {
		return
	}
	for _, t := range g.types.floats() {
		if !v.typ.reaches(t) || g.chance(0.15) {
			continue
		}
		from, ok := g.descend(v, t)
		to, ok2 := g.writable(t)
		if ok && ok2 && to.root != v {
			g.update(to, "+=", fmt.Sprintf("%s * %s", number(float64(g.between(1, 5))/8).text, from.expr().at(product+1)))
			v.used = true
			return
		}
	}
	g.line("_ = %s", v.name)
}

// sinkCall calls the function that v holds, if it holds one.
func (g *gen) sinkCall(v *variable) bool {
	f, ok := g.callee(func(f *function) bool { return f.closure && f.name == v.name })
	if !ok {
		return false
	}
	call, ok := g.call(f, 1)
	if !ok {
		return false
	}
	g.fn.writes = g.fn.writes || f.writes
	if len(f.results) == 1 {
		call = "_ = " + call
	}
	g.line("%s", call)
	v.used = true
	return true
}

// update writes `to op text`, and notes that memory is written.
func (g *gen) update(to path, op, text string) {
	g.wrote(to)
	g.read(text)
	if !to.whole {
		g.read(to.text)
	}
	g.raw(fmt.Sprintf("%s %s %s", to.text, op, text))
}

// wrote notes that the function writes memory that its caller may see.
func (g *gen) wrote(to path) {
	if to.indirect && !to.root.fresh || g.outside(to.root) {
		g.fn.writes = true
	}
}

// define declares a variable with a value, in one of Go's forms. Untyped says that text is an untyped constant.
func (g *gen) define(t *typ, text string, untyped bool) (*variable, bool) {
	name := g.newName(t)
	form := g.intn(8)
	switch {
	case (untyped || form == 0) && g.sayable(t):
		g.read(t.text + " " + text)
		g.raw(fmt.Sprintf("var %s %s = %s", name, t.text, text))
	case untyped:
		return nil, false
	case form == 1:
		g.read(text)
		g.raw(fmt.Sprintf("var %s = %s", name, text))
	default:
		g.read(text)
		g.raw(fmt.Sprintf("%s := %s", name, text))
	}
	return g.declare(&variable{name: name, typ: t}), true
}

// exprDepth returns the height of the next expression.
func (g *gen) exprDepth() int { return g.between(1, 3) }

func (g *gen) declareFloat() bool {
	t := g.readableFloat()
	e := g.tame(g.float(t, g.exprDepth()), t, storedMag)
	_, ok := g.define(t, e.text, e.konst)
	return ok
}

func (g *gen) declareInt() bool {
	e := g.integer(2)
	text := e.text
	if !e.konst {
		text = infix(e, "%", product, expr{text: "7", prec: primary}).text
	}
	_, ok := g.define(g.types.int, text, false)
	return ok
}

func (g *gen) declareBool() bool {
	_, ok := g.define(g.types.bool, g.condition(1).text, false)
	return ok
}

func (g *gen) declareString() bool {
	_, ok := g.define(g.types.string, g.stringValue(), false)
	return ok
}

// declareSeveral draws `a, b := e, f`, of which one may exist already.
func (g *gen) declareSeveral() bool {
	t := g.readableFloat()
	e, f := g.tame(g.float(t, 2), t, storedMag), g.tame(g.float(t, 2), t, storedMag)
	if e.konst || f.konst {
		return false
	}
	first, second := g.newName(t), ""
	old := g.reusable(t)
	if old != nil && g.chance(0.4) {
		second = old.name
	} else if second = g.newName(t); second == first {
		return false
	}
	g.read(e.text + " " + f.text)
	g.raw(fmt.Sprintf("%s, %s := %s, %s", first, second, e.text, f.text))
	g.declare(&variable{name: first, typ: t})
	if old == nil || second != old.name {
		g.declare(&variable{name: second, typ: t})
	}
	return true
}

// reusable returns a variable of the innermost block that `:=` may assign, or nil.
func (g *gen) reusable(t *typ) *variable {
	for _, v := range g.scopes[len(g.scopes)-1].vars {
		if v.typ == t && v.frozen == 0 && !v.global {
			return v
		}
	}
	return nil
}

// declareZero draws `var a T`, assigned in both branches of a conditional.
func (g *gen) declareZero() bool {
	t := g.readableFloat()
	if !g.sayable(t) {
		return false
	}
	name := g.newName(t)
	g.raw(fmt.Sprintf("var %s %s", name, t.text))
	v := g.declare(&variable{name: name, typ: t})
	if g.depth+1 > g.opts.Depth || g.chance(0.3) {
		return true
	}
	g.line("if %s {", g.condition(1).text)
	g.assignTo(v)
	g.raw("} else {")
	g.assignTo(v)
	g.raw("}")
	return true
}

// assignTo draws an assignment to the float variable v.
func (g *gen) assignTo(v *variable) {
	text := g.stored(v.typ, 2)
	g.read(text)
	g.raw(v.name + " = " + text)
}

func (g *gen) declareConstant() bool {
	t := g.types.float64
	name, value := g.newName(t), g.constant().text
	if g.chance(0.5) && g.sayable(t) {
		g.raw(fmt.Sprintf("const %s %s = %s", name, t.text, value))
	} else if strings.Contains(value, ".") {
		g.raw(fmt.Sprintf("const %s = %s", name, value))
	} else {
		return false
	}
	g.declare(&variable{name: name, typ: t, global: true, konst: true, exempt: true})
	return true
}

func (g *gen) assignFloat() bool {
	t := g.readableFloat()
	to, ok := g.writable(t)
	if !ok {
		return false
	}
	g.update(to, "=", g.stored(t, g.exprDepth()))
	return true
}

// compound draws += -= *= /= on a variable or an element.
func (g *gen) compound() bool {
	t := g.readableFloat()
	to, ok := g.writable(t)
	if !ok {
		return false
	}
	step := 3.0
	if g.trips > 6 {
		step = 1
	}
	switch op := pick(g, []string{"+=", "+=", "+=", "-=", "*=", "/="}); op {
	case "*=":
		g.update(to, op, g.tame(g.float(t, 2), t, 1.1).text)
	case "/=":
		g.update(to, op, g.positive(t, 1).text)
	default:
		g.update(to, op, g.tame(g.float(t, g.exprDepth()), t, step).text)
	}
	return true
}

func (g *gen) incDec() bool {
	t := g.types.int
	if g.chance(0.5) {
		t = g.readableFloat()
	}
	to, ok := g.writable(t)
	if !ok || to.root.nonneg || g.trips > 8 {
		return false
	}
	g.update(to, pick(g, []string{"++", "--"}), "")
	return true
}

func (g *gen) assignInt() bool {
	to, ok := g.writable(g.types.int)
	if !ok {
		return false
	}
	if g.chance(0.3) {
		g.update(to, pick(g, []string{"+=", "-="}), g.integer(0).text)
		return true
	}
	g.update(to, "=", infix(g.integer(2), "%", product, expr{text: "7", prec: primary}).text)
	return !to.root.nonneg || to.root.frozen > 0
}

// swap draws `a, b = b, a*b` and its like.
func (g *gen) swap() bool {
	t := g.readableFloat()
	a, ok := g.writable(t)
	b, ok2 := g.writable(t)
	if !ok || !ok2 || a.text == b.text {
		return false
	}
	second := a.text
	if g.chance(0.6) {
		e := infix(a.expr(), "*", product, b.expr())
		e.mag = variableMag * variableMag
		second = g.tame(e, t, storedMag).text
	}
	g.tuple([]path{a, b}, []string{b.text, second})
	return true
}

// rotate assigns three places at once.
func (g *gen) rotate() bool {
	t := g.readableFloat()
	var to []path
	for range 3 {
		p, ok := g.writable(t)
		if !ok {
			return false
		}
		to = append(to, p)
	}
	if to[0].text == to[1].text || to[1].text == to[2].text || to[0].text == to[2].text {
		return false
	}
	g.tuple(to, []string{to[1].text, to[2].text, g.stored(t, 2)})
	return true
}

// tuple draws an assignment of several values at once.
func (g *gen) tuple(to []path, values []string) {
	left, right := "", ""
	for i, p := range to {
		sep := ", "
		if i == 0 {
			sep = ""
		}
		left, right = left+sep+p.text, right+sep+values[i]
		g.wrote(p)
		if !p.whole {
			g.read(p.text)
		}
	}
	g.read(right)
	g.raw(left + " = " + right)
}

// swapElements draws `x[i], x[j] = x[j], x[i]`.
func (g *gen) swapElements() bool {
	t := g.readableFloat()
	s, ok := g.sliceVariable(g.types.sliceOf(t))
	if !ok || s.min < leastLen {
		return false
	}
	p := path{text: s.text, min: s.min, max: s.max, typ: g.types.sliceOf(t), root: &variable{fresh: s.fresh}}
	a, ok := g.step(p, t)
	b, ok2 := g.step(p, t)
	if !ok || !ok2 || a.text == b.text {
		return false
	}
	g.tuple([]path{a, b}, []string{b.text, a.text})
	return true
}

// indexAndElement draws `i, x[i] = …`, where the old i is the index.
func (g *gen) indexAndElement() bool {
	t := g.readableFloat()
	s, ok := g.sliceVariable(g.types.sliceOf(t))
	if !ok || s.min < leastLen || !g.can("wrap", "len") {
		return false
	}
	ints := g.visible(func(v *variable) bool {
		return v.typ == g.types.int && v.frozen == 0 && !v.nonneg && !v.global
	})
	if len(ints) == 0 {
		return false
	}
	i := pick(g, ints)
	elem := path{text: fmt.Sprintf("%s[wrap(%s, len(%s))]", s.text, i.name, s.text), indirect: true, root: &variable{fresh: s.fresh}}
	index := path{text: i.name, whole: true, root: i}
	next := infix(g.integer(1), "%", product, expr{text: "5", prec: primary}).text
	g.tuple([]path{index, elem}, []string{next, g.stored(t, 2)})
	return true
}

// blank draws `_ = e`.
func (g *gen) blank() bool {
	e := g.float(g.readableFloat(), 2)
	g.line("_ = %s", e.text)
	return true
}

func (g *gen) bareBlock() bool {
	if g.depth >= g.opts.Depth {
		return false
	}
	g.raw("{")
	g.block(g.between(1, 3), nil)
	g.raw("}")
	return true
}

// panicStatement panics for few inputs.
func (g *gen) panicStatement() bool {
	if !g.can("panic") {
		return false
	}
	g.line("if %s > %d {", g.integerLeaf().text, g.between(3, 4))
	g.raw(`panic("UNLUCKY")`)
	g.raw("}")
	return true
}
