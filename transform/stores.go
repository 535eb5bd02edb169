package transform

import (
	"go/types"

	"github.com/godiff/godiff/ast"
)

// withoutStores returns a block without what is stored in memory that nothing reads: that which a variable is given where it is made, and
// which is named for nothing but to write in it.
//
//	dx := make([]float64, len(x))
//	dx[i] += e
func withoutStores(b *ast.Block) *ast.Block {
	w := &writeOnly{own: map[*ast.Var]bool{}, bad: map[*ast.Var]bool{}, within: map[*ast.Var][]*ast.Var{}}
	ast.Inspect(b, func(s ast.Stmt) bool { w.stmt(s); return true })
	w.settle()
	return w.block(b)
}

// writeOnly finds the variables that lead to memory that nothing reads.
type writeOnly struct {
	own    map[*ast.Var]bool       // that are declared here
	bad    map[*ast.Var]bool       // that may lead to memory which is read
	within map[*ast.Var][]*ast.Var // by a variable, those whose memory leads to its own
}

func (w *writeOnly) stmt(s ast.Stmt) {
	for _, v := range ast.Defined(s) {
		w.own[v] = true
	}
	switch s := s.(type) {
	case *ast.Decl:
		if len(s.Values) == 0 {
			return
		}
	case *ast.Assign:
		if len(s.Lhs) == 1 && len(s.Rhs) == 1 && s.Lhs[0] != nil {
			if v := rootOf(s.Lhs[0]); v != nil && isMemory(v.Type) {
				w.indices(s.Lhs[0])
				w.value(v, s.Rhs[0])
				w.bad[v] = w.bad[v] || mustStay(s)
				return
			}
		}
	}
	for _, v := range ast.Defined(s) {
		w.bad[v] = true // as something that is not looked into
	}
	ast.Exprs(s, func(e ast.Expr, _ bool) { w.read(e) })
}

// value notes what is stored in v, or is v from then on: memory that is made here, of what is known of or else read.
func (w *writeOnly) value(v *ast.Var, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Call:
		if makes(e) {
			w.read(e)
			return
		}
	case *ast.Addr:
		if lit, ok := e.X.(*ast.Composite); ok {
			w.value(v, lit)
			return
		}
	case *ast.Composite:
		for _, elem := range e.Elems {
			w.value(v, elem.Value)
		}
		return
	case *ast.Ref:
		if hasRefs(e.Type()) {
			w.within[e.Var] = append(w.within[e.Var], v)
			return
		}
	}
	w.read(e)
	if hasRefs(e.Type()) {
		w.bad[v] = true
	}
}

// indices notes what a place reads beside the variable that it begins with.
func (w *writeOnly) indices(place ast.Expr) {
	switch e := place.(type) {
	case *ast.Index:
		w.indices(e.X)
		w.read(e.I)
	case *ast.Field:
		w.indices(e.X)
	case *ast.Deref:
		w.indices(e.X)
	}
}

func (w *writeOnly) read(e ast.Expr) {
	ast.Walk(e, func(e ast.Expr) bool {
		if r, ok := e.(*ast.Ref); ok {
			w.bad[r.Var] = true
		}
		return true
	})
}

// settle lets be read what is put in memory that is.
func (w *writeOnly) settle() {
	for changed := true; changed; {
		changed = false
		for v, list := range w.within {
			for _, into := range list {
				if w.isRead(into) != w.isRead(v) {
					w.bad[v], w.bad[into], changed = true, true, true
				}
			}
		}
	}
}

func (w *writeOnly) isRead(v *ast.Var) bool { return w.bad[v] || !w.own[v] }

func (w *writeOnly) block(b *ast.Block) *ast.Block {
	out := &ast.Block{Meta: b.Meta}
	for _, s := range b.Stmts {
		if a, ok := s.(*ast.Assign); ok && len(a.Lhs) == 1 && a.Lhs[0] != nil && !mustStay(a) {
			if v := rootOf(a.Lhs[0]); v != nil && isMemory(v.Type) && !w.isRead(v) {
				continue
			}
		}
		if len(ast.Blocks(s)) > 0 {
			s = ast.MapBlocks(s, w.block)
		}
		out.Stmts = append(out.Stmts, s)
	}
	return out
}

// mustStay reports whether an assignment calls what may have effects.
func mustStay(a *ast.Assign) bool { return hasCall(a.Lhs[0]) || hasCall(a.Rhs[0]) }

// isMemory reports whether values of a type have parts, here or elsewhere.
func isMemory(t types.Type) bool { return hasRefs(t) || isArray(t) || isStruct(t) }
