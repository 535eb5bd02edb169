package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// The fence says of every kind of go/ast node and of every builtin whether a differentiated function may hold
// it. A kind that is missing is refused, and a test fails.
//
// An empty string lets the construct pass; lowering may still refuse a use of it. Anything else is the reason
// of the refusal, a sentence without its subject's position.
var fence = map[string]string{
	// Expressions.
	"Ident":          "",
	"BasicLit":       "",
	"ParenExpr":      "",
	"SelectorExpr":   "",
	"IndexExpr":      "",
	"SliceExpr":      "",
	"StarExpr":       "",
	"CallExpr":       "",
	"UnaryExpr":      "",
	"BinaryExpr":     "",
	"CompositeLit":   "",
	"KeyValueExpr":   "",
	"Ellipsis":       "",
	"IndexListExpr":  "",
	"FuncLit":        "",
	"TypeAssertExpr": "",
	"BadExpr":        "the program does not parse here",

	// Types.
	"ArrayType":     "",
	"StructType":    "",
	"FuncType":      "",
	"InterfaceType": "",
	"MapType":       "",
	"ChanType":      "",

	// Statements.
	"BlockStmt":      "",
	"EmptyStmt":      "",
	"ExprStmt":       "",
	"AssignStmt":     "",
	"IncDecStmt":     "",
	"DeclStmt":       "",
	"ReturnStmt":     "",
	"BranchStmt":     "",
	"IfStmt":         "",
	"ForStmt":        "",
	"RangeStmt":      "",
	"LabeledStmt":    "",
	"SwitchStmt":     "",
	"TypeSwitchStmt": "",
	"CaseClause":     "",
	"CommClause":     "select statements are not supported yet",
	"SelectStmt":     "select statements are not supported yet",
	"GoStmt":         "goroutines are not supported yet",
	"DeferStmt":      "",
	"SendStmt":       "channels are not supported yet",
	"BadStmt":        "the program does not parse here",

	// Declarations and their parts.
	"GenDecl":      "",
	"ValueSpec":    "",
	"TypeSpec":     "",
	"ImportSpec":   "",
	"FuncDecl":     "",
	"BadDecl":      "the program does not parse here",
	"Field":        "",
	"FieldList":    "",
	"Comment":      "",
	"CommentGroup": "",
	"File":         "",
	"Package":      "",
	"Directive":    "",
}

// builtins is the part of the fence for predeclared functions.
var builtins = map[string]string{
	"append":  "",
	"cap":     "",
	"copy":    "",
	"len":     "",
	"make":    "",
	"max":     "",
	"min":     "",
	"new":     "",
	"panic":   "",
	"clear":   "",
	"close":   "channels are not supported yet",
	"complex": "complex numbers cannot be differentiated",
	"delete":  "",
	"imag":    "complex numbers cannot be differentiated",
	"print":   "print is not supported; it writes to standard error",
	"println": "println is not supported; it writes to standard error",
	"real":    "complex numbers cannot be differentiated",
	"recover": "recover is not supported yet",

	// Functions of package unsafe.
	"Add":        "package unsafe cannot be differentiated",
	"Alignof":    "package unsafe cannot be differentiated",
	"Offsetof":   "package unsafe cannot be differentiated",
	"Sizeof":     "package unsafe cannot be differentiated",
	"Slice":      "package unsafe cannot be differentiated",
	"SliceData":  "package unsafe cannot be differentiated",
	"String":     "package unsafe cannot be differentiated",
	"StringData": "package unsafe cannot be differentiated",
}

// nodeKind returns the name of the node's type in go/ast.
func nodeKind(n goast.Node) string { return reflect.TypeOf(n).Elem().Name() }

// checkFence reports every node of body that the fence refuses. Below a refused node it does not look.
func checkFence(body *goast.BlockStmt, info *types.Info, report func(token.Pos, string)) {
	goast.Inspect(body, func(n goast.Node) bool {
		if n == nil {
			return false
		}
		kind := nodeKind(n)
		reason, known := fence[kind]
		if !known {
			reason = fmt.Sprintf("%s is not known to godiff", kind)
		}
		if call, ok := n.(*goast.CallExpr); ok && reason == "" {
			reason = builtinReason(call, info)
		}
		if reason != "" {
			report(n.Pos(), reason)
			return false
		}
		return true
	})
}

func builtinReason(call *goast.CallExpr, info *types.Info) string {
	id := calleeIdent(call)
	if id == nil {
		return ""
	}
	b, ok := info.Uses[id].(*types.Builtin)
	if !ok {
		return ""
	}
	reason, known := builtins[b.Name()]
	if !known {
		return fmt.Sprintf("the builtin %s is not known to godiff", b.Name())
	}
	return reason
}

// calleeIdent returns the identifier that names what a call calls, or nil.
func calleeIdent(call *goast.CallExpr) *goast.Ident {
	switch f := goast.Unparen(call.Fun).(type) {
	case *goast.Ident:
		return f
	case *goast.SelectorExpr:
		return f.Sel
	case *goast.IndexExpr:
		return calleeIdent(&goast.CallExpr{Fun: f.X})
	case *goast.IndexListExpr:
		return calleeIdent(&goast.CallExpr{Fun: f.X})
	}
	return nil
}
