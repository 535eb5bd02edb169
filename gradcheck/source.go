package gradcheck

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// A source is what the declaration of a function says that reflection does not.
type source struct {
	params  []string // the names of the parameters, the receiver first
	results []string // the names of the results, _ where they are unnamed
}

// functionFrame returns the frame of fn itself, also where its first instruction comes from a function
// that was inlined into it.
func functionFrame(fn reflect.Value) runtime.Frame {
	frames := runtime.CallersFrames([]uintptr{fn.Pointer() + 1})
	for {
		frame, more := frames.Next()
		if !more {
			return frame
		}
	}
}

// functionName returns the name of fn with the last part of its package's path, as in nn.(*Model).Loss.
func functionName(fn reflect.Value) string {
	name := functionFrame(fn).Function
	return strings.TrimSuffix(name[strings.LastIndex(name, "/")+1:], "-fm")
}

// functionPackage returns the path of the package that declares fn.
func functionPackage(fn reflect.Value) string {
	name := functionFrame(fn).Function
	dir, base := "", name
	if i := strings.LastIndex(name, "/"); i >= 0 {
		dir, base = name[:i+1], name[i+1:]
	}
	base, _, _ = strings.Cut(base, ".")
	path, err := url.PathUnescape(dir + base) // the linker writes a.b as a%2eb
	if err != nil {
		return dir + base
	}
	return path
}

// sourceOf returns the names in the declaration of fn, which it looks up in the file that declares it. It
// is an error where that file is not at hand: wrappers made by the compiler have none, and -trimpath hides those
// of other packages than the one under test.
func sourceOf(fn reflect.Value) (source, error) {
	frame := functionFrame(fn)
	fset := token.NewFileSet()
	name := frame.File
	if !filepath.IsAbs(name) {
		name = filepath.Base(name) // by -trimpath; a test runs in the folder of its package
	}
	file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return source{}, fmt.Errorf("the source of %s is not at hand: %v", functionName(fn), err)
	}
	var found []source
	for _, s := range functionsAt(fset, file, frame) {
		if s, ok := s.fit(fn.Type()); ok && !slices.ContainsFunc(found, s.equal) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return source{}, fmt.Errorf("%s:%d does not tell which function is %s", frame.File, frame.Line, functionName(fn))
	}
	return found[0], nil
}

// functionsAt returns the functions that frame may belong to: the declaration of that name where there is
// one on its line, else the function literals that the line lies in, the innermost and its neighbours.
func functionsAt(fset *token.FileSet, file *ast.File, frame runtime.Frame) []source {
	var literals, declared []source
	fewest := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		first, last := fset.Position(n.Pos()).Line, fset.Position(n.End()).Line
		if _, ok := n.(*ast.File); !ok && (frame.Line < first || frame.Line > last) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == lastName(frame.Function) {
				declared = append(declared, declaredNames(n.Recv, n.Type))
			}
		case *ast.FuncLit:
			if lines := last - first; literals == nil || lines < fewest {
				fewest, literals = lines, nil
			}
			literals = append(literals, declaredNames(nil, n.Type))
		}
		return true
	})
	if declared != nil {
		return declared
	}
	return literals
}

// lastName returns the last identifier in the name of a function.
func lastName(function string) string {
	function = strings.TrimSuffix(function, "[...]")
	return function[strings.LastIndex(function, ".")+1:]
}

// declaredNames returns the names in the declaration of a function; recv is nil where it is no method.
func declaredNames(recv *ast.FieldList, typ *ast.FuncType) source {
	return source{
		params:  append(fieldNames(recv), fieldNames(typ.Params)...),
		results: fieldNames(typ.Results),
	}
}

// fieldNames returns a name for each field of the list, which may be nil, "_" for those that have none.
func fieldNames(list *ast.FieldList) []string {
	var names []string
	if list == nil {
		return names
	}
	for _, f := range list.List {
		if len(f.Names) == 0 {
			names = append(names, "_")
		}
		for _, id := range f.Names {
			names = append(names, id.Name)
		}
	}
	return names
}

// fit returns s for a function of type t, and whether it can be one: that of a bound method has no receiver.
func (s source) fit(t reflect.Type) (source, bool) {
	if len(s.params) == t.NumIn()+1 {
		s.params = s.params[1:]
	}
	return s, len(s.params) == t.NumIn() && len(s.results) == t.NumOut()
}

func (s source) equal(o source) bool {
	return slices.Equal(s.params, o.params) && slices.Equal(s.results, o.results)
}
