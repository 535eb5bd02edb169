package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"

	"github.com/godiff/godiff/ast"
)

// A Rule is a derivative written by hand: one of godiff's own or the user's.
type Rule struct {
	Func    *ast.Func   // the rule, lowered
	Of      *types.Func // what it differentiates; nil for a builtin
	Builtin string
	Wrt     []int // the inputs that it covers, ascending
	Forward bool  // a rule for forward mode
	Own     bool  // one of godiff's own, which the user's package cannot call
}

// Rules holds the rules and constants that a package can see.
type Rules struct {
	byFunc    map[string][]*Rule
	constants map[string]bool      // full names of functions marked nodiff
	Helpers   map[string]*ast.Func // what godiff's own rules call, by name
}

// NewRules returns an empty book of rules.
func NewRules() *Rules {
	return &Rules{byFunc: map[string][]*Rule{}, constants: map[string]bool{}, Helpers: map[string]*ast.Func{}}
}

// Add adds a rule.
func (r *Rules) Add(rule *Rule) {
	key := rule.Builtin
	if rule.Of != nil {
		key = rule.Of.FullName()
	}
	r.byFunc[key] = append(r.byFunc[key], rule)
}

// AddConstant says that the results of a function carry no derivative.
func (r *Rules) AddConstant(fn *types.Func) { r.constants[fn.FullName()] = true }

// find returns the smallest reverse rule for a callee that covers the inputs in, or nil. Forward mode can use
// those of godiff's own only.
func (r *Rules) find(c ast.Callee, in []int, forward bool) *Rule {
	var best *Rule
	for _, rule := range r.byFunc[calleeKey(c)] {
		if rule.Forward || forward && !rule.Own || !covers(rule.Wrt, in) {
			continue
		}
		if best == nil || len(rule.Wrt) < len(best.Wrt) || len(rule.Wrt) == len(best.Wrt) && best.Own && !rule.Own {
			best = rule // the user's before godiff's
		}
	}
	return best
}

func calleeKey(c ast.Callee) string {
	if c.Fn != nil {
		return c.Fn.FullName()
	}
	return c.Builtin
}

func covers(wrt, in []int) bool {
	for _, i := range in {
		if !slices.Contains(wrt, i) {
			return false
		}
	}
	return true
}

// constant reports whether the results of a call carry no derivative although their types do.
func (u *Unit) constant(c *ast.Call) bool {
	return c.Fun.Fn != nil && u.Rules.constants[c.Fun.Fn.FullName()]
}

// call adds the terms of a call.
func (l *linear) call(c *ast.Call, adj ast.Expr) {
	if c.Fun.Builtin != "" && len(c.Args) > 2 && (c.Fun.Builtin == "min" || c.Fun.Builtin == "max") {
		n := len(c.Args) - 1
		first := &ast.Call{Fun: c.Fun, Args: c.Args[:n], T: c.T}
		l.call(&ast.Call{Fun: c.Fun, Args: []ast.Expr{first, c.Args[n]}, T: c.T}, adj)
		return
	}
	if c.Fun.Builtin != "" && len(c.Args) == 1 && (c.Fun.Builtin == "min" || c.Fun.Builtin == "max") {
		l.push(c.Args[0], adj)
		return
	}
	var in []int
	for i, x := range c.Args {
		if l.d.act.depends(x) {
			in = append(in, i)
		}
	}
	if len(in) > 1 {
		adj = l.share(adj, c.T)
	}
	if !l.d.hasRule(c.Fun) {
		l.d.backCall(l, c, in, adj)
		return
	}
	for _, i := range in {
		if rule := l.d.u.Rules.find(c.Fun, []int{i}, l.d.forward); rule != nil && len(rule.Wrt) == 1 && rule.Own {
			l.applyOwn(rule, c, adj)
			continue
		}
		l.d.ruleCall(l, c, in, adj)
		return
	}
}

