package gradcheck

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A signature is what the derivatives of a function follow from: its parameters, the receiver first, and
// its results.
type signature struct {
	name     string // of the function
	pkg      string // the path of its package
	params   []variable
	results  []variable // without the error
	errAt    int        // which result is the error, the last of that type, or -1
	variadic bool
	nameless error // why the names of the parameters are not known
}

// A variable is a parameter or a result of a function.
type variable struct {
	name   string
	typ    reflect.Type
	class  class
	wrt    bool // a parameter in W
	hidden bool // its floats behind unexported fields of other packages count
}

// carries reports whether a result carries a derivative.
func (v variable) carries() bool { return v.class != 0 }

var errorType = reflect.TypeFor[error]()

// newSignature returns the signature of fn. What is left open, the names, the classes and W, is set by
// setNames and classify.
func newSignature(fn reflect.Value) *signature {
	t := fn.Type()
	s := &signature{name: functionName(fn), pkg: functionPackage(fn), variadic: t.IsVariadic()}
	for in := range t.Ins() {
		s.params = append(s.params, variable{typ: in})
	}
	for out := range t.Outs() {
		s.results = append(s.results, variable{typ: out})
	}
	s.errAt = -1
	for i, r := range s.results {
		if r.typ == errorType {
			s.errAt = i
		}
	}
	if s.errAt >= 0 {
		s.results = slices.Delete(s.results, s.errAt, s.errAt+1)
	}
	return s
}

// learnNames takes the names of parameters and results from the source of f, or else those of the parameters
// from that of its derivative, which begins with the same ones.
func (s *signature) learnNames(f, derivative reflect.Value) {
	src, err := sourceOf(f)
	if err != nil {
		s.nameless = err
		if src, err = sourceOf(derivative); err == nil {
			s.nameless = nil
			src.results = nil
		}
	}
	s.setNames(src)
}

// setNames names parameters and results as the source does, which may know fewer than there are; what has
// no name there is called by its position.
func (s *signature) setNames(src source) {
	named := func(names []string, i int, fallback string) string {
		if i < len(names) && names[i] != "_" {
			return names[i]
		}
		return fallback
	}
	for i := range s.params {
		s.params[i].name = named(src.params, i, fmt.Sprintf("arg%d", i))
	}
	for i := range s.results {
		fallback := "y"
		if len(s.results) > 1 {
			fallback = fmt.Sprintf("y%d", i)
		}
		at := i
		if s.errAt >= 0 && i >= s.errAt {
			at++
		}
		s.results[i].name = named(src.results, at, fallback)
	}
}

// param returns the position of the parameter called name, which may be a position itself.
func (s *signature) param(name string) (int, bool) {
	if i, err := strconv.Atoi(name); err == nil {
		return i, i >= 0 && i < len(s.params)
	}
	i := slices.IndexFunc(s.params, func(p variable) bool { return p.name == name })
	return i, i >= 0
}

