package randprog

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Binding strengths of Go's operators.
const (
	orPrec = 1 + iota
	andPrec
	comparison
	sum
	product
	unary
	primary
)

// Bounds that the numbers of a program keep.
const (
	variableMag = 3.0  // what a variable is taken to hold
	storedMag   = 4.0  // what may be assigned to one
	looseMag    = 20.0 // what a subexpression may reach
)

// expr is an expression of the generated program.
type expr struct {
	text   string
	prec   int
	mag    float64 // bound of a float
	konst  bool    // Go evaluates it at compile time
	nonneg bool    // an int that is never negative
}

// at returns the text, in parentheses where it binds weaker than prec.
func (e expr) at(prec int) string {
	if e.prec < prec {
		return "(" + e.text + ")"
	}
	return e.text
}

// infix joins two operands with a left-associative operator.
func infix(l expr, op string, prec int, r expr) expr {
	text := l.at(prec) + " " + op + " " + r.at(prec+1)
	return expr{text: text, prec: prec, konst: l.konst && r.konst}
}

// callExpr returns a call of fn, whose result is at most mag.
func callExpr(mag float64, fn string, args ...expr) expr {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.text
	}
	return expr{text: fn + "(" + strings.Join(texts, ", ") + ")", prec: primary, mag: mag}
}

// number returns v as an untyped constant.
func number(v float64) expr {
	e := expr{text: strconv.FormatFloat(v, 'g', -1, 64), prec: primary, mag: math.Abs(v), konst: true}
	if v < 0 {
		e.prec = unary
	}
	return e
}

func (g *gen) floatTable() []floatProduction {
	return []floatProduction{
		{"binary", 30, g.binary},
		{"divide", 7, g.divide},
		{"negate", 4, g.negate},
		{"math-smooth", 14, g.mathSmooth},
		{"math-pair", 4, g.mathPair},
		{"math-kink", 2, g.mathKink},
		{"min-max", 3, g.minMax},
		{"convert-float", 3, g.convertFloat},
		{"convert-int", 3, g.convertInt},
		{"call-in-expression", 6, g.callInExpression},
		{"literal-operand", 1, g.literalOperand},
	}
}

// float returns an expression of the float type t. Depth bounds its height.
func (g *gen) float(t *typ, depth int) expr {
	if depth <= 0 || g.chance(0.15) {
		return g.leaf(t)
	}
	for range 8 {
		p := g.floats[g.choose(len(g.floats), func(i int) int { return g.weight(g.floats[i].name, g.floats[i].weight) })]
		mark := len(g.features)
		e, ok := p.draw(t, depth)
		if ok && len(e.text) < 160 {
			g.features = append(g.features, p.name)
			return g.tame(e, t, looseMag)
		}
		g.features = g.features[:mark]
	}
	return g.leaf(t)
}

// leaf returns a variable, a part of one, or a constant.
func (g *gen) leaf(t *typ) expr {
	if g.chance(0.85) {
		if p, ok := g.readable(t); ok {
			return p.expr()
		}
	}
	return g.constant()
}

// operand returns a short expression that can be written twice.
func (g *gen) operand(t *typ) expr {
	if p, ok := g.readable(t); ok && len(p.text) < 30 {
		return p.expr()
	}
	return g.constant()
}

// constant returns an untyped constant.
func (g *gen) constant() expr {
	if g.chance(0.3) {
		return number(float64(g.between(1, 3)))
	}
	return number(float64(g.between(-20, 20))/8 + 0.0625)
}

// tame returns e, scaled or wrapped where it may exceed limit.
func (g *gen) tame(e expr, t *typ, limit float64) expr {
	if e.mag <= limit {
		return e
	}
	if g.can(g.mathName) && g.canConvert(t) && g.chance(0.5) && !e.konst {
		fn := pick(g, []string{"Sin", "Cos", "Tanh", "Atan"})
		out := g.inFloat64(t, 1, fn, e)
		if fn == "Atan" {
			out.mag = math.Pi / 2
		}
		if out.mag <= limit {
			return out
		}
		e = out
	}
	scale, _ := strconv.ParseFloat(strconv.FormatFloat(0.9*limit/e.mag, 'g', 1, 64), 64)
	r := infix(number(scale), "*", product, e)
	r.mag = limit
	return r
}

