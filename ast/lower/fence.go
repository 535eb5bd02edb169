package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"maps"
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
	"CommClause":     "a select statement is not supported; put it into a function with //godiff:nodiff",
	"SelectStmt":     "a select statement is not supported; put it into a function with //godiff:nodiff",
	"GoStmt":         "",
	"DeferStmt":      "",
	"SendStmt":       "a send is not supported, but for a semaphore with room for several goroutines, each of which receives once; put it into a function with //godiff:nodiff",
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

const noUnsafe = "package unsafe cannot be differentiated; write what it does in Go, or give the function a rule"

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
	"close":   "close is not supported; put it into a function with //godiff:nodiff",
	"complex": "complex numbers cannot be differentiated; compute with their real and imaginary parts",
	"delete":  "",
	"imag":    "complex numbers cannot be differentiated; compute with their real and imaginary parts",
	"print":   "print is not supported; use package fmt",
	"println": "println is not supported; use package fmt",
	"real":    "complex numbers cannot be differentiated; compute with their real and imaginary parts",
	"recover": "recover is not supported; recover around the call of the derivative",

	// Functions of package unsafe.
	"Add":        noUnsafe,
	"Alignof":    noUnsafe,
	"Offsetof":   noUnsafe,
	"Sizeof":     noUnsafe,
	"Slice":      noUnsafe,
	"SliceData":  noUnsafe,
	"String":     noUnsafe,
	"StringData": noUnsafe,
}

// Fence returns what is said of every kind of go/ast node and of every builtin: an empty string where it passes, else why it is refused.
func Fence() (nodes, predeclared map[string]string) { return maps.Clone(fence), maps.Clone(builtins) }

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
		if send, ok := n.(*goast.SendStmt); ok {
			if id, isVar := send.Chan.(*goast.Ident); isVar && isSemaphore(info.Uses[id], body, info) {
				return true
			}
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