// classify returns s with its classes and with W, the parameters called wrt or, where there are none, the
// default. An interface has the class dynamic.
func (s signature) classify(wrt []string, dynamic class) (*signature, error) {
	s.params, s.results = slices.Clone(s.params), slices.Clone(s.results)
	for i := range s.params {
		p := &s.params[i]
		p.class = classOf(p.typ, scope{pkg: s.pkg}, dynamic)
		p.wrt = wrt == nil && p.class != 0 && p.typ.Kind() != reflect.Interface
	}
	for i := range s.results {
		r := &s.results[i]
		r.hidden = true
		r.class = classOf(r.typ, scope{hidden: true}, dynamic)
	}
	for _, name := range wrt {
		if err := s.include(name, dynamic); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(s.params, func(p variable) bool { return p.wrt }) {
		return nil, fmt.Errorf("no parameter of %s carries a derivative", s.name)
	}
	return &s, nil
}

// include adds the parameter called name to W.
func (s *signature) include(name string, dynamic class) error {
	i, ok := s.param(name)
	if !ok && s.nameless != nil {
		return fmt.Errorf("parameter %s is not known by its name, give its position: %w", name, s.nameless)
	}
	if !ok {
		return fmt.Errorf("%s has no parameter %s; its parameters are %s", s.name, name, strings.Join(fieldStrings(s.arguments()), ", "))
	}
	p := &s.params[i]
	if p.wrt {
		return fmt.Errorf("Wrt names parameter %s twice", p.name)
	}
	p.hidden = true // it is named
	p.class = classOf(p.typ, scope{hidden: true}, dynamic)
	if p.class == 0 {
		return fmt.Errorf("parameter %s of %s has type %v, which carries no derivative", p.name, s.name, p.typ)
	}
	p.wrt = true
	return nil
}

// wrt returns the parameters in W.
func (s *signature) wrt() []variable {
	return slices.DeleteFunc(slices.Clone(s.params), func(p variable) bool { return !p.wrt })
}

// A field is a parameter or a result of a derivative.
type field struct {
	name string
	typ  reflect.Type
}

// A shape is the type of a function, with names for its reader.
type shape struct {
	in, out  []field
	variadic bool
}

// fits reports whether a function of type t has the shape.
func (h shape) fits(t reflect.Type) bool {
	same := func(f field, t reflect.Type) bool { return f.typ == t }
	return t.IsVariadic() == h.variadic &&
		slices.EqualFunc(h.in, slices.Collect(t.Ins()), same) &&
		slices.EqualFunc(h.out, slices.Collect(t.Outs()), same)
}

func (h shape) String() string {
	in := fieldStrings(h.in)
	if h.variadic {
		last := h.in[len(h.in)-1]
		in[len(in)-1] = fmt.Sprintf("%s ...%v", last.name, last.typ.Elem())
	}
	return fmt.Sprintf("func(%s) (%s)", strings.Join(in, ", "), strings.Join(fieldStrings(h.out), ", "))
}

func fieldStrings(fields []field) []string {
	var list []string
	for _, f := range fields {
		list = append(list, fmt.Sprintf("%s %v", f.name, f.typ))
	}
	return list
}

// arguments returns p1..pn.
func (s *signature) arguments() []field {
	var fields []field
	for _, p := range s.params {
		fields = append(fields, field{p.name, p.typ})
	}
	return fields
}

// values returns r1..rm.
func (s *signature) values() []field {
	var fields []field
	for _, r := range s.results {
		fields = append(fields, field{r.name, r.typ})
	}
	return fields
}

// shadows returns a field, called after p with the prefix, for each parameter in W.
func (s *signature) shadows(prefix string) []field {
	var fields []field
	for _, p := range s.wrt() {
		fields = append(fields, field{prefix + p.name, p.typ})
	}
	return fields
}

// givenShadows returns the shadows that VJP is given: those of the parameters in W that are not value-like.
func (s *signature) givenShadows() []field {
	var fields []field
	for _, p := range s.wrt() {
		switch p.class {
		case referenceLike:
			fields = append(fields, field{"d" + p.name, p.typ})
		case mixed:
			fields = append(fields, field{"d" + p.name, reflect.PointerTo(p.typ)})
		}
	}
	return fields
}

// returnedShadows returns the shadows that VJP returns: those of the value-like parameters in W.
func (s *signature) returnedShadows() []field {
	var fields []field
	for _, p := range s.wrt() {
		if p.class == valueLike {
			fields = append(fields, field{"d" + p.name, p.typ})
		}
	}
	return fields
}

// carried returns d_r1..d_rm.
func (s *signature) carried() []field {
	var fields []field
	for _, r := range s.results {
		if r.carries() {
			fields = append(fields, field{"d" + r.name, r.typ})
		}
	}
	return fields
}

// results returns out as the results of a derivative: the error of the function comes last.
func (s *signature) returning(out ...field) []field {
	if s.errAt >= 0 {
		out = append(out, field{"err", errorType})
	}
	return out
}

// real returns the position of the one result that carries a derivative, a float.
func (s *signature) real() (int, error) {
	found := -1
	for i, r := range s.results {
		switch {
		case !r.carries():
		case found >= 0:
			return 0, fmt.Errorf("%s has several results that carry a derivative; it must have one, a float", s.name)
		case !isFloat(r.typ):
			return 0, fmt.Errorf("result %s of %s has type %v; it must be a float", r.name, s.name, r.typ)
		default:
			found = i
		}
	}
	if found < 0 {
		return 0, fmt.Errorf("%s has no result that carries a derivative", s.name)
	}
	return found, nil
}

// vector returns the float type of the one parameter in W, a scalar, a slice or an array of floats, and
// whether it is a scalar.
func (s *signature) vector() (elem reflect.Type, scalar bool, err error) {
	w := s.wrt()
	if len(w) > 1 {
		return nil, false, fmt.Errorf("%s is to be differentiated with respect to several parameters; name one of them with Wrt", s.name)
	}
	t := w[0].typ
	switch {
	case isFloat(t):
		return t, true, nil
	case (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && isFloat(t.Elem()):
		return t.Elem(), false, nil
	}
	return nil, false, fmt.Errorf("parameter %s of %s has type %v; it must be a float, or a slice or an array of floats", w[0].name, s.name, t)
}

func gradShape(s *signature) (shape, error) {
	_, err := s.real()
	return shape{s.arguments(), s.returning(s.shadows("d")...), s.variadic}, err
}

func valueGradShape(s *signature) (shape, error) {
	_, err := s.real()
	return shape{s.arguments(), s.returning(slices.Concat(s.values(), s.shadows("d"))...), s.variadic}, err
}

func vjpShape(s *signature) (shape, error) {
	in := slices.Concat(s.arguments(), s.givenShadows(), s.carried())
	out := s.returning(slices.Concat(s.values(), s.returnedShadows())...)
	return shape{in: in, out: out}, nil
}

func jvpShape(s *signature) (shape, error) {
	in := slices.Concat(s.arguments(), s.shadows("d"))
	out := s.returning(slices.Concat(s.values(), s.carried())...)
	return shape{in: in, out: out}, nil
}

func hvpShape(s *signature) (shape, error) {
	_, err := s.real()
	in := slices.Concat(s.arguments(), s.shadows("v"))
	return shape{in: in, out: s.returning(s.shadows("h")...)}, err
}

func hessianShape(s *signature) (shape, error) {
	if _, err := s.real(); err != nil {
		return shape{}, err
	}
	elem, scalar, err := s.vector()
	if err != nil {
		return shape{}, err
	}
	if !scalar {
		elem = reflect.SliceOf(reflect.SliceOf(elem))
	}
	return shape{s.arguments(), s.returning(field{"h", elem}), s.variadic}, nil
}

func jacobianShape(s *signature) (shape, error) {
	elem, _, err := s.vector()
	if err != nil {
		return shape{}, err
	}
	if err := s.outputVector(); err != nil {
		return shape{}, err
	}
	matrix := reflect.SliceOf(reflect.SliceOf(elem))
	return shape{s.arguments(), s.returning(field{"jacobian", matrix}), s.variadic}, nil
}

// outputVector returns an error unless the results that carry a derivative are one slice or array of
// floats, or one or more floats.
func (s *signature) outputVector() error {
	carried := s.carried()
	if len(carried) == 0 {
		return fmt.Errorf("%s has no result that carries a derivative", s.name)
	}
	if t := carried[0].typ; len(carried) == 1 && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && isFloat(t.Elem()) {
		return nil
	}
	if slices.ContainsFunc(carried, func(f field) bool { return !isFloat(f.typ) }) {
		return errors.New("the results of " + s.name + " must be one slice or array of floats, or floats")
	}
	return nil
}

// dynamicClasses are the classes that interfaces are tried with, since what one holds is known only when the
// program runs: the signature of the derivative decides.
var dynamicClasses = []class{0, mixed, referenced, direct}

// A demand is that a function of type typ has the shape that of gives.
type demand struct {
	of  func(*signature) (shape, error)
	typ reflect.Type
}

// resolve returns the classified signature whose derivatives meet the demands. Where there is none, its
// error names the shape that is expected, or says why there is no such derivative.
func (s *signature) resolve(wrt []string, demands ...demand) (*signature, error) {
	var misfit, misuse error
	for _, dynamic := range dynamicClasses {
		resolved, err := s.classify(wrt, dynamic)
		if err != nil {
			misuse = cmp.Or(misuse, err)
			continue
		}
		fits := true
		for _, d := range demands {
			want, err := d.of(resolved)
			if err != nil {
				misuse = cmp.Or(misuse, err)
				fits = false
			} else if !want.fits(d.typ) {
				misfit = cmp.Or(misfit, fmt.Errorf("the derivative is a %v; for %s it must be a %v", d.typ, s.name, want))
				fits = false
			}
		}
		if fits {
			return resolved, nil
		}
	}
	return nil, cmp.Or(misfit, misuse)
}
