package ast

import "regexp"

var idents = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// ReplaceIdents returns a text of Go, or of its documentation, with f of each word that may be an identifier in place of it.
func ReplaceIdents(text string, f func(string) string) string {
	return idents.ReplaceAllStringFunc(text, f)
}
