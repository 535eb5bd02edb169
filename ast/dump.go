package ast

import (
	"fmt"
	"strings"
)

// Dump returns a function of the representation as text, a node a line: for people who look for a fault in a pass.
// Variables are written with a number where several have one name.
func Dump(f *Func) string {
	d := &dumper{numbers: map[*Var]int{}, names: map[string]int{}}
	d.line("func %s(%s) (%s)", f.Name, d.vars(f.Inputs()), d.vars(f.Results))
	d.depth++
	for _, s := range f.Body.Stmts {
		d.stmt(s)
	}
	return d.out.String()
}

type dumper struct {
	out     strings.Builder
	depth   int
	numbers map[*Var]int
	names   map[string]int
}

func (d *dumper) line(format string, args ...any) {
	d.out.WriteString(strings.Repeat("\t", d.depth))
	fmt.Fprintf(&d.out, format, args...)
	d.out.WriteByte('\n')
}

func (d *dumper) name(v *Var) string {
	n, ok := d.numbers[v]
	if !ok {
		d.names[v.Name]++
		n = d.names[v.Name]
		d.numbers[v] = n
	}
	if n == 1 {
		return v.Name
	}
	return fmt.Sprintf("%s#%d", v.Name, n)
}

func (d *dumper) vars(list []*Var) string {
	var parts []string
	for _, v := range list {
		parts = append(parts, d.name(v)+" "+v.Type.String())
	}
	return strings.Join(parts, ", ")
}

func (d *dumper) list(list []Expr) string {
	var parts []string
	for _, e := range list {
		parts = append(parts, d.expr(e))
	}
	return strings.Join(parts, ", ")
}

// block dumps the statements of a block below a line.
func (d *dumper) block(b *Block) {
	d.depth++
	for _, s := range b.Stmts {
		d.stmt(s)
	}
	d.depth--
}

func (d *dumper) stmt(s Stmt) {
	switch s := s.(type) {
	case *Assign:
		d.line("%s %s %s", d.list(s.Lhs), s.Op, d.list(s.Rhs))
	case *Decl:
		d.line("var %s = %s", d.vars(s.Vars), d.list(s.Values))
	case *If:
		d.line("if %s", d.expr(s.Cond))
		if s.Init != nil {
			d.depth++
			d.line("init")
			d.block(&Block{Stmts: []Stmt{s.Init}})
			d.depth--
		}
		d.block(s.Then)
		if s.Else != nil {
			d.line("else")
			d.block(s.Else)
		}
	case *For:
		d.line("for %s", d.expr(s.Cond))
		d.depth++
		for _, t := range []Stmt{s.Init, s.Post} {
			if t != nil {
				d.stmt(t)
			}
		}
		d.depth--
		d.line("do")
		d.block(s.Body)
	case *Range:
		d.line("range %s, %s over %s", d.expr(s.Key), d.expr(s.Value), d.expr(s.X))
		d.block(s.Body)
	case *Branch:
		d.line("%s", s.Tok)
	case *Return:
		d.line("return %s", d.list(s.Results))
	case *Do:
		what := "do"
		if s.Defer {
			what = "defer"
		}
		d.line("%s %s", what, d.expr(s.Call))
	case *Block:
		d.line("block")
		d.block(s)
	default:
		panic(fmt.Sprintf("ast.Dump: %T", s))
	}
}

// expr dumps an expression in prefix form, so that its structure shows.
func (d *dumper) expr(e Expr) string {
	switch e := e.(type) {
	case nil:
		return "_"
	case *Ref:
		return d.name(e.Var)
	case *Lit:
		return e.Text
	case *Name:
		return e.Obj.Name()
	case *Field:
		return d.expr(e.X) + "." + e.Field.Name()
	case *Index:
		return fmt.Sprintf("%s[%s]", d.expr(e.X), d.expr(e.I))
	case *Slice:
		return fmt.Sprintf("%s[%s:%s:%s]", d.expr(e.X), d.expr(e.Lo), d.expr(e.Hi), d.expr(e.Max))
	case *Deref:
		return "*" + d.expr(e.X)
	case *Addr:
		return "&" + d.expr(e.X)
	case *Unary:
		return fmt.Sprintf("(%s %s)", e.Op, d.expr(e.X))
	case *Binary:
		return fmt.Sprintf("(%s %s %s)", e.Op, d.expr(e.X), d.expr(e.Y))
	case *Call:
		return fmt.Sprintf("%s(%s)", calleeName(e.Fun), d.list(e.Args))
	case *Convert:
		return fmt.Sprintf("%s(%s)", e.T, d.expr(e.X))
	case *Composite:
		var parts []string
		for _, elem := range e.Elems {
			part := d.expr(elem.Value)
			if elem.Field != nil {
				part = elem.Field.Name() + ": " + part
			} else if elem.Key != nil {
				part = d.expr(elem.Key) + ": " + part
			}
			parts = append(parts, part)
		}
		return fmt.Sprintf("%s{%s}", e.T, strings.Join(parts, ", "))
	case *Past:
		return "past(" + d.expr(e.X) + ")"
	}
	panic(fmt.Sprintf("ast.Dump: %T", e))
}

func calleeName(c Callee) string {
	switch {
	case c.Fn != nil:
		if len(c.TypeArgs) > 0 {
			return fmt.Sprint(c.Fn.FullName(), c.TypeArgs)
		}
		return c.Fn.FullName()
	case c.Gen != nil:
		return c.Gen.Name
	case c.Copied != "":
		return c.Copied
	}
	return c.Builtin
}