// applyOwn adds the terms of one of godiff's own rules, which covers one input.
func (l *linear) applyOwn(rule *Rule, c *ast.Call, adj ast.Expr) {
	b := l.bind(rule, c, adj)
	arg := c.Args[rule.Wrt[0]]
	var open []branch // what is left when conditions on constants are decided
	for _, s := range rule.Func.Body.Stmts {
		switch s := s.(type) {
		case *ast.If:
			cond := fold(b.subst(s.Cond))
			ret := s.Then.Stmts[0].(*ast.Return).Results[0]
			if v, known := truth(cond); known {
				if v {
					open = append(open, branch{nil, ret})
				}
			} else {
				open = append(open, branch{cond, ret})
				continue
			}
			if v, _ := truth(cond); !v {
				continue
			}
		case *ast.Return:
			open = append(open, branch{nil, s.Results[0]})
		default:
			panic(fmt.Sprintf("transform: rule %s is not in the form of a rule", rule.Func.Name))
		}
		break
	}
	switch {
	case len(open) == 1:
		l.push(arg, b.inline(open[0].result, rule))
	case b.trivial(open, rule):
		l.pushBranches(arg, open, b)
	default:
		l.push(arg, l.copiedCall(rule, c, adj))
	}
}

// A branch is a result of a rule and the condition under which it is the result.
type branch struct {
	cond   ast.Expr // nil for the last
	result ast.Expr
}

// pushBranches pushes each branch under its condition.
func (l *linear) pushBranches(arg ast.Expr, open []branch, b *binding) {
	outer := l.when
	var not []ast.Expr
	for _, br := range open {
		conds := slices.Concat(outer, not)
		if br.cond != nil {
			conds = append(conds, br.cond)
			not = append(not, negate(br.cond))
		}
		result := fold(b.subst(br.result))
		if !isZero(result) {
			l.when = conds
			l.push(arg, result)
		}
	}
	l.when = outer
}

// negate is !e.
func negate(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.Unary:
		if x.Op == token.NOT {
			return x.X
		}
	case *ast.Binary:
		if op, ok := opposites[x.Op]; ok && (x.Op == token.EQL || x.Op == token.NEQ || isInteger(x.X.Type())) {
			return &ast.Binary{Op: op, X: x.X, Y: x.Y, T: x.T}
		}
	}
	return &ast.Unary{Op: token.NOT, X: e}
}

var opposites = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LSS: token.GEQ, token.GEQ: token.LSS,
	token.GTR: token.LEQ, token.LEQ: token.GTR,
}

// copiedCall calls a rule that is copied into the output.
func (l *linear) copiedCall(rule *Rule, c *ast.Call, adj ast.Expr) ast.Expr {
	var args []ast.Expr
	for _, x := range c.Args {
		args = append(args, l.val(x))
	}
	args = append(args, l.val(c), adj)
	return &ast.Call{Fun: ast.Callee{Gen: l.d.u.copied(rule.Func)}, Args: args, T: types.Typ[types.Float64]}
}

// A binding says what the parameters of a rule stand for at a call.
type binding struct {
	l    *linear
	args map[*ast.Var]ast.Expr
	dy   *ast.Var
}

func (l *linear) bind(rule *Rule, c *ast.Call, adj ast.Expr) *binding {
	b := &binding{l: l, args: map[*ast.Var]ast.Expr{}}
	params := rule.Func.Params
	for i, x := range c.Args {
		b.args[params[i]] = l.val(x)
	}
	b.args[params[len(c.Args)]] = l.val(c)
	b.dy = params[len(c.Args)+1]
	b.args[b.dy] = adj
	return b
}

func (b *binding) subst(e ast.Expr) ast.Expr {
	if r, ok := e.(*ast.Ref); ok {
		if x := b.args[r.Var]; x != nil {
			return x
		}
	}
	return ast.MapOperands(e, b.subst)
}

// inline is the result of a rule with its parameters replaced; what it needs more than once and costs something
// is computed once.
func (b *binding) inline(result ast.Expr, rule *Rule) ast.Expr {
	result = foldRule(result, b.args)
	for i, p := range rule.Func.Params {
		if p != b.dy && occurrences(result, p) > 1 {
			name := "v"
			if i == len(rule.Func.Params)-2 {
				name = valueName(rule)
			}
			b.args[p] = b.l.keep(b.args[p], name)
		}
	}
	return fold(ast.Map(b.subst(result), b.l.d.u.toCopy))
}

// valueName is what to call the value of the function of a rule: exp, tanh, …
func valueName(rule *Rule) string {
	if rule.Of == nil {
		return rule.Builtin
	}
	name := []rune(rule.Of.Name())
	if name[0] >= 'A' && name[0] <= 'Z' {
		name[0] += 'a' - 'A'
	}
	return string(name)
}

