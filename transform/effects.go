package transform

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A summary says what a call of a function does to memory, in the locations of the function's own graph.
type summary struct {
	mem         *memory
	writes      []*location  // cells that it writes in memory that is there when it is called
	fills       []*location  // cells in such memory, or in what may be one with it, that values flow into
	reads       []*location  // cells in memory that it reads
	appends     []*location  // memory that it may append to in place
	extends     []*location  // memory that it may reach beyond the length of a slice, by an append or by slicing
	recursive   bool         // it may call itself
	calls       bool         // it calls functions that are not known to be plain mathematics
	loops       bool         // it loops
	panics      bool         // it calls panic
	outward     bool         // it writes memory that it shares with its caller
	size        int          // how many expressions it has
	whole       int          // size, with that of what it calls
	nested      int          // how many structs of remembered values its own holds at most
	byways      *waySummary  // what it does with what active floats were made into
	matters     []bool       // inputs that something that it returns or leaves behind depends on
	effects     bool         // it calls functions without source that may have effects
	checkpoints bool         // it has a loop or a call with a checkpoint, or one of those that it calls has
	unordered   bool         // it goes through a map, in an order that is another each time
	waits       bool         // it takes or gives away a lock, or the like: see synchronises
	hooks       bool         // it calls WithGradient, or a function that does
	caps        bool         // it may depend on the capacity of a slice otherwise than by an append or by slicing
	silent      bool         // a call of it ends, and cannot be noticed but by its results: see isSilent
	asks        []types.Type // opaque interfaces whose methods it calls
}

// summary returns the summary of a function, or nil for one without source. Functions that call each other are summarised
// together: their graphs share the locations of what they pass to each other, and effects are added until none is new.
func (u *Unit) summary(fn *types.Func) *summary {
	if s, ok := u.summaries[fn]; ok {
		return s
	}
	c := &components{unit: u, index: map[*types.Func]int{}, low: map[*types.Func]int{}, open: map[*types.Func]bool{}}
	c.visit(fn)
	return u.summaries[fn]
}

// components finds the strongly connected components of the call graph, callees first (Tarjan, "Depth-First Search and Linear
// Graph Algorithms", SIAM J. Comput. 1, 1972).
type components struct {
	unit       *Unit
	index, low map[*types.Func]int
	open       map[*types.Func]bool
	stack      []*types.Func
}

func (c *components) visit(fn *types.Func) {
	f := c.unit.Lower(fn)
	if f == nil {
		c.unit.summaries[fn] = nil
		return
	}
	n := len(c.index)
	c.index[fn], c.low[fn], c.open[fn] = n, n, true
	c.stack = append(c.stack, fn)
	for _, g := range calledBy(f) {
		if _, done := c.unit.summaries[g]; done {
			continue
		}
		if _, seen := c.index[g]; !seen {
			c.visit(g)
		}
		if c.open[g] {
			c.low[fn] = min(c.low[fn], c.low[g])
		}
	}
	if c.low[fn] < n {
		return
	}
	from := slices.Index(c.stack, fn)
	members := slices.Clone(c.stack[from:])
	c.stack = c.stack[:from]
	for _, g := range members {
		c.open[g] = false
	}
	c.unit.summarise(members)
}

// calledBy returns the functions that f calls, in source order.
func calledBy(f *ast.Func) []*types.Func {
	var list []*types.Func
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && !slices.Contains(list, c.Fun.Fn) {
			list = append(list, c.Fun.Fn)
		}
	})
	return list
}

// eachExpr calls f for every expression in a block, with its statement.
func eachExpr(b *ast.Block, f func(ast.Stmt, ast.Expr)) {
	ast.Inspect(b, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool { f(s, e); return true })
		})
		return true
	})
}

