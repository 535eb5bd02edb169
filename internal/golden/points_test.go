package golden

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A request is what a function is asked for.
type request struct {
	fn     string            // as an expression: F, or (*T).F
	params []string          // the names of its parameters, the receiver first
	wrt    []string          // the names in wrt=
	names  map[string]string // verb → name of the derivative, as an expression
	at     int               // where the line of the first directive begins, an offset

	variadic bool
}

// modes are the verbs that are checked, in the order of their checks.
var modes = []struct{ verb, suffix, check string }{
	{"grad", "Grad", "Grad"},
	{"valuegrad", "ValueGrad", "ValueGrad"},
	{"vjp", "VJP", "VJP"},
	{"jvp", "JVP", "JVP"},
	{"hvp", "HVP", "HVP"},
	{"hessian", "Hessian", "Hessian"},
	{"jacobian", "Jacobian", "Jacobian"},
}

// requestsOf returns the functions of a source that have directives.
func requestsOf(src []byte) ([]*request, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, input, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var list []*request
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if r := requestOf(fset, fn); len(r.names) > 0 {
			list = append(list, r)
		}
	}
	return list, nil
}

func requestOf(fset *token.FileSet, fn *ast.FuncDecl) *request {
	r := &request{names: map[string]string{}}
	prefix := ""
	if fn.Recv != nil {
		prefix = "(" + types.ExprString(fn.Recv.List[0].Type) + ")."
	}
	r.fn = prefix + fn.Name.Name
	r.params = append(paramNames(fn.Recv), paramNames(fn.Type.Params)...)
	if params := fn.Type.Params.List; len(params) > 0 {
		_, r.variadic = params[len(params)-1].Type.(*ast.Ellipsis)
	}
	if fn.Doc == nil {
		return r
	}
	for _, c := range fn.Doc.List {
		text, ok := strings.CutPrefix(c.Text, "//godiff:")
		if !ok {
			continue
		}
		fields := strings.Fields(text)
		i := slices.IndexFunc(modes, func(m struct{ verb, suffix, check string }) bool { return m.verb == fields[0] })
		if i < 0 {
			continue
		}
		if len(r.names) == 0 {
			r.at = fset.Position(c.Pos()).Offset
		}
		name := r.fn + modes[i].suffix
		for _, option := range fields[1:] {
			if wrt, ok := strings.CutPrefix(option, "wrt="); ok {
				r.wrt = strings.Split(wrt, ",")
			}
			if given, ok := strings.CutPrefix(option, "name="); ok {
				name = prefix + given
			}
		}
		r.names[fields[0]] = name
	}
	return r
}

func paramNames(list *ast.FieldList) []string {
	if list == nil {
		return nil
	}
	var names []string
	for _, field := range list.List {
		for _, id := range field.Names {
			names = append(names, id.Name)
		}
		if len(field.Names) == 0 {
			names = append(names, "_")
		}
	}
	return names
}

// allModes adds directives to a source for the modes that its functions lack: forward and reverse mode, and where one kind of gradient is
// there both kinds and, if second is set, Hessian-vector products.
// Points say of which functions that is not asked for, and why:
//
//	first order: F: interfaces that hold floats by value
//	as it is: G: nothing but jvp can derive it
//
// An asterisk stands for all functions of the file.
func allModes(src []byte, requests []*request, second bool, points string) ([]byte, []*request) {
	var out bytes.Buffer
	from := 0
	var all []*request
	for _, r := range requests {
		out.Write(src[from:r.at])
		from = r.at
		full := *r
		full.names = map[string]string{}
		gradient := r.names["grad"] != "" || r.names["valuegrad"] != ""
		for _, m := range modes {
			if name := r.names[m.verb]; name != "" {
				full.names[m.verb] = name
				continue
			}
			if says(points, asItIs, r.fn) {
				continue
			}
			switch m.verb {
			case "hessian", "jacobian":
				continue
			case "grad", "valuegrad", "hvp":
				if !gradient || m.verb == "hvp" && (!second || says(points, firstOrder, r.fn)) {
					continue
				}
			}
			full.names[m.verb] = r.fn + m.suffix
			line := "//godiff:" + m.verb
			if len(r.wrt) > 0 {
				line += " wrt=" + strings.Join(r.wrt, ",")
			}
			fmt.Fprintln(&out, line)
		}
		all = append(all, &full)
	}
	out.Write(src[from:])
	return out.Bytes(), all
}

