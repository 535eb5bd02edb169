package transform

import (
	"fmt"
	"go/token"
	"math"
	"slices"
	"sort"

	"github.com/godiff/godiff/ast"
)

// The tree that is reversed.
//
// A part is a list of items that run one after the other, each exactly once whenever the part is entered. Jumps
// stand only at the end of a part: what follows an if that jumps in one branch belongs to the other,
//
//	if c { a; continue }             if c { a }  else { rest }
//	rest
//
// so to reverse a part is to reverse its items from the last to the first, and the path that an iteration
// took is known from the conditions on it. The tree shares the statements of the forward sweep, which keeps the
// shape that the user gave it.
type part struct {
	parent *part // nil for the function
	branch *item // the if item that it is a branch of, or the loop that it is the body of; nil for the function
	items  []*item
	tail   tail
	leaves *item    // with tailBreak: the loop that it leaves
	exit   ast.Stmt // the return or jump at its end, if there is one

	before ast.Stmt   // what is inserted at its entry goes before this statement …
	in     *ast.Block // … or, where there is none, at the beginning of this block

	from, to int // the positions of its items: [from, to)

	jumps, jumpsKnown bool // see jumpsOut
}

// A tail is where control goes at the end of a part.
type tail int

const (
	tailFall     tail = iota // to what follows the item that it is part of
	tailContinue             // to the next iteration
	tailBreak                // out of a loop
	tailLeave                // out of the function: by a return or a panic
)

// An item is a statement of a part.
type item struct {
	stmt  ast.Stmt // *ast.Assign, *ast.Decl or *ast.Do; *ast.If; *ast.For or *ast.Range
	part  *part
	pos   int      // where it stands among all items of the function, from 0
	end   int      // one more than the position of the last item below it
	index int      // in part.items
	cond  ast.Expr // of an if: true for then
	then  *part
	els   *part
	body  *part  // of a loop
	count *count // of a for with a plain counter

	source   ast.Stmt   // the statement that the tree was made of
	wrap     *ast.Block // the outermost block of the user's in its part that holds it
	rest     *part      // of an if that jumps: the branch that holds what follows it in the source …
	restFrom int        // … from this item on
}

// A tree is the reversal tree of a function.
type tree struct {
	root   *part
	items  []*item // by position
	at     map[ast.Stmt]*item
	flags  map[ast.Stmt]*ast.Var
	guards map[*ast.Var]*item // of flags: the if that asks for it
	asking []int              // the positions of these, ascending
	loops  []*item            // those being built
	wrap   *ast.Block         // the block of the user's that is being built
	marks  map[ast.Stmt]*item // stand in a list where what follows an if that jumps begins
}

func newTree(body *ast.Block, flags map[ast.Stmt]*ast.Var) *tree {
	t := &tree{at: map[ast.Stmt]*item{}, flags: flags, guards: map[*ast.Var]*item{}, marks: map[ast.Stmt]*item{}}
	t.root = &part{in: body}
	t.fill(t.root, body.Stmts)
	return t
}

func (t *tree) newItem(p *part, s ast.Stmt) *item {
	it := &item{stmt: s, source: s, part: p, pos: len(t.items), index: len(p.items), wrap: t.wrap}
	p.items = append(p.items, it)
	t.items = append(t.items, it)
	if _, dup := t.at[s]; !dup {
		t.at[s] = it
	}
	return it
}

// fill builds a part from a list of statements.
func (t *tree) fill(p *part, list []ast.Stmt) {
	p.from = len(t.items)
	defer func() { p.to = len(t.items) }()
	for i, s := range list {
		rest := list[i+1:]
		switch s := s.(type) {
		case *ast.Assign, *ast.Decl:
			t.newItem(p, s).end = len(t.items)
		case *ast.Do:
			t.newItem(p, s).end = len(t.items)
			if s.Call.Fun.Builtin == "panic" {
				p.tail = tailLeave
				return
			}
		case *ast.Return:
			p.tail, p.exit = tailLeave, s
			return
		case *ast.Branch:
			p.exit = s
			t.jump(p, s)
			return
		case *ast.Block:
			if it := t.marks[s]; it != nil {
				it.rest, it.restFrom = p, len(p.items)
				continue
			}
			if mayLeave(s) {
				t.fillMore(p, append(append([]ast.Stmt{}, s.Stmts...), rest...))
				return
			}
			outer := t.wrap
			if outer == nil {
				t.wrap = s
			}
			t.fillMore(p, s.Stmts)
			t.wrap = outer
		case *ast.If:
			if t.branch(p, s, rest) {
				return
			}
		case *ast.For, *ast.Range:
			t.loop(p, s)
			if t.guard(p, t.flags[s], rest) {
				return
			}
		default:
			panic(fmt.Sprintf("transform: tree of %T", s))
		}
	}
}