// summarise makes the summaries of functions that call each other.
func (u *Unit) summarise(members []*types.Func) {
	scc := map[*types.Func]*memory{}
	next := new(int)
	for _, fn := range members {
		scc[fn] = u.newMemory(apart(u.Lower(fn)), next, scc)
		scc[fn].inputs()
	}
	for _, fn := range members {
		m := scc[fn]
		u.summaries[fn] = &summary{mem: m, recursive: len(members) > 1 || slices.Contains(calledBy(m.fn), fn)}
	}
	for _, fn := range members {
		scc[fn].body()
	}
	for changed := true; changed; {
		changed = false
		for _, fn := range slices.Backward(members) { // callees first
			changed = u.summaries[fn].update(u) || changed
		}
	}
	for _, fn := range members {
		s := u.summaries[fn]
		s.nested, s.whole = u.nested(u.Lower(fn)), s.size
		for _, g := range calledBy(u.Lower(fn)) {
			switch t := u.summary(g); {
			case t != nil && t != s:
				s.whole = min(s.whole+t.whole, unknownSize)
				s.loops = s.loops || t.loops
			case t == nil && !u.mathematical(g):
				s.whole = unknownSize
			}
		}
		s.silent = u.isSilent(s)
	}
}

// isSilent reports whether a call of a function certainly ends, does not panic, and writes nothing but its own variables, so that one whose
// results nobody reads can be left out.
func (u *Unit) isSilent(s *summary) bool {
	f := s.mem.fn
	if s.recursive || s.effects || s.panics || s.waits || s.hooks || len(s.writes)+len(s.fills)+len(s.appends) > 0 || len(addressTaken(f.Body)) > 0 {
		return false
	}
	silent, over := true, rangedOver(f.Body)
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		switch s := s.(type) {
		case *ast.For:
			silent = silent && ends(s)
		case *ast.Range:
			silent = silent && !isPointer(s.X.Type()) // to an array, which may be nil
		case *ast.Do:
			silent = silent && !s.Defer
		case *ast.Assign:
			if b := inPlaceOf(s); b != nil {
				silent = silent && !mayOperatorPanic(b)
			}
		}
		return silent
	})
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) { silent = silent && !u.mayPanicAt(e, over) })
	return silent
}

// ends reports whether a for statement certainly comes to an end, if its body does: it counts by ones, up to what stays the same or down to
// zero or more.
func ends(s *ast.For) bool {
	c := counter(s)
	if c == nil || c.hi == nil || !isFixed(c.hi, s) {
		return false
	}
	switch c.step {
	case 1:
		return c.op == token.LSS
	case -1:
		n, ok := intLit(c.hi)
		return c.op == token.GTR || c.op == token.GEQ && !isUnsigned(c.v.Type) && ok && n >= 0
	}
	return false
}

// unknownSize is that of a function without source.
const unknownSize = 1 << 20

// nested returns how many structs of remembered values that of a function holds, those within those included, if each of its calls
// is split. Behind a pointer there are none.
func (u *Unit) nested(f *ast.Func) int {
	n := 0
	eachExpr(f.Body, func(_ ast.Stmt, e ast.Expr) {
		if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil {
			if s := u.summary(c.Fun.Fn); s != nil && !s.remote() {
				n += 1 + s.nested
			}
		}
	})
	return n
}

// remote reports whether what the forward half of a function remembers is passed as a pointer: it has no end where the function may
// call itself, and could double with each level of calls where it holds many structs.
func (s *summary) remote() bool { return s.recursive || s.nested > 32 }