// canConvert reports whether values of type t can be converted to float64 and back here.
func (g *gen) canConvert(t *typ) bool {
	return t == g.types.float64 || g.sayable(t) && g.sayable(g.types.float64)
}

// inFloat64 applies the function of package math to arguments of type t: T(math.Fn(float64(x))) where t is not
// float64. The bound of the result is mag.
func (g *gen) inFloat64(t *typ, mag float64, fn string, args ...expr) expr {
	if t == g.types.float64 {
		return callExpr(mag, g.mathName+"."+fn, args...)
	}
	wide := make([]expr, len(args))
	for i, a := range args {
		wide[i] = callExpr(a.mag, "float64", a)
	}
	return callExpr(mag, t.text, callExpr(mag, g.mathName+"."+fn, wide...))
}

func (g *gen) binary(t *typ, depth int) (expr, bool) {
	l, r := g.float(t, depth-1), g.float(t, depth-1)
	if l.konst && r.konst {
		return expr{}, false
	}
	switch g.intn(5) {
	case 0, 1:
		e := infix(l, "+", sum, r)
		e.mag = l.mag + r.mag
		return e, true
	case 2:
		e := infix(l, "-", sum, r)
		e.mag = l.mag + r.mag
		return e, true
	default:
		e := infix(l, "*", product, r)
		e.mag = l.mag * r.mag
		return e, true
	}
}

// divide divides by a constant or by something that is at least 1.
func (g *gen) divide(t *typ, depth int) (expr, bool) {
	l := g.float(t, depth-1)
	if g.chance(0.3) {
		c := pick(g, []float64{1.5, 2, 3, 4})
		e := infix(l, "/", product, number(c))
		e.mag = l.mag / c
		return e, !l.konst
	}
	e := infix(l, "/", product, g.positive(t, 1))
	e.mag = l.mag
	return e, !e.konst
}

// positive returns c plus a square, which is at least c.
func (g *gen) positive(t *typ, c float64) expr {
	x := g.operand(t)
	e := infix(number(c), "+", sum, infix(x, "*", product, x))
	e.mag, e.konst = c+x.mag*x.mag, x.konst
	return e
}

func (g *gen) negate(t *typ, depth int) (expr, bool) {
	x := g.float(t, depth-1)
	text := x.at(unary)
	if strings.HasPrefix(text, "-") {
		text = "(" + text + ")"
	}
	return expr{text: "-" + text, prec: unary, mag: x.mag, konst: x.konst}, true
}

// bounded is a smooth function whose result is at most out where its argument is at most in.
type bounded struct {
	name    string
	in, out float64
}

var smoothFunctions = []bounded{
	{"Sin", 8, 1}, {"Cos", 8, 1}, {"Tanh", 3, 1}, {"Atan", 20, 1.6}, {"Exp", 1.1, 3}, {"Exp2", 1.5, 3}, {"Expm1", 1.1, 2},
	{"Erf", 3, 1}, {"Erfc", 3, 2}, {"Sinh", 1.5, 2.2}, {"Cosh", 1.5, 2.4}, {"Asinh", 20, 4}, {"Asin", 0.9, 1.2},
	{"Acos", 0.9, 2.7}, {"Atanh", 0.9, 1.5}, {"Tan", 1, 1.6},
}

// positiveFunctions take an argument that is at least 1.
var positiveFunctions = []bounded{
	{"Log", 0, 6}, {"Log1p", 0, 6}, {"Log2", 0, 8}, {"Log10", 0, 3}, {"Sqrt", 0, 5}, {"Cbrt", 0, 4},
}