// fillMore is fill without a new beginning.
func (t *tree) fillMore(p *part, list []ast.Stmt) {
	from := p.from
	t.fill(p, list)
	p.from = from
}

func (t *tree) jump(p *part, s *ast.Branch) {
	p.tail, p.leaves = tailContinue, t.loops[len(t.loops)-1]
	if s.Tok != token.BREAK {
		return
	}
	p.tail = tailBreak
	if s.Target != nil {
		for _, l := range t.loops {
			if ast.LabelOf(l.stmt) == s.Target {
				p.leaves = l
			}
		}
	}
}

// branch adds an if statement, with the statements after it where a branch jumps, and reports whether it has
// taken them.
func (t *tree) branch(p *part, s *ast.If, rest []ast.Stmt) bool {
	it := t.newItem(p, s)
	it.cond = s.Cond
	it.then = &part{parent: p, branch: it, in: s.Then}
	it.els = &part{parent: p, branch: it}
	then, els := s.Then.Stmts, []ast.Stmt(nil)
	if s.Else != nil {
		els = s.Else.Stmts
		it.els.in = s.Else
	}
	took := false
	defer func(w *ast.Block) { t.wrap = w }(t.wrap)
	t.wrap = nil
	switch {
	case ast.Ends(then):
		took = true
		t.branchOf(it.then, then, nil, it)
		t.branchOf(it.els, els, rest, it)
	case ast.Ends(els):
		took = true
		t.branchOf(it.then, then, rest, it)
		t.branchOf(it.els, els, nil, it)
	default:
		t.branchOf(it.then, then, nil, it)
		t.branchOf(it.els, els, nil, it)
	}
	it.end = len(t.items)
	return took || t.guard(p, t.flags[s], rest)
}

// branchOf fills a branch of an if, with what follows the if where the other branch jumps. Where a statement of the branch may jump
// itself, that lands in a part further down.
func (t *tree) branchOf(p *part, list, rest []ast.Stmt, it *item) {
	all := slices.Clone(list)
	if rest != nil {
		mark := &ast.Block{}
		t.marks[mark] = it
		all = append(append(all, mark), rest...)
	}
	p.before = t.first(all)
	t.fill(p, all)
}

// first returns the first statement of a list that is no block, which passes make anew, nor a mark; or nil.
func (t *tree) first(list []ast.Stmt) ast.Stmt {
	for _, s := range list {
		b, ok := s.(*ast.Block)
		if !ok {
			return s
		}
		if inner := t.first(b.Stmts); t.marks[s] == nil && inner != nil {
			return inner
		}
	}
	return nil
}

// guard adds what follows a statement that may have jumped, under the condition that it did not, and reports whether there is such.
// Flag is nil where the statement may not have.
func (t *tree) guard(p *part, flag *ast.Var, rest []ast.Stmt) bool {
	if flag == nil {
		return false
	}
	real := slices.DeleteFunc(slices.Clone(rest), func(s ast.Stmt) bool { return t.marks[s] != nil })
	if len(real) == 0 {
		return false
	}
	s := &ast.If{Cond: &ast.Unary{Op: token.NOT, X: &ast.Ref{Var: flag}}, Then: &ast.Block{Stmts: real}}
	it := t.newItem(p, s)
	t.guards[flag] = it
	t.asking = append(t.asking, it.pos)
	it.cond = s.Cond
	it.then = &part{parent: p, branch: it, before: t.first(real)}
	it.els = &part{parent: p, branch: it}
	t.fill(it.then, rest)
	it.els.from, it.els.to = len(t.items), len(t.items)
	it.end = len(t.items)
	return true
}

func (t *tree) loop(p *part, s ast.Stmt) {
	it := t.newItem(p, s)
	it.body = &part{parent: p, branch: it}
	var body *ast.Block
	switch s := s.(type) {
	case *ast.For:
		it.count = counter(s)
		body = s.Body
	case *ast.Range:
		body = s.Body
	}
	it.body.in = body
	defer func(w *ast.Block) { t.wrap = w }(t.wrap)
	t.wrap = nil
	it.body.before = t.first(body.Stmts)
	t.loops = append(t.loops, it)
	t.fill(it.body, body.Stmts)
	t.loops = t.loops[:len(t.loops)-1]
	it.end = len(t.items)
}

// loop returns the loop whose iterations run p, or nil.
func (p *part) loop() *item {
	for q := p; q != nil; q = q.parent {
		if q.branch != nil && q.branch.body == q {
			return q.branch
		}
	}
	return nil
}