const firstOrder, asItIs = "first order: ", "as it is: "

// says reports whether points have a line that begins so about a function, or all of the file, with a reason.
func says(points, what, fn string) bool {
	for line := range strings.Lines(points) {
		of, why, ok := strings.Cut(strings.TrimPrefix(line, what), ": ")
		if strings.HasPrefix(line, what) && ok && strings.TrimSpace(why) != "" && (of == fn || of == "*") {
			return true
		}
	}
	return false
}

// isRemark reports whether a line of points says what is asked for, and is no point.
func isRemark(line string) bool {
	return strings.HasPrefix(line, firstOrder) || strings.HasPrefix(line, asItIs)
}

// checkPoints returns a file that checks the derivatives requested at points, in a function CheckAll, which calls Check of the case
// too, if own says that there is one: then it needs no points.
func checkPoints(points string, requests []*request, own bool) ([]byte, error) {
	var b bytes.Buffer
	checked := map[string]bool{}
	for line := range strings.Lines(points) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || isRemark(line) {
			continue
		}
		fn, args, ok := strings.Cut(line, ": ")
		i := slices.IndexFunc(requests, func(r *request) bool { return typeArgs.ReplaceAllString(r.fn, "") == typeArgs.ReplaceAllString(fn, "") })
		if !ok || i < 0 {
			return nil, fmt.Errorf("points: %q names no function with a directive", line)
		}
		checked[requests[i].fn] = true
		requests[i].instance(typeArgs.FindString(fn)).check(&b, args)
	}
	if own {
		b.WriteString("\tCheck(t)\n")
	}
	if own && len(checked) == 0 {
		return []byte("package p\n\nimport \"testing\"\n\nfunc CheckAll(t *testing.T) { Check(t) }\n"), nil
	}
	for _, r := range requests {
		if !checked[r.fn] {
			return nil, fmt.Errorf("points: there is none for %s", r.fn)
		}
	}
	var head strings.Builder
	head.WriteString("package p\n\nimport (\n")
	if strings.Contains(b.String(), "math.") {
		head.WriteString("\t\"math\"\n")
	}
	head.WriteString("\t\"testing\"\n\n\t\"github.com/godiff/godiff/gradcheck\"\n)\n\n")
	return fmt.Appendf(nil, "%sfunc CheckAll(t *testing.T) {\n%s}\n", head.String(), b.Bytes()), nil
}

// typeArgs are the type arguments of a generic function, or of the receiver of a generic method.
var typeArgs = regexp.MustCompile(`\[[^\]]*\]`)

// instance returns the request for a generic function with type arguments, or r itself if there are none.
func (r *request) instance(args string) *request {
	if args == "" {
		return r
	}
	with := func(name string) string {
		if typeArgs.MatchString(name) {
			return typeArgs.ReplaceAllString(name, args)
		}
		return name + args
	}
	c := *r
	c.fn, c.names = with(r.fn), map[string]string{}
	for verb, name := range r.names {
		c.names[verb] = with(name)
	}
	return &c
}

// check writes the checks of a request at one point.
func (r *request) check(b *bytes.Buffer, args string) {
	if len(r.wrt) > 0 {
		var positions []string // the check may run without the source at hand
		for _, name := range r.wrt {
			positions = append(positions, strconv.Quote(strconv.Itoa(slices.Index(r.params, name))))
		}
		args += ", gradcheck.Wrt(" + strings.Join(positions, ", ") + ")"
	}
	for _, m := range modes {
		if name := r.names[m.verb]; name != "" {
			fmt.Fprintf(b, "\tgradcheck.%s(t, %s, %s, %s)\n", m.check, r.fn, name, args)
		}
	}
	vjp, jvp := r.names["vjp"], r.names["jvp"]
	if vjp != "" && jvp != "" && !r.variadic {
		fmt.Fprintf(b, "\tgradcheck.Adjoint(t, %s, %s, %s)\n", vjp, jvp, args)
	}
}