// update adds effects to a summary and reports whether any was new.
func (s *summary) update(u *Unit) bool {
	m := s.mem
	state := func() string {
		return fmt.Sprint(len(s.writes), len(s.fills), len(s.reads), len(s.appends), len(s.extends), s.byways.size(), s.panics, s.effects, s.hooks, s.unordered, s.checkpoints, s.waits, s.caps, s.matters, len(s.asks))
	}
	before := state()
	add := func(list *[]*location) func(*location) {
		in := map[*location]bool{}
		for _, l := range *list {
			in[l] = true
		}
		return func(l *location) {
			if l = l.find(); !in[l] {
				in[l] = true
				*list = append(*list, l)
			}
		}
	}
	addWrite, addAppend, addExtend, addRead := add(&s.writes), add(&s.appends), add(&s.extends), add(&s.reads)
	outer := m.outer()
	s.size = 0
	ast.Inspect(m.fn.Body, func(st ast.Stmt) bool {
		switch st.(type) {
		case *ast.For, *ast.Range:
			s.loops = true
		}
		s.checkpoints = s.checkpoints || st.Info().Checkpoint != ast.NoCheckpoints
		m.writes(st, func(l *location) {
			if outer[l.find()] {
				addWrite(l)
			}
		})
		m.appends(st, addAppend)
		m.extensions(st, addExtend)
		m.stmtReads(st, func(l *location) {
			if l = l.find(); l.v == nil || l.addr {
				addRead(l)
			}
		})
		return true
	})
	eachExpr(m.fn.Body, func(st ast.Stmt, e ast.Expr) {
		s.size++
		c, ok := e.(*ast.Call)
		s.panics = s.panics || ok && u.panics(c)
		s.unordered = s.unordered || ok && c.Fun.Builtin == ast.MapKeys && !clears(st)
		s.caps = s.caps || ok && u.asksCapacity(c)
		if !ok || c.Fun.Fn == nil {
			return
		}
		s.calls = s.calls || u.Lower(c.Fun.Fn) != nil || !u.mathematical(c.Fun.Fn)
		s.effects = s.effects || u.hasEffects(c.Fun.Fn) && !sorts(c.Fun.Fn)
		for _, t := range u.asks(c.Fun.Fn) {
			if !slices.ContainsFunc(s.asks, func(a types.Type) bool { return types.Identical(a, t) }) {
				s.asks = append(s.asks, t)
			}
		}
		_, hook := u.hook(c)
		callee := u.summaries[c.Fun.Fn]
		s.hooks = s.hooks || hook || callee != nil && callee.hooks
		s.unordered = s.unordered || callee != nil && callee.unordered
		s.checkpoints = s.checkpoints || c.Checkpoint || callee != nil && callee.checkpoints
		s.waits = s.waits || u.synchronises(c.Fun.Fn)
	})
	u.bywaysOf(m.fn, m, s)
	shared := m.shared()
	s.outward = slices.ContainsFunc(s.writes, func(l *location) bool { return shared[l.find()] })
	flows := newFlows(u, m)
	s.matters, s.fills = flows.matters(s.writes, shared), flows.filled(outer)
	return before != state()
}

// sorts reports whether a function is one that bodies of sorts call, whose effects are on a Sorter of their own.
func sorts(fn *types.Func) bool {
	return ofRuntime(fn) && (fn.Name() == "NewSorter" || fn.Signature().Recv() != nil && fn.Name() == "Next")
}

// ofRuntime reports whether a function is one that derivatives may call.
func ofRuntime(fn *types.Func) bool {
	return fn.Pkg() != nil && fn.Pkg().Path() == runtimePackage.Path()
}

// hasEffects reports whether fn is without source and may have effects, or calls such a function, as far as its summary has got. Where a
// rule says what it writes, that is all that it does.
func (u *Unit) hasEffects(fn *types.Func) bool {
	if fn.Pkg() != nil {
		if _, _, says := u.saysWrites(fn, fn.Pkg()); says {
			return false
		}
	}
	if s := u.summaries[fn]; s != nil {
		return s.effects
	}
	if u.Lower(fn) != nil || u.mathematical(fn) || fn.Pkg() == nil {
		return false
	}
	if onlyLooks(fn) {
		return false
	}
	switch fn.Pkg().Path() {
	case runtimePackage.Path():
		return !slices.Contains([]string{"Chunk", "Chunks", "Order", "Part", "Task", "Tasks"}, fn.Name())
	case "fmt":
		return !strings.HasPrefix(fn.Name(), "Sprint") && fn.Name() != "Errorf"
	}
	return true
}

