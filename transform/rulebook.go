package transform

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A Rule is a derivative written by hand: one of godiff's own or a user's.
type Rule struct {
	Fn      *types.Func // the rule
	Func    *ast.Func   // the rule, lowered; of a user's nil where that cannot be done
	Of      *types.Func // what it differentiates; nil for a builtin
	Builtin string
	Wrt     []int       // the inputs that it covers, ascending
	Forward bool        // a rule for forward mode
	Writes  []int       // the inputs of Of whose memory it writes, if the rule says so: else nil …
	Sets    []int       // … and those of which it sets floats and gives nothing new memory
	InPlace []int       // the inputs of Of that may be what it writes: it then does what it would with copies of them
	Returns int         // the input of Of that is its result, counted from 1; 0 if the rule says nothing of it
	Saving  *types.Func // of a rule in the pair form: called instead of Of, it also returns what Fn is given
}

// Rules holds godiff's own rules. All are for reverse mode; forward mode uses them too, since what they return is linear in the
// adjoint.
type Rules struct {
	byFunc  map[string][]*Rule
	Helpers map[string]*ast.Func // what they call, by full name
}

// NewRules returns an empty book of rules.
func NewRules() *Rules {
	return &Rules{byFunc: map[string][]*Rule{}, Helpers: map[string]*ast.Func{}}
}

// Add adds a rule.
func (r *Rules) Add(rule *Rule) {
	key := calleeKey(ast.Callee{Fn: rule.Of, Builtin: rule.Builtin})
	r.byFunc[key] = append(r.byFunc[key], rule)
}

// has reports whether there is a rule for a callee.
func (r *Rules) has(c ast.Callee) bool { return len(r.byFunc[calleeKey(c)]) > 0 }

// find returns the rule for a callee that covers one input and no other, or nil.
func (r *Rules) find(c ast.Callee, in int) *Rule {
	for _, rule := range r.byFunc[calleeKey(c)] {
		if slices.Equal(rule.Wrt, []int{in}) {
			return rule
		}
	}
	return nil
}

// guarded reports whether a rule for a callee asks whether the adjoint is zero.
func (r *Rules) guarded(c ast.Callee) bool {
	return slices.ContainsFunc(r.byFunc[calleeKey(c)], func(rule *Rule) bool {
		inputs := rule.Func.Inputs()
		adjoint, found := inputs[len(inputs)-1], false
		ast.Inspect(rule.Func.Body, func(s ast.Stmt) bool {
			if s, ok := s.(*ast.If); ok {
				ast.Walk(s.Cond, func(e ast.Expr) bool {
					ref, ok := e.(*ast.Ref)
					found = found || ok && ref.Var == adjoint
					return true
				})
			}
			return true
		})
		return found
	})
}

func calleeKey(c ast.Callee) string {
	if c.Fn != nil {
		return c.Fn.FullName()
	}
	return c.Builtin
}

// identity tells what is called from all else. Functions that literals have become, or that are made for what they are given, may have one
// name.
func identity(c ast.Callee) string {
	key := calleeKey(c)
	if c.Fn != nil && c.Fn.Parent() == nil || c.Gen != nil {
		key = fmt.Sprintf("%s %p %p", key, c.Fn, c.Gen)
	}
	for _, t := range c.TypeArgs {
		key += " " + typeKey(t)
	}
	return key
}

// A Scope holds what users say of functions by directives in one package, or in those that it imports. A function of which it knows
// a rule without source here is taken to have no effects on what it is given, unless it returns nothing: see written.
type Scope struct {
	rules     map[string][]*Rule
	constants map[string]bool // full names of functions marked nodiff
	opaque    map[string]*Opaque
}

// NewScope returns an empty scope.
func NewScope() *Scope { return &Scope{map[string][]*Rule{}, map[string]bool{}, map[string]*Opaque{}} }

// Empty reports whether nothing is in s.
func (s *Scope) Empty() bool { return len(s.rules)+len(s.constants)+len(s.opaque) == 0 }

// Add adds a rule.
func (s *Scope) Add(rule *Rule) {
	key := rule.Of.FullName()
	s.rules[key] = append(s.rules[key], rule)
}

// AddConstant says that the results of a function carry no derivative.
func (s *Scope) AddConstant(fn *types.Func) { s.constants[fn.FullName()] = true }

// scopes returns the scopes that hold for calls in a package, those that come first first.
func (u *Unit) scopes(from *types.Package) []*Scope {
	if u.Scopes == nil {
		return nil
	}
	return u.Scopes(from)
}

// declared returns the full name of a function as it is declared, that of which fn is an instance.
func (u *Unit) declared(fn *types.Func) string {
	if u.Instances != nil {
		fn = u.Instances.Declared(fn)
	}
	return fn.FullName()
}

// isConstant reports whether the results of fn carry no derivative where it is called in a package.
func (u *Unit) isConstant(fn *types.Func, from *types.Package) bool {
	name := u.declared(fn)
	for _, s := range u.scopes(from) {
		if s.constants[name] || len(s.rules[name]) > 0 {
			return s.constants[name]
		}
	}
	return false
}

// rulesFor returns the users' rules for fn in a mode where it is called in a package, those of each scope together.
func (u *Unit) rulesFor(fn *types.Func, from *types.Package, forward bool) [][]*Rule {
	var list [][]*Rule
	name := u.declared(fn)
	for _, s := range u.scopes(from) {
		if s.constants[name] {
			break
		}
		var rules []*Rule
		for _, rule := range s.rules[name] {
			if rule.Forward == forward {
				rules = append(rules, u.like(rule, fn))
			}
		}
		if len(rules) > 0 {
			list = append(list, rules)
		}
	}
	return list
}

