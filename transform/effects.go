package transform

import (
	"go/types"
	"slices"

	"github.com/godiff/godiff/ast"
)

// A summary says what a call of a function does to memory.
type summary struct {
	writes    map[int][]string // leaves that it writes in the memory behind each input
	inResults map[int]bool     // inputs whose memory the results may reach
	mixed     map[int]int      // inputs whose memory it mixes, by group; an input alone is not there
	recursive bool             // it may call itself
	calls     bool             // it calls functions of the module
	loops     bool             // it loops
	size      int              // how many expressions it has
	taints    bool             // a result that is no float holds what an active float was made into: see byways
	sinks     bool             // it makes a float of an input of that kind
}

// summary returns the summary of a function of the module, or nil for one without source.
//
// The summaries of functions that call each other are the least fixed point: all begin with no effects and are
// made again until none changes.
func (u *Unit) summary(fn *types.Func) *summary {
	if s, ok := u.summaries[fn]; ok {
		return s
	}
	var open []*ast.Func
	u.collect(fn, &open)
	for changed := true; changed; {
		changed = false
		for _, f := range open {
			next := u.summarise(f)
			if !next.equal(u.summaries[f.Obj]) {
				changed = true
			}
			*u.summaries[f.Obj] = *next
		}
	}
	for _, f := range open {
		u.summaries[f.Obj].recursive = u.reaches(f.Obj)
	}
	return u.summaries[fn]
}

// collect appends fn and every function that it calls and that has no summary yet, each with an empty one.
func (u *Unit) collect(fn *types.Func, open *[]*ast.Func) {
	if _, ok := u.summaries[fn]; ok {
		return
	}
	f := u.Lower(fn)
	if f == nil {
		u.summaries[fn] = nil
		return
	}
	u.summaries[fn] = &summary{}
	*open = append(*open, f)
	for _, g := range calledBy(f) {
		u.collect(g, open)
	}
}

// reaches reports whether fn can call itself.
func (u *Unit) reaches(fn *types.Func) bool {
	seen := map[*types.Func]bool{}
	var visit func(g *types.Func) bool
	visit = func(g *types.Func) bool {
		if seen[g] {
			return false
		}
		seen[g] = true
		f := u.Lower(g)
		if f == nil {
			return false
		}
		return slices.ContainsFunc(calledBy(f), func(h *types.Func) bool { return h == fn || visit(h) })
	}
	return visit(fn)
}

// calledBy returns the functions that f calls, in source order.
func calledBy(f *ast.Func) []*types.Func {
	var list []*types.Func
	ast.Inspect(f.Body, func(s ast.Stmt) bool {
		ast.Exprs(s, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && !slices.Contains(list, c.Fun.Fn) {
					list = append(list, c.Fun.Fn)
				}
				return true
			})
		})
		return true
	})
	return list
}

func (s *summary) equal(t *summary) bool {
	if s.taints != t.taints || s.sinks != t.sinks || len(s.writes) != len(t.writes) || len(s.inResults) != len(t.inResults) || len(s.mixed) != len(t.mixed) {
		return false
	}
	for i, leaves := range s.writes {
		if len(leaves) != len(t.writes[i]) {
			return false
		}
	}
	return true
}

func (u *Unit) summarise(f *ast.Func) *summary {
	m := newMemory(f, u.summary)
	s := &summary{writes: map[int][]string{}, inResults: map[int]bool{}, mixed: map[int]int{}}
	ast.Inspect(f.Body, func(st ast.Stmt) bool {
		switch st.(type) {
		case *ast.For, *ast.Range:
			s.loops = true
		}
		m.writes(st, func(*ast.Var) {}, func(c cell) {
			for i := range c.region.inputs {
				if !slices.Contains(s.writes[i], c.leaf) {
					s.writes[i] = append(s.writes[i], c.leaf)
				}
			}
		})
		ast.Exprs(st, func(e ast.Expr, _ bool) {
			ast.Walk(e, func(e ast.Expr) bool {
				s.size++
				if c, ok := e.(*ast.Call); ok && c.Fun.Fn != nil && u.Lower(c.Fun.Fn) != nil {
					s.calls = true
				}
				return true
			})
		})
		return true
	})
	for _, r := range f.Results {
		if hasRefs(r.Type) {
			for i := range m.of(r).inputs {
				s.inResults[i] = true
			}
		}
	}
	for _, r := range m.regions {
		r = r.find()
		if len(r.inputs) > 1 {
			for i := range r.inputs {
				s.mixed[i] = r.id
			}
		}
	}
	s.taints, s.sinks = u.bywaysOf(f, m)
	return s
}