// foldRule folds a rule's expression where its parameters are literals, but leaves the other parameters in.
func foldRule(e ast.Expr, args map[*ast.Var]ast.Expr) ast.Expr {
	lits := map[*ast.Var]ast.Expr{}
	for v, x := range args {
		if _, ok := litValue(x); ok {
			lits[v] = x
		}
	}
	return fold((&binding{args: lits}).subst(e))
}

func occurrences(e ast.Expr, v *ast.Var) int {
	n := 0
	ast.Walk(e, func(e ast.Expr) bool {
		if r, ok := e.(*ast.Ref); ok && r.Var == v {
			n++
		}
		return true
	})
	return n
}

// trivial reports whether every branch passes the adjoint on as it is, negated, or not at all.
func (b *binding) trivial(open []branch, rule *Rule) bool {
	for _, br := range open {
		e := br.result
		if m := isMinus(e); m != nil {
			e = m
		}
		if r, ok := e.(*ast.Ref); ok && r.Var == b.dy || isZero(e) {
			continue
		}
		return false
	}
	return true
}

// fold evaluates what is constant in the expression of a rule. Arithmetic on float64 constants is done in
// float64, so that it comes to what it would at run time.
func fold(e ast.Expr) ast.Expr {
	if _, past := e.(*ast.Past); past {
		return e
	}
	e = ast.MapOperands(e, fold)
	switch e := e.(type) {
	case *ast.Unary:
		if v, known := truth(e.X); known && e.Op == token.NOT {
			return trueLit(!v)
		}
		if e.Op == token.SUB {
			return neg(e.X)
		}
	case *ast.Binary:
		return foldBinary(e)
	case *ast.Call:
		return foldCall(e)
	}
	return e
}

func foldBinary(e *ast.Binary) ast.Expr {
	xb, xk := truth(e.X)
	yb, yk := truth(e.Y)
	switch {
	case e.Op == token.LAND && xk:
		return choose(xb, e.Y, e.X)
	case e.Op == token.LOR && xk:
		return choose(xb, e.X, e.Y)
	case e.Op == token.LAND && yk:
		return choose(yb, e.X, e.Y)
	case e.Op == token.LOR && yk:
		return choose(yb, e.Y, e.X)
	}
	x, okx := litValue(e.X)
	y, oky := litValue(e.Y)
	if !okx || !oky {
		return binary(e.Op, e.X, e.Y, e.T)
	}
	if v, ok := compare(e.Op, x, y); ok {
		return trueLit(v)
	}
	var v float64
	switch e.Op {
	case token.ADD:
		v = x + y
	case token.SUB:
		v = x - y
	case token.MUL:
		v = x * y
	default:
		return e
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return e
	}
	return number(v, e.T)
}

func choose(first bool, x, y ast.Expr) ast.Expr {
	if first {
		return x
	}
	return y
}

func compare(op token.Token, x, y float64) (bool, bool) {
	switch op {
	case token.EQL:
		return x == y, true
	case token.NEQ:
		return x != y, true
	case token.LSS:
		return x < y, true
	case token.LEQ:
		return x <= y, true
	case token.GTR:
		return x > y, true
	case token.GEQ:
		return x >= y, true
	}
	return false, false
}

// foldCall simplifies calls of math functions of constants: math.Pow(x, 1) is x for every x.
func foldCall(c *ast.Call) ast.Expr {
	if c.Fun.Fn == nil {
		return c
	}
	switch c.Fun.Fn.FullName() {
	case "math.Pow":
		if isOne(c.Args[1]) {
			return c.Args[0]
		}
	case "math.Trunc", "math.Floor", "math.Abs", "math.IsNaN", "math.IsInf":
		v, ok := litValue(c.Args[0])
		if !ok {
			return c
		}
		switch c.Fun.Fn.Name() {
		case "Trunc":
			return number(math.Trunc(v), c.T)
		case "Floor":
			return number(math.Floor(v), c.T)
		case "Abs":
			return number(math.Abs(v), c.T)
		}
		return trueLit(false)
	}
	return c
}

// truth returns the value of a boolean constant.
func truth(e ast.Expr) (value, known bool) {
	n, ok := e.(*ast.Name)
	if !ok {
		return false, false
	}
	c, ok := n.Obj.(*types.Const)
	if !ok || c.Val().Kind() != constant.Bool || c.Pkg() != nil {
		return false, false
	}
	return constant.BoolVal(c.Val()), true
}