// repeats returns the loops around p whose iterations may run p more than once, innermost first: not those that
// p, or a part around it, leaves.
func (p *part) repeats() []*item {
	var list []*item
	leaving := math.MaxInt // the position of the outermost loop that is left
	for q := p; q != nil; q = q.parent {
		switch q.tail {
		case tailBreak:
			leaving = min(leaving, q.leaves.pos)
		case tailLeave:
			leaving = -1
		}
		if q.branch != nil && q.branch.body == q && q.branch.pos < leaving {
			list = append(list, q.branch)
		}
	}
	return list
}

// inside reports whether p is q or lies in it.
func (p *part) inside(q *part) bool {
	for ; p != nil; p = p.parent {
		if p == q {
			return true
		}
	}
	return false
}

// common returns the innermost part that both lie in.
func common(p, q *part) *part {
	for ; p != nil; p = p.parent {
		if q.inside(p) {
			return p
		}
	}
	return nil
}

// exclusive reports whether, in one iteration of the loops around both, at most one of the two items runs.
func exclusive(a, b *item) bool {
	c := common(a.part, b.part)
	pa, pb := below(a, c), below(b, c)
	return pa != nil && pb != nil && pa != pb && pa.branch == pb.branch && pa.branch.body == nil
}

// below returns the part directly below c that an item lies in, or nil if it lies in c itself.
func below(a *item, c *part) *part {
	var last *part
	for p := a.part; p != c; p = p.parent {
		last = p
	}
	return last
}

// writeLog holds the positions at which each variable and each cell is written.
type writeLog struct {
	tree *tree
	at   map[*location][]int // ascending
}

func (w *writeLog) add(key *location, it *item) {
	list := w.at[key]
	if len(list) == 0 || list[len(list)-1] != it.pos {
		w.at[key] = append(list, it.pos)
	}
}

// later reports whether key may be written after a point before (or, with after set, behind) an item: up to the position limit, by
// what follows or by a further iteration of a loop inside of the part within.
func (w *writeLog) later(key *location, it *item, after bool, within *part, limit int) bool {
	return w.laterBy(key, it, after, within, limit) != nil
}

// laterBy returns an item that may do so, or nil.
func (w *writeLog) laterBy(key *location, it *item, after bool, within *part, limit int) *item {
	list := w.at[key]
	if len(list) == 0 {
		return nil
	}
	start := it.pos
	if after {
		start = max(it.end, it.pos+1)
	}
	for i := sort.SearchInts(list, start); i < len(list) && list[i] < limit; i++ {
		d := w.tree.items[list[i]]
		if d == it || !exclusive(it, d) && w.reaches(it, d) {
			return d
		}
	}
	for _, loop := range it.part.repeats() {
		if loop.pos < within.from || loop == within.branch {
			break
		}
		i := sort.SearchInts(list, loop.pos+1)
		if i < len(list) && list[i] < loop.end {
			return w.tree.items[list[i]]
		}
	}
	return nil
}

// between reports whether key may be written between the beginning of an item and a later point, which an iteration of a loop may
// come to after others.
func (w *writeLog) between(key *location, from, it *item, after bool) bool {
	list := w.at[key]
	end := it.pos
	if after {
		end = max(it.end, it.pos+1)
	}
	for _, loop := range it.part.repeats() {
		if loop.pos >= from.pos {
			end = max(end, loop.end)
		}
	}
	i := sort.SearchInts(list, from.pos)
	return i < len(list) && list[i] < end
}

// reaches reports whether control can get from an item forward to a later one: not if a part around the first leaves
// a loop that the second is in, or the function.
func (w *writeLog) reaches(from, to *item) bool {
	for p := from.part; p != nil; p = p.parent {
		switch p.tail {
		case tailLeave:
			return to.part.inside(p)
		case tailBreak, tailContinue:
			if to.part.inside(p) {
				return true
			}
			if l := p.leaves; l != nil && to.pos > l.pos && to.pos < l.end {
				return false
			}
		}
		if to.part.inside(p) {
			return true
		}
	}
	return true
}

// goesOn reports whether control, once it is in an item, always gets behind it in its part.
func (it *item) goesOn() bool {
	var stays func(p *part) bool
	stays = func(p *part) bool {
		if p.tail == tailLeave || p.leaves != nil && p.leaves.pos < it.pos {
			return false
		}
		return !slices.ContainsFunc(p.items, func(x *item) bool {
			return slices.ContainsFunc([]*part{x.then, x.els, x.body}, func(q *part) bool { return q != nil && !stays(q) })
		})
	}
	return !slices.ContainsFunc([]*part{it.then, it.els, it.body}, func(q *part) bool { return q != nil && !stays(q) })
}

// ends returns the branch of an if that always leaves the function, or nil.
func (it *item) ends() *part {
	switch {
	case it.then == nil:
	case it.then.leavesFunction():
		return it.then
	case it.els.leavesFunction():
		return it.els
	}
	return nil
}
