package randprog

import (
	"fmt"
	"strings"
)

// anyValues are what values of any hold: nothing that has a derivative.
var anyValues = []string{"2", `"A"`, "0.5", "int8(3)", "true", "nil", `"B"`, "-1"}

// anyValue returns an expression for a value of any.
func (g *gen) anyValue() string {
	switch g.intn(4) {
	case 0:
		return g.integer(1).text
	case 1:
		return g.stringValue()
	}
	return pick(g, anyValues)
}

// anySwitch draws a switch over the types of values of any: of one, or of those in a slice.
func (g *gen) anySwitch() bool {
	if !g.can("any", "int", "int8", "string", "float64", "true", "nil", "bool", "len") || !g.mayLoop(3) {
		return false
	}
	var values []string
	for range g.between(2, 3) {
		values = append(values, g.anyValue())
	}
	names := g.someNames(3, append(values, "any int int8 string float64 true nil bool len")...)
	vs, v, w := names[0], names[1], names[2]
	outer := g.trips
	defer func() { g.trips = outer }()
	end := "}"
	switch g.intn(3) {
	case 0:
		g.introduce(vs, "[]any{%s}", strings.Join(values, ", "))
		g.thing(vs)
		g.open()
		defer g.close()
		g.raw(fmt.Sprintf("for _, %s := range %s {", v, vs))
		g.thing(v)
		g.trips *= 3
		end = "}\n}"
	case 1:
		g.introduce(vs, "map[string]any{%q: %s, %q: %s}", "A", values[0], "B", values[1])
		g.thing(vs)
		g.introduce(v, "%s[%s]", vs, g.mapKey(g.types.string))
		g.thing(v)
	default:
		g.read("any " + values[0])
		g.raw(fmt.Sprintf("var %s any = %s", v, values[0]))
		g.thing(v)
		g.line("if %s {\n%s = %s\n}", g.condition(1).text, v, values[1])
	}
	g.open()
	defer g.close()
	if end == "}" && g.chance(0.3) {
		g.raw(fmt.Sprintf("if %s, ok := %s.(int); ok {", w, v))
		g.thing(w)
		g.thing("ok")
		done := g.gain(fmt.Sprintf("float64(%s%%4)", w))
		g.raw("}")
		return done && w != "ok"
	}
	g.raw(fmt.Sprintf("switch %s := %s.(type) {", w, v))
	g.thing(w)
	done := true
	for _, c := range []struct{ head, text string }{
		{"case int:", fmt.Sprintf("float64(%s%%4)", w)},
		{"case string:", fmt.Sprintf("float64(len(%s))", w)},
		{"case nil, bool:", ""},
		{"default:", ""},
	} {
		g.raw(c.head)
		factor := g.plainArgument()
		if mentions(factor, w) {
			return false
		}
		if c.text == "" {
			c.text = factor
		} else if c.text += " * " + number(0.25).text; g.chance(0.5) {
			c.text += fmt.Sprintf(" * (%s)", factor)
		}
		done = g.gain(c.text) && done
	}
	g.raw(end)
	return done
}

// printed declares a string that is the text of passive values, or asks for one.
func (g *gen) printed() bool {
	if !g.can("fmt", "strconv") || g.depth >= g.opts.Depth {
		return false
	}
	n := g.integer(1)
	text := pick(g, []string{"fmt.Sprint(%s)", `fmt.Sprintf("%%d", %s)`, `fmt.Sprint("A", %s)`, "strconv.Itoa(%s)"})
	text = fmt.Sprintf(text, n.text)
	if g.chance(0.5) {
		_, ok := g.define(g.types.string, text, false)
		return ok
	}
	g.line("if %s != %q {", text, fmt.Sprint(g.between(0, 3)))
	g.block(g.between(1, 2), nil)
	g.raw("}")
	return true
}