// hasRule reports whether a rule, not a derivation, gives the derivative of a call. In forward mode godiff's own reverse
// rules serve, since what they return is linear in the adjoint; a user's function without a forward rule is derived from
// its body.
func (d *derivation) hasRule(c ast.Callee) bool {
	for _, rule := range d.u.Rules.byFunc[calleeKey(c)] {
		if rule.Own || rule.Forward == d.forward {
			return true
		}
	}
	return false
}

// ruleCall adds the terms of a call with a rule of the user's, or one of several inputs at once: the rule is called.
func (d *derivation) ruleCall(l *linear, c *ast.Call, in []int, adj ast.Expr) {
	rule := d.u.Rules.find(c.Fun, in, d.forward)
	if rule == nil {
		refuse(l.stmt.Info().Pos, "no rule of %s covers all of its active arguments", calleeKey(c.Fun))
	}
	if l.seed == nil {
		refuse(l.stmt.Info().Pos, "the rule of %s has no forward mode", calleeKey(c.Fun))
	}
	d.callRule(l, rule, c, []ast.Expr{l.val(c)}, []ast.Expr{withSeed(adj, l.seed)})
}

// callRule calls a rule with the given results and their adjoints, and adds the adjoints that it returns.
func (d *derivation) callRule(l *linear, rule *Rule, c *ast.Call, results, adjoints []ast.Expr) {
	var args, shadows []ast.Expr
	for i, x := range c.Args {
		args = append(args, l.val(x))
		if slices.Contains(rule.Wrt, i) && hasRefs(x.Type()) {
			if !d.reachesActive(x) {
				refuse(l.stmt.Info().Pos, "the rule of %s wants a shadow for an argument that is not active; give it a rule with wrt=", calleeKey(c.Fun))
			}
			l.adds = true
			shadows = append(shadows, d.value(x, l.d.before(l.stmt)))
		}
	}
	args = slices.Concat(args, results, adjoints, shadows)
	call := &ast.Call{Fun: ast.Callee{Fn: rule.Func.Obj, Method: rule.Func.Recv != nil}, Args: args}
	var lhs []ast.Expr
	var pushes []func()
	for _, i := range rule.Wrt {
		x := c.Args[i]
		if ast.ShapeOf(x.Type()) != ast.ValueLike {
			continue
		}
		if !d.act.depends(x) {
			lhs = append(lhs, nil)
			continue
		}
		v := ast.NewVar("d"+placeName(x), x.Type())
		lhs = append(lhs, &ast.Ref{Var: v})
		pushes = append(pushes, func() { l.pushValue(x, &ast.Ref{Var: v}) })
	}
	types1 := rule.Func.Obj.Signature().Results()
	switch {
	case len(lhs) == 0:
		call.T = types.NewTuple()
		l.adds = true
		l.pre = append(l.pre, &ast.Do{Call: call})
		return
	case len(lhs) == 1:
		call.T = types1.At(0).Type()
		x := c.Args[rule.Wrt[0]]
		if ast.IsFloat(x.Type()) && len(l.when) == 0 {
			l.push(x, call)
			return
		}
	default:
		call.T = types1
	}
	l.pre = append(l.pre, &ast.Assign{Lhs: lhs, Op: token.DEFINE, Rhs: []ast.Expr{call}})
	for _, p := range pushes {
		p()
	}
}

// pushValue pushes the adjoint of a float or of a struct or array that is read from a place.
func (l *linear) pushValue(x, adj ast.Expr) {
	if ast.IsFloat(x.Type()) {
		l.push(x, adj)
		return
	}
	if !isPath(x) {
		refuse(l.stmt.Info().Pos, "pass a variable of type %s here", x.Type())
	}
	l.adds = true
	l.pre = append(l.pre, addValues(l.d.place(x, l.d.before(l.stmt)), adj)...)
}

// placeName is a name for what an expression reads.
func placeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ref:
		return e.Var.Name
	case *ast.Field:
		return lowerFirst(e.Field.Name())
	case *ast.Index:
		return placeName(e.X)
	case *ast.Past:
		return placeName(e.X)
	case *ast.Convert:
		return placeName(e.X)
	case *ast.Deref:
		return placeName(e.X)
	}
	return "v"
}

func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	n := 1
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(s) {
		n--
	}
	b := []byte(s)
	for i := range n {
		b[i] += 'a' - 'A'
	}
	return string(b)
}