// like returns a rule for an instance of a generic function: that with the same type arguments.
func (u *Unit) like(rule *Rule, fn *types.Func) *Rule {
	if rule.Fn.Signature().TypeParams().Len() == 0 {
		return rule
	}
	key := ruleKey{rule, fn}
	r := u.ruled[key]
	if r == nil {
		r = &Rule{Of: fn, Wrt: rule.Wrt, Forward: rule.Forward, Writes: rule.Writes, Sets: rule.Sets, InPlace: rule.InPlace, Returns: rule.Returns, Fn: u.Instances.Like(rule.Fn, fn)}
		r.Func = u.Lower(r.Fn)
		if rule.Saving != nil {
			r.Saving = u.Instances.Like(rule.Saving, fn)
		}
		u.ruled[key] = r
	}
	return r
}

// A ruleKey is a rule and the instance that it is for.
type ruleKey struct {
	rule *Rule
	fn   *types.Func
}

// isRuled reports whether a user has written a rule for fn, in whatever mode, that holds where it is called in a package.
func (u *Unit) isRuled(fn *types.Func, from *types.Package) bool {
	return len(u.rulesFor(fn, from, false)) > 0 || len(u.rulesFor(fn, from, true)) > 0
}

// saysWrites returns the inputs whose memory a function writes, and those of which it sets nothing but floats, where a rule for it that
// holds in a package says so.
func (u *Unit) saysWrites(fn *types.Func, from *types.Package) (writes, sets []int, says bool) {
	for _, groups := range [][][]*Rule{u.rulesFor(fn, from, false), u.rulesFor(fn, from, true)} {
		for _, rule := range slices.Concat(groups...) {
			if rule.Writes != nil {
				return rule.Writes, rule.Sets, true
			}
		}
	}
	return nil, nil, false
}

// looksInto reports whether it is known from the body of a function, where it is called in a package, what it writes.
func (u *Unit) looksInto(fn *types.Func, from *types.Package) bool {
	_, _, says := u.saysWrites(fn, from)
	return !says && u.summary(fn) != nil
}

// constant reports whether the results of a call in a package carry no derivative although their types do.
func (u *Unit) constant(c *ast.Call, from *types.Package) bool {
	return c.Fun.Fn != nil && u.isConstant(c.Fun.Fn, from)
}

// smallest returns the smallest of the rules that cover the inputs in, or nil. It refuses two of the same size.
func smallest(rules []*Rule, in []bool, pos token.Pos) *Rule {
	var best []*Rule
	for _, rule := range rules {
		switch {
		case !rule.covers(in):
		case len(best) == 0 || len(rule.Wrt) < len(best[0].Wrt):
			best = []*Rule{rule}
		case len(rule.Wrt) == len(best[0].Wrt):
			best = append(best, rule)
		}
	}
	if len(best) > 1 {
		fn := best[0].Of
		refuse(pos, "%s and %s are rules for %s of the same size that both cover what is active here, %s; give it a rule with wrt=%s",
			best[0].Fn.Name(), best[1].Fn.Name(), fn.FullName(), enumerate(inputNames(fn, in)), strings.Join(inputNames(fn, in), ","))
	}
	if len(best) == 0 {
		return nil
	}
	return best[0]
}

func (rule *Rule) covers(in []bool) bool {
	for i, active := range in {
		if active && !slices.Contains(rule.Wrt, i) {
			return false
		}
	}
	return true
}

// inputNames returns the names of the inputs of a function that are in a set.
func inputNames(fn *types.Func, in []bool) []string {
	var names []string
	for i, p := range ast.ParamsOf(fn.Signature()) {
		if !in[i] {
			continue
		}
		if name := p.Name(); name != "" && name != "_" {
			names = append(names, name)
		} else {
			names = append(names, fmt.Sprint("parameter ", i+1))
		}
	}
	return names
}

// refuseUncovered refuses a call none of whose rules covers what is active, and says what they cover.
func refuseUncovered(fn *types.Func, groups [][]*Rule, in []bool, pos token.Pos) {
	var has []string
	for _, rule := range slices.Concat(groups...) {
		of := make([]bool, len(in))
		for _, i := range rule.Wrt {
			of[i] = true
		}
		has = append(has, fmt.Sprintf("%s is for %s", rule.Fn.Name(), enumerate(inputNames(fn, of))))
	}
	refuse(pos, "no rule of %s covers what is active here, %s: %s; give it a rule with wrt=%s",
		fn.FullName(), enumerate(inputNames(fn, in)), strings.Join(has, ", "), strings.Join(inputNames(fn, in), ","))
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
	if !l.d.u.Rules.has(c.Fun) {
		l.d.backCall(l, c, in, adj)
		return
	}
	for _, i := range in {
		rule := l.d.u.Rules.find(c.Fun, i)
		if rule == nil {
			refuse(l.stmt.Info().Pos, "godiff's rules for %s have none with respect to argument %d", calleeKey(c.Fun), i+1)
		}
		l.applyOwn(rule, c, adj)
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

// pushValue pushes the adjoint of a float or of a struct or array that is read from a place.
func (l *linear) pushValue(x, adj ast.Expr) {
	switch {
	case ast.IsFloat(x.Type()):
		l.push(x, adj)
		return
	case !ast.Carries(x.Type()):
		return
	}
	switch e := x.(type) {
	case *ast.Composite:
		pos := positions(e)
		for i, elem := range e.Elems {
			if elem.Field != nil {
				l.pushValue(elem.Value, &ast.Field{X: adj, Field: elem.Field})
			} else {
				l.pushValue(elem.Value, &ast.Index{X: adj, I: pos[i], T: elemType(e.T)})
			}
		}
		return
	case *ast.Convert:
		l.pushValue(e.X, adj)
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
		return ast.LowerFirst(e.Field.Name())
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
