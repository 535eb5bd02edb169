package ast

import "go/types"

// A VarDecl declares a variable that nobody writes: the copy of one that another package does not export.
type VarDecl struct {
	Var   *types.Var // of the package of the output
	Doc   string
	Value []TextPart // what stands behind the name: a type, an equals sign, a value
}

// A TextPart is source text or, where Object is set, a name of an object of a package or of a predeclared one.
type TextPart struct {
	Text   string
	Object types.Object
}
