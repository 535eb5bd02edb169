package printer

import (
	"cmp"
	"fmt"
	goast "go/ast"
	"go/parser"
	"go/token"
	"slices"

	"github.com/godiff/godiff/ast"
)

// A Place says where a statement stands in a text. Of one with a block it is where its header stands.
type Place struct {
	Stmt      ast.Stmt
	Line, End int // its first and last line, counted from 1
}

// A span is a statement in the text before that is formatted: from its first byte to behind its last, or, of a statement with a block, just
// where it begins.
type span struct {
	stmt     ast.Stmt
	from, to int
}

// begin notes that what is printed next is a statement, and returns the index of its span.
func (p *printer) begin(s ast.Stmt) int {
	p.spans = append(p.spans, span{s, p.out.Len(), p.out.Len()})
	return len(p.spans) - 1
}

// places returns where statements stand when a function is formatted. Formatting moves statements, but it keeps them and their order.
func places(spans []span, raw, formatted []byte) []Place {
	from, to := statements(raw), statements(formatted)
	if len(from) != len(to) {
		panic(fmt.Sprintf("printer: of %d statements %d are left when they are formatted:\n%s", len(from), len(to), formatted))
	}
	var list []Place
	for _, s := range spans {
		i, found := slices.BinarySearchFunc(from, s.from, func(x stmtAt, offset int) int { return cmp.Compare(x.offset, offset) })
		if !found {
			panic(fmt.Sprintf("printer: no statement begins at %q", raw[s.from:]))
		}
		p := Place{s.stmt, to[i].line, to[i].end}
		for i++; i < len(from) && from[i].offset < s.to; i++ {
			p.End = max(p.End, to[i].end)
		}
		list = append(list, p)
	}
	return list
}

// A stmtAt is where a statement, or the header of one with a block, stands.
type stmtAt struct{ offset, line, end int }

// statements returns where the statements of a function stand, in their order: the outermost of those that begin at one place.
func statements(src []byte) []stmtAt {
	const head = "package p\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", head+string(src), parser.SkipObjectResolution)
	if err != nil {
		panic(fmt.Sprintf("printer: %v in\n%s", err, src))
	}
	var list []stmtAt
	goast.Inspect(file, func(n goast.Node) bool {
		s, ok := n.(goast.Stmt)
		if !ok {
			return true
		}
		begin, end := fset.PositionFor(s.Pos(), false), fset.PositionFor(HeaderEnd(s), false)
		at := stmtAt{begin.Offset - len(head), begin.Line - 1, end.Line - 1}
		if len(list) == 0 || list[len(list)-1].offset != at.offset {
			list = append(list, at)
		}
		return true
	})
	return list
}

// HeaderEnd returns where a statement ends or, of one with others in it, where these begin.
func HeaderEnd(s goast.Stmt) token.Pos {
	switch s := s.(type) {
	case *goast.BlockStmt:
		return s.Lbrace
	case *goast.IfStmt:
		return s.Body.Lbrace
	case *goast.ForStmt:
		return s.Body.Lbrace
	case *goast.RangeStmt:
		return s.Body.Lbrace
	case *goast.SwitchStmt:
		return s.Body.Lbrace
	case *goast.TypeSwitchStmt:
		return s.Body.Lbrace
	case *goast.SelectStmt:
		return s.Body.Lbrace
	case *goast.CaseClause:
		return s.Colon
	case *goast.CommClause:
		return s.Colon
	case *goast.LabeledStmt:
		return s.Colon
	}
	return s.End()
}