func (g *gen) mathSmooth(t *typ, depth int) (expr, bool) {
	if !g.can(g.mathName) || !g.canConvert(t) {
		return expr{}, false
	}
	if g.chance(0.3) {
		f := pick(g, positiveFunctions)
		return g.inFloat64(t, f.out, f.name, g.positive(t, 1.25)), true
	}
	f, x := pick(g, smoothFunctions), g.float(t, depth-1)
	if f.in < 1 && !x.konst { // outside of its domain, where a variable grows, the derivative of what nobody reads would be no number
		x = g.inFloat64(t, 1, pick(g, []string{"Sin", "Tanh"}), x)
	}
	return g.inFloat64(t, f.out, f.name, g.tame(x, t, f.in)), !x.konst
}

// mathPair returns a function of several arguments.
func (g *gen) mathPair(t *typ, depth int) (expr, bool) {
	if !g.can(g.mathName) || !g.canConvert(t) {
		return expr{}, false
	}
	x := g.tame(g.float(t, depth-1), t, 5)
	switch g.intn(5) {
	case 0:
		return g.inFloat64(t, 15, "Hypot", x, g.positive(t, 1)), true
	case 1:
		return g.inFloat64(t, math.Pi, "Atan2", x, g.positive(t, 1)), true
	case 2:
		y := g.tame(g.operand(t), t, 1.2)
		return g.inFloat64(t, 16, "Pow", g.positive(t, 1.25), y), true
	case 3:
		return g.inFloat64(t, 6, "Pow", g.tame(x, t, 2.4), number(2)), true
	default:
		y, z := g.operand(t), g.operand(t)
		return g.inFloat64(t, x.mag*y.mag+z.mag, "FMA", x, y, z), true
	}
}

// mathKink returns a function that is smooth almost everywhere.
func (g *gen) mathKink(t *typ, depth int) (expr, bool) {
	if !g.can(g.mathName) || !g.canConvert(t) {
		return expr{}, false
	}
	x := g.float(t, depth-1)
	switch fn := pick(g, []string{"Abs", "Abs", "Floor", "Ceil", "Trunc", "Round", "Max", "Min", "Mod", "Copysign", "Dim"}); fn {
	case "Max", "Min", "Dim":
		y := g.float(t, depth-1)
		return g.inFloat64(t, x.mag+y.mag, fn, x, y), true
	case "Mod":
		return g.inFloat64(t, 1.5, fn, x, number(1.5)), true
	case "Copysign":
		return g.inFloat64(t, x.mag, fn, x, g.operand(t)), true
	default:
		return g.inFloat64(t, x.mag+1, fn, x), true
	}
}

// minMax returns a call of a builtin.
func (g *gen) minMax(t *typ, depth int) (expr, bool) {
	fn := pick(g, []string{"min", "max"})
	args := []expr{g.float(t, depth-1), g.float(t, depth-1)}
	if g.chance(0.3) {
		args = append(args, g.operand(t))
	}
	mag, konst := 0.0, true
	for _, a := range args {
		mag, konst = max(mag, a.mag), konst && a.konst
	}
	return callExpr(mag, fn, args...), g.can(fn) && !konst
}

// convertFloat converts from another float type.
func (g *gen) convertFloat(t *typ, depth int) (expr, bool) {
	from := pick(g, g.types.floats())
	if from == t || !g.sayable(t) {
		return expr{}, false
	}
	x := g.float(from, depth-1)
	if _, ok := g.readable(from); !ok || x.konst {
		return expr{}, false
	}
	return callExpr(x.mag, t.text, x), true
}

// convertInt converts an int, which carries no derivative.
func (g *gen) convertInt(t *typ, _ int) (expr, bool) {
	if !g.sayable(t) {
		return expr{}, false
	}
	n := infix(g.integer(1), "%", product, expr{text: "4", prec: primary, konst: true})
	return callExpr(3, t.text, n), !n.konst
}

// literalOperand reads an element or a field of a composite literal.
func (g *gen) literalOperand(t *typ, depth int) (expr, bool) {
	if !g.sayable(t) || g.depth == 0 && g.chance(0.5) {
		return expr{}, false
	}
	elems := fmt.Sprintf("%s{%s, %s, %s}", t.text, g.stored(t, depth-1), g.stored(t, 0), g.stored(t, 0))
	open := pick(g, []string{"[]", "[3]", "[...]"})
	return expr{text: fmt.Sprintf("%s%s[%s]", open, elems, g.arrayIndex(3)), prec: primary, mag: storedMag}, true
}

