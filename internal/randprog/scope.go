package randprog

import (
	"regexp"
	"slices"
	"strings"
)

// Slices in memory, arguments and results keep their length between these bounds.
const (
	leastLen = 2
	mostLen  = 6
)

// variable is a variable of the generated program, with what is known of its values.
type variable struct {
	name     string
	typ      *typ
	used     bool // Go demands that a local variable is read
	exempt   bool // parameters and results need not be read
	frozen   int  // above zero it is not assigned as a whole
	global   bool // of the package, or a constant: read only
	konst    bool // a constant
	nonneg   bool // an int that is never negative
	fresh    bool // its memory was allocated in this function
	min, max int  // bounds of a slice's length
	below    *variable
	trips    int // product of the trip counts around its declaration
}

// scope is a block of the generated program.
type scope struct{ vars []*variable }

// open begins a block.
func (g *gen) open() { g.scopes = append(g.scopes, &scope{}) }

// close ends the innermost block. Variables that nothing has read must have been flushed.
func (g *gen) close() { g.scopes = g.scopes[:len(g.scopes)-1] }

// declare adds v to the innermost block.
func (g *gen) declare(v *variable) *variable {
	v.trips = g.trips
	if v.typ.kind == sliceKind && v.max == 0 {
		v.min, v.max = leastLen, mostLen
	}
	s := g.scopes[len(g.scopes)-1]
	s.vars = append(s.vars, v)
	return v
}

// lookup returns the variable that name denotes here, or nil.
func (g *gen) lookup(name string) *variable {
	for _, s := range slices.Backward(g.scopes) {
		for _, v := range s.vars {
			if v.name == name {
				return v
			}
		}
	}
	return nil
}

// can reports whether the names still denote what the package or the language declares under them.
func (g *gen) can(names ...string) bool {
	for _, n := range names {
		if g.lookup(n) != nil {
			return false
		}
	}
	return true
}

// sayable reports whether t can be written here.
func (g *gen) sayable(t *typ) bool { return g.can(strings.Fields(t.base)...) }

// visible returns the variables in scope that are not hidden and satisfy ok, outermost first.
func (g *gen) visible(ok func(*variable) bool) []*variable {
	var vs []*variable
	for _, s := range g.scopes {
		for _, v := range s.vars {
			if v.name != "_" && ok(v) && g.lookup(v.name) == v {
				vs = append(vs, v)
			}
		}
	}
	return vs
}

// identifier matches an identifier together with what precedes it, so that fields can be told from variables.
var identifier = regexp.MustCompile(`(^|[^A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]*)`)

// read marks the variables that text reads as used, and notes the names it takes from outside the function.
func (g *gen) read(text string) {
	for _, m := range identifier.FindAllStringSubmatch(text, -1) {
		if m[1] == "." {
			continue
		}
		if v := g.lookup(m[2]); v != nil {
			v.used = true
		} else {
			g.free = append(g.free, m[2])
		}
	}
}

// binding returns a function that reports whether the identifiers in text still denote what they denote now.
func (g *gen) binding(text string) func() bool {
	names := identifier.FindAllStringSubmatch(text, -1)
	before := make([]*variable, len(names))
	for i, m := range names {
		before[i] = g.lookup(m[2])
	}
	return func() bool {
		for i, m := range names {
			if g.lookup(m[2]) != before[i] {
				return false
			}
		}
		return true
	}
}

// mentions reports whether text contains name as an identifier.
func mentions(text, name string) bool {
	for _, m := range identifier.FindAllStringSubmatch(text, -1) {
		if m[2] == name {
			return true
		}
	}
	return false
}

var (
	plainNames   = strings.Fields("a b c d e f g h p q r s t u v w z acc sum val tmp")
	counterNames = strings.Fields("i j k l n m idx cnt")
	errorNames   = strings.Fields("err e fault")
	sliceNames   = strings.Fields("xs ws vs buf row col data part x")
	// hostileNames are what a printer of derivatives may want for itself, or what it may take for granted.
	hostileNames = strings.Fields(`dx da db dy y out len cap max min append make copy new float64 float32 int
		bool error string nil math runtime err saved shadow ds dx2 da2 i i2 xs as n panic errors iota any true`)
)

// newName returns a name for a new variable of type t in the innermost block. It may hide one of an outer
// block, but none that the given texts mention.
func (g *gen) newName(t *typ, texts ...string) string {
	pool := plainNames
	switch t.kind {
	case intKind:
		pool = counterNames
	case sliceKind, arrayKind:
		pool = sliceNames
	case errorKind:
		pool = errorNames
	}
	if g.hostile && g.chance(0.5) {
		pool = hostileNames
	}
	for range 8 {
		if n := pick(g, pool); g.allows(n, texts) {
			return n
		}
	}
	for {
		if n := pick(g, pool) + string(rune('0'+g.intn(10))); g.allows(n, texts) {
			return n
		}
	}
}

// allows reports whether a variable called n can be declared in the innermost block.
func (g *gen) allows(n string, texts []string) bool {
	taken := func(v *variable) bool { return v.name == n }
	if slices.ContainsFunc(g.scopes[len(g.scopes)-1].vars, taken) {
		return false
	}
	hides := g.lookup(n) != nil
	if hides && g.chance(0.7) {
		return false
	}
	return !slices.ContainsFunc(texts, func(t string) bool { return mentions(t, n) })
}
