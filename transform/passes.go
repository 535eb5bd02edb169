package transform

import (
	"fmt"
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// passes returns the steps on the way from a lowered function to its derivative, in their order. Optional ones make the result tidier or
// faster, never right: it is right without them, and the tests run with each of them off.
func passes() []pass {
	return []pass{
		{name: "normal", does: "what must stand alone gets a statement of its own", stage: analysis},
		{name: "last", does: "of what a loop overwrites only the last time is reversed", stage: analysis, optional: true},
		{name: "exits", does: "the forward sweep ends at the end: returns become assignments", stage: preparing, run: (*passage).exits},
		{name: "shadows", does: "what is done to slices and pointers is done to their shadows", stage: preparing, run: (*passage).shadows},
		{name: "fuse", does: "statements are swept forward and back at once where they can be", stage: sweeping, optional: true, run: (*passage).fuse},
		{name: "reverse", does: "reversed code, which speaks of past values", stage: sweeping, run: (*passage).reverse},
		{name: "constants", does: "adjoints that are known are replaced by their values", stage: sweeping, optional: true, run: (*passage).constants},
		{name: "dead", does: "adjoints that nobody reads are not computed", stage: sweeping, optional: true, run: (*passage).dead},
		{name: "declare", does: "adjoints are declared where they are first set", stage: sweeping, run: (*passage).declare},
		{name: "sections", does: "elements that are intact by their indices are", stage: sweeping, optional: true, run: (*passage).sections},
		{name: "undo", does: "arrays go back in time with the reverse sweep", stage: sweeping, optional: true, run: (*passage).undo},
		{name: "pack", does: "what a loop remembers much of goes into one slice of structs", stage: sweeping, optional: true, run: (*passage).pack},
		{name: "saved", does: "past values are read in place, computed again or remembered", stage: sweeping, run: (*passage).saved},
		{name: "onward", does: "gradients by a number or two go forward where the reverse sweep would remember much", stage: tangent, optional: true},
		{name: "forward", does: "every assignment is preceded by that of its tangent", stage: tangent},
		{name: "reached", does: "what control never gets to goes away", stage: finishing, run: (*passage).reached},
		{name: "unused", does: "statements whose results nobody reads go away", stage: finishing, run: (*passage).unused},
		{name: "pointees", does: "what pointers point to that are only followed is a variable", stage: finishing, optional: true, run: (*passage).pointees},
		{name: "sink", does: "adjoints that are zero in a branch contribute nothing there", stage: finishing, run: (*passage).sink},
		{name: "common", does: "what is computed twice is computed once", stage: finishing, optional: true, run: (*passage).common},
		{name: "keep", does: "functions that two loops call for the same are called once", stage: finishing, optional: true, run: (*passage).keep},
		{name: "invariants", does: "what stays the same in a loop is computed before it", stage: finishing, optional: true, run: (*passage).invariants},
		{name: "wholes", does: "structs that are first added to zeros are set", stage: finishing, optional: true, run: (*passage).wholes},
		{name: "split", does: "fields of structs that are named nowhere else are variables", stage: finishing, optional: true, run: (*passage).split},
		{name: "temps", does: "temporaries go where they are used", stage: finishing, optional: true, run: (*passage).temps},
		{name: "coalesce", does: "a number that takes the place of another is that one", stage: finishing, optional: true, run: (*passage).coalesce},
		{name: "firsts", does: "what is first added to zeros is set", stage: finishing, optional: true, run: (*passage).firsts},
		{name: "beside", does: "contributions to one element stand beside each other", stage: finishing, optional: true, run: (*passage).beside},
		{name: "lasts", does: "what nothing reads again is not set to zero", stage: finishing, optional: true, run: (*passage).lasts},
		{name: "cases", does: "what an interface holds has a name in the branch that knows its type", stage: finishing, optional: true, run: (*passage).cases},
		{name: "maps", does: "what is done to a part of an element of a map is done to a copy", stage: finishing, run: (*passage).maps},
		{name: "scope", does: "definitions that moved into an inner scope declare what is new", stage: finishing, run: (*passage).scope},
		{name: "lanes", does: "matrices go along several directions at once", stage: finishing, optional: true},
	}
}

// A pass is one step.
type pass struct {
	name     string
	does     string
	stage    stage
	optional bool
	run      func(*passage) // nil for a step that is part of a larger one
}

// A stage is a group of passes.
type stage int

const (
	analysis  stage = iota // of the primal function, for every mode
	preparing              // the forward sweep of reverse mode
	sweeping               // reverse mode
	tangent                // forward mode
	finishing              // of every function that is written
)

// Passes returns the names of the passes in their order.
func Passes() []string {
	var names []string
	for _, p := range passes() {
		names = append(names, p.name)
	}
	return names
}

// Optional reports whether a pass may be left out.
func Optional(name string) bool {
	return slices.ContainsFunc(passes(), func(p pass) bool { return p.name == name && p.optional })
}

// A passage is the way of one function through the passes.
type passage struct {
	d       *derivation
	body    *ast.Block // what the passes work on
	results []*ast.Var // of the function that is written

	// For the sweeps.
	spec  *sweepSpec
	flags map[ast.Stmt]*ast.Var
	r     *reverser
	plan  *plan
}

// run runs the passes of a stage.
func (p *passage) run(s stage) {
	for _, pass := range passes() {
		if pass.stage != s || pass.run == nil || pass.optional && p.d.u.Disable[pass.name] {
			continue
		}
		pass.run(p)
		p.d.u.trace(pass.name, p.d.fn, p.body)
	}
}

// trace keeps the code after a pass, if it was asked for, in the form of ast.Dump.
func (u *Unit) trace(name string, f *ast.Func, b *ast.Block) {
	if u.Stage != name || u.Traced != "" {
		return
	}
	g := *f
	g.Body = b
	u.Traced = ast.Dump(&g)
}

// sweeps derives the joint code of f in reverse mode: its two sweeps, with the values in place that the second asks of the first.
//
// Where it turns out that a loop must after all be swept backwards, since a value that its iterations remember is taken from the end
// of a list, or that an array had better go back in time, the sweeps are written anew.
func (d *derivation) sweeps(spec *sweepSpec) (*ast.Block, *reverser) {
	plan := &plan{backwards: map[ast.Stmt]bool{}, undoing: map[*location]*undone{}, never: map[*location]bool{}}
	p := &passage{d: d, body: d.fn.Body, spec: spec, plan: plan}
	p.run(preparing)
	for {
		known := plan.changes
		q := *p
		q.run(sweeping)
		if plan.changes == known {
			return q.body, q.r
		}
		if plan.changes > 10000 {
			panic(fmt.Sprintf("transform: the sweeps of %s do not settle", d.fn.Name))
		}
	}
}

// finish makes a function tidy.
func (d *derivation) finish(b *ast.Block, results []*ast.Var) *ast.Block {
	p := &passage{d: d, body: b, results: results}
	p.run(finishing)
	return p.body
}

func (p *passage) exits() {
	x := &exits{results: p.d.fn.Results, flags: map[ast.Stmt]*ast.Var{}, labels: labelsIn(p.body), leave: p.spec.leave}
	p.body = x.body(p.body)
	p.d.returned = x.returned
	p.flags = x.flags
}

func (p *passage) shadows() {
	p.d.outlook = newOutlook(p.d, p.body, p.flags)
	p.d.mayChange = p.spec.keepAll
	p.d.first = firstLinks(p.body)
	p.body = p.d.addShadows(p.body)
	p.flags = p.d.moved(p.flags)
}

func (p *passage) fuse() {
	p.prepare()
	p.r.oneSweep = !p.spec.apart && !p.spec.late && !p.d.mayFail(p.body)
}

// prepare makes the reversal tree of the forward sweep and its history.
func (p *passage) prepare() {
	if p.r == nil {
		p.r = p.d.newReverser(newTree(p.body, p.flags))
		p.r.plan, p.r.ends, p.r.apart = p.plan, p.spec.ends, p.spec.apart || p.spec.late
	}
}

func (p *passage) reverse() {
	p.prepare()
	r := p.r
	r.rootArea = &area{part: r.tree.root, flat: true}
	p.body = &ast.Block{Stmts: r.sweepArea(r.rootArea, p.spec.seeds(r))}
}

func (p *passage) constants() {
	tracked, known := p.r.tracked(p.body, p.spec)
	p.body = (&constProp{tracked: tracked, known: known, skip: p.r.isForward, forward: p.r.isJoint, rebuilt: p.r.rebuilt}).block(p.body)
}

func (p *passage) dead() {
	tracked, _ := p.r.tracked(p.body, p.spec)
	for removed := true; removed; {
		l := &liveness{
			live: newVarSet(), settled: map[*ast.Block]*varSet{}, mentioned: map[*ast.Var]bool{}, fixed: func(v *ast.Var) bool { return !tracked[v] },
			keep: hasCall, skip: p.r.isForward, forward: p.r.isJoint, rebuilt: p.r.rebuilt,
		}
		for _, v := range p.spec.ends {
			l.live.add(v)
		}
		p.body = l.block(p.body)
		removed = l.removed
	}
}

func (p *passage) declare() {
	p.body = (&declarer{skip: p.r.isForward, rebuilt: p.r.rebuilt, resume: p.r.resume}).block(p.body)
}

func (p *passage) sections() { p.r.knowsSections = true }

func (p *passage) undo() { p.r.mayUndo = !p.spec.apart }

func (p *passage) pack() { p.r.mayPack = true }

func (p *passage) saved() {
	p.r.declaredIn = p.r.scopes()
	body, packed := p.r.resolve(p.body, p.spec.keepAll), func(b *ast.Block) *ast.Block { return b }
	if p.r.mayPack {
		packed = p.r.inserts.pack()
	}
	p.body = packed(withoutSilent(p.r.inserts.apply(body)))
	for _, k := range p.r.inserts.keeps {
		p.d.slots[k.slot] = true
	}
}

func (p *passage) reached() {
	p.body = withoutLabels(withoutAsked(reached(withoutNil(lookedUp(p.body))), nil))
}

func (p *passage) unused() {
	d := p.d
	keep := d.mayPanic
	if d.ranBefore {
		keep = d.leavesBehind
	}
	if d.u.Disable["dead"] {
		keep = func(e ast.Expr) bool { return !isNil(e) }
	}
	if d.fn.Derived && !d.u.Disable["dead"] {
		p.body = withoutStores(p.body)
	}
	if len(d.addedTo) > 0 && !d.u.Disable["dead"] {
		p.body = d.withoutAdds(p.body)
	}
	for removed := true; removed; {
		taken := addressTaken(p.body)
		l := &liveness{
			live: newVarSet(), settled: map[*ast.Block]*varSet{}, mentioned: map[*ast.Var]bool{}, results: p.results,
			fixed: func(v *ast.Var) bool { return taken[v] },
			keep:  keep,
		}
		p.body = l.block(p.body)
		removed = l.removed
		if !d.u.Disable["dead"] {
			e := &evident{derivation: d}
			p.body = e.block(p.body)
			removed = removed || e.found
		}
	}
	p.body = declare(p.body)
}

func (p *passage) pointees() {
	for b := p.d.followPointers(p.body); b != p.body; b = p.d.followPointers(p.body) {
		p.body = b
		p.unused() // what is stored behind a pointer is no mistake, in a variable that nobody reads it is
		if !p.d.forward {
			p.knownNumbers()
		}
	}
}

func (p *passage) invariants() { p.body = hoistInvariants(p.body, p.d.memoryOf) }

func (p *passage) temps() { p.body = nilsAlike(p.d.inlineTemps(p.body, p.results)) }

func (p *passage) sink() {
	if p.d.forward {
		return
	}
	for moved := false; ; moved = true {
		b, changed := p.d.sink(p.body)
		if !changed {
			if moved {
				p.knownNumbers()
			}
			return
		}
		p.body = narrow(b)
		p.unused()
	}
}

// knownNumbers replaces numbers of ours that are known where they have been moved to.
func (p *passage) knownNumbers() {
	ours := map[*ast.Var]bool{}
	taken := addressTaken(p.body)
	jumps := false // to other places than the end or the beginning of the loop at hand
	ast.Inspect(p.body, func(s ast.Stmt) bool {
		if b, ok := s.(*ast.Branch); ok {
			jumps = jumps || b.Target != nil || b.Tok == token.GOTO
		}
		for _, v := range ast.Defined(s) {
			ours[v] = v.Obj == nil && ast.IsFloat(v.Type) && !taken[v]
		}
		return true
	})
	if jumps {
		return
	}
	users := func(s ast.Stmt) bool { return s.Info().Pos.IsValid() && len(ast.Blocks(s)) == 0 }
	c := &constProp{tracked: ours, known: map[*ast.Var]ast.Expr{}, only: true, skip: users, forward: users, rebuilt: func(from, to ast.Stmt) {}}
	p.body = c.block(p.body)
	p.unused()
}

func (p *passage) common() {
	p.body = eliminate(p.body, p.d.memoryOf)
}

func (p *passage) keep() {
	known := len(p.d.kept)
	if p.body = p.d.keep(p.body); len(p.d.kept) > known {
		p.unused()
	}
}

func (p *passage) coalesce() { p.body = coalesce(p.body) }

func (p *passage) beside() { p.body = besides{p.d.memoryOf}.block(p.body) }

func (p *passage) lasts() { p.body = dropLasts(p.body) }

func (p *passage) wholes() {
	p.body = setFields(setWholes(p.body, p.results), p.results)
	p.unused() // a struct of which fields are only set is no mistake, one that is set as a whole is
}

func (p *passage) split() {
	if b := splitStructs(p.body, p.results); b != p.body {
		p.body = b
		p.unused() // a field that is only set is no mistake, a variable is
		p.knownNumbers()
	}
}

func (p *passage) firsts() { p.body = setFirsts(p.body) }

func (p *passage) cases() { p.body = nameCases(p.body) }

func (p *passage) maps() { p.body = withoutInserts(mapParts(p.body)) }

func (p *passage) scope() {
	p.body = rescope(withoutSelves(p.body), slices.Concat(p.d.fn.Inputs(), p.results))
}
