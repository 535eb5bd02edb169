package explain

import (
	"go/scanner"
	gotoken "go/token"
	"strings"
)

// A token is a piece of a line of Go.
type token struct{ Class, Text string } // Class is that of its style; empty for none

// tokenise returns the pieces of the lines of a source, which ends in a newline.
func tokenise(src string) [][]token {
	lines := [][]token{nil}
	add := func(class, text string) {
		for i, part := range strings.Split(text, "\n") {
			if i > 0 {
				lines = append(lines, nil)
			}
			if n := len(lines) - 1; part != "" {
				lines[n] = append(lines[n], token{class, part})
			}
		}
	}
	var s scanner.Scanner
	file := gotoken.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, []byte(src), nil, scanner.ScanComments)
	done := 0
	for {
		pos, tok, text := s.Scan()
		if tok == gotoken.EOF {
			break
		}
		class := classOf(tok)
		if class == "" {
			continue
		}
		at := file.Offset(pos)
		add("", src[done:at])
		add(class, text)
		done = at + len(text)
	}
	add("", strings.TrimSuffix(src[done:], "\n"))
	return lines
}

func classOf(tok gotoken.Token) string {
	switch {
	case tok == gotoken.COMMENT:
		return "comment"
	case tok.IsKeyword():
		return "keyword"
	case tok == gotoken.STRING, tok == gotoken.CHAR:
		return "string"
	case tok == gotoken.INT, tok == gotoken.FLOAT, tok == gotoken.IMAG:
		return "number"
	}
	return ""
}