// stored returns an expression of the float type t that may be assigned.
func (g *gen) stored(t *typ, depth int) string { return g.tame(g.float(t, depth), t, storedMag).text }

// integer returns an int expression.
func (g *gen) integer(depth int) expr {
	if depth <= 0 || g.chance(0.4) {
		return g.integerLeaf()
	}
	x := g.integer(depth - 1)
	switch g.intn(6) {
	case 0:
		e := infix(x, "+", sum, expr{text: fmt.Sprint(g.between(1, 3)), prec: primary, konst: true})
		e.nonneg = x.nonneg
		return e
	case 1:
		return infix(x, "-", sum, g.integerLeaf())
	case 2:
		e := infix(x, pick(g, []string{"*", "/", "%", ">>", "&"}), product, expr{text: fmt.Sprint(g.between(2, 3)), prec: primary, konst: true})
		e.nonneg = x.nonneg
		return e
	case 3:
		f := g.float(g.types.float64, depth-1)
		if f.konst || !g.can("int") {
			return x
		}
		return callExpr(0, "int", g.tame(f, g.types.float64, 8))
	case 4:
		if p, ok := g.someSlice(); ok && g.can("len") {
			return expr{text: "len(" + p.text + ")", prec: primary, nonneg: true}
		}
		return x
	default:
		return x
	}
}

// integerLeaf returns an int variable or a constant.
func (g *gen) integerLeaf() expr {
	if g.chance(0.85) {
		if p, ok := g.readable(g.types.int); ok {
			return expr{text: p.text, prec: primary, nonneg: p.whole && p.root.nonneg}
		}
	}
	return expr{text: fmt.Sprint(g.between(0, 5)), prec: primary, konst: true, nonneg: true}
}

// someSlice returns a slice variable or field.
func (g *gen) someSlice() (path, bool) {
	for range 3 {
		if len(g.types.derived) == 0 {
			return path{}, false
		}
		if t := pick(g, g.types.derived); t.kind == sliceKind {
			if p, ok := g.readable(t); ok {
				return p, true
			}
		}
	}
	return path{}, false
}

// condition returns a bool expression.
func (g *gen) condition(depth int) expr {
	if depth > 0 && g.chance(0.25) {
		l, r := g.condition(depth-1), g.condition(depth-1)
		if g.chance(0.5) {
			return infix(l, "&&", andPrec, r)
		}
		return infix(l, "||", orPrec, r)
	}
	switch k := g.integer(1); g.intn(10) {
	case 0:
		if !k.konst {
			return infix(k, pick(g, []string{"<", ">", "==", "!=", ">="}), comparison, g.integerLeaf())
		}
	case 1:
		if !k.konst {
			k = infix(k, "%", product, expr{text: "2", prec: primary})
			return infix(k, "==", comparison, expr{text: fmt.Sprint(g.intn(2)), prec: primary})
		}
	case 2:
		if p, ok := g.readable(g.types.bool); ok {
			return pick(g, []expr{p.expr(), {text: "!" + p.text, prec: unary}})
		}
	case 3:
		if p, ok := g.readable(g.types.string); ok {
			return expr{text: p.text + pick(g, []string{` == "A"`, ` != "B"`, ` < "AB"`}), prec: comparison}
		}
	}
	t := g.readableFloat()
	l, r := g.tame(g.float(t, 1), t, 6), g.constant()
	if l.konst || g.chance(0.3) {
		r = g.float(t, 1)
	}
	return infix(l, pick(g, []string{"<", ">", "<=", ">="}), comparison, r)
}

// readableFloat returns a float type of which something is visible, mostly float64.
func (g *gen) readableFloat() *typ {
	t := g.someFloat()
	if _, ok := g.readable(t); ok {
		return t
	}
	return g.types.float64
}