// synchronises reports whether fn takes or gives away a lock, or waits, or calls a function that does, as far as its summary has got:
// before it or behind it others may write what they share with the function at hand. One that only counts does not.
func (u *Unit) synchronises(fn *types.Func) bool {
	if s := u.summaries[fn]; s != nil {
		return s.waits
	}
	if fn.Pkg() == nil || fn.Pkg().Path() != "sync" || u.Lower(fn) != nil {
		return false
	}
	return strings.HasSuffix(fn.Name(), "Lock") || strings.HasSuffix(fn.Name(), "Unlock") || fn.Name() == "Wait"
}

// synchronisesIn is synchronises for the calls that a statement makes at once.
func (u *Unit) synchronisesIn(s ast.Stmt) bool {
	if do, ok := s.(*ast.Do); ok && do.Defer {
		return false
	}
	found := false
	ast.Exprs(s, func(e ast.Expr, _ bool) {
		found = found || ast.Any(e, func(e ast.Expr) bool {
			c, ok := e.(*ast.Call)
			return ok && c.Fun.Fn != nil && u.synchronises(c.Fun.Fn)
		})
	})
	return found
}

// panics reports whether a call may come to a call of panic.
func (u *Unit) panics(c *ast.Call) bool {
	if c.Fun.Fn == nil {
		return c.Fun.Builtin == "panic"
	}
	s := u.summaries[c.Fun.Fn] // nil for what is being summarised
	return s != nil && s.panics && !c.Late
}

// asksCapacity reports whether a call may depend on the capacity of a slice otherwise than by an append or by slicing.
func (u *Unit) asksCapacity(c *ast.Call) bool {
	if c.Fun.Fn == nil {
		return c.Fun.Builtin == "cap"
	}
	if s := u.summaries[c.Fun.Fn]; s != nil || u.Lower(c.Fun.Fn) != nil {
		return s != nil && s.caps
	}
	return !u.harmless(c.Fun.Fn) && slices.ContainsFunc(c.Args, func(x ast.Expr) bool { return hasRefs(x.Type()) })
}

// harmless reports whether a function without source writes nothing that it is given: one of package math, one that makes text,
// or one of the runtime.
func (u *Unit) harmless(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return true // error.Error
	}
	switch fn.Pkg().Path() {
	case "math", runtimePackage.Path():
		return true
	case "fmt":
		return !scans(fn)
	}
	return onlyLooks(fn)
}

// onlyLooks reports whether a function of the standard library without source changes nothing, and does nothing but to return something.
func onlyLooks(fn *types.Func) bool {
	name := fn.Name()
	switch fn.Pkg().Path() {
	case "errors", "strconv", "strings", "unicode", "unicode/utf8", "math/bits", "path":
		method := fn.Signature().Recv() != nil // of a strings.Builder, say
		return !method && !strings.HasPrefix(name, "Append") && !strings.HasPrefix(name, "Encode") && name != "As"
	case "regexp":
		for _, change := range []string{"Longest", "Expand", "Append", "Unmarshal"} {
			if strings.HasPrefix(name, change) {
				return false
			}
		}
		return !strings.Contains(name, "Reader")
	}
	return false
}

// clears reports whether a statement is a loop that removes all keys from a map, in whatever order.
func clears(s ast.Stmt) bool {
	g, ok := s.(*ast.Range)
	if !ok || len(g.Body.Stmts) != 1 {
		return false
	}
	last := g.Body.Stmts[0]
	if f, ok := last.(*ast.If); ok && f.Else == nil && len(f.Then.Stmts) == 2 {
		a, sets := f.Then.Stmts[0].(*ast.Assign)
		if !sets || len(a.Lhs) != 1 || mapElement(a.Lhs[0]) != a.Lhs[0] {
			return false
		}
		last = f.Then.Stmts[1]
	}
	d, ok := last.(*ast.Do)
	return ok && (d.Call.Fun.Builtin == ast.MapRemove || d.Call.Fun.Builtin == "delete") && isRefTo(g.Value.(*ast.Ref).Var)(d.Call.Args[1])
}
