package ast

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// A Mode is a kind of derivative that godiff generates.
type Mode int

const (
	Grad      Mode = iota // the gradient of the one real result, returned
	ValueGrad             // the results, then the gradient
	VJP                   // reverse mode with given result adjoints, accumulating into given shadows
	JVP                   // forward mode: results and their tangents
	Jacobian              // a row per output
	HVP                   // Hessian-vector product
	Hessian               // the matrix of second derivatives
)

// Modes lists every mode in the order of the interface.
var Modes = []Mode{Grad, ValueGrad, VJP, JVP, Jacobian, HVP, Hessian}

var modeNames = [...]struct{ verb, suffix string }{
	Grad:      {"grad", "Grad"},
	ValueGrad: {"valuegrad", "ValueGrad"},
	VJP:       {"vjp", "VJP"},
	JVP:       {"jvp", "JVP"},
	Jacobian:  {"jacobian", "Jacobian"},
	HVP:       {"hvp", "HVP"},
	Hessian:   {"hessian", "Hessian"},
}

// String returns the verb of the directive that asks for m, such as "valuegrad".
func (m Mode) String() string { return modeNames[m].verb }

// Suffix returns what m appends to the name of a function, such as "ValueGrad".
func (m Mode) Suffix() string { return modeNames[m].suffix }

// ParseMode returns the mode with the given verb, and whether there is one.
func ParseMode(verb string) (Mode, bool) {
	for _, m := range Modes {
		if m.String() == verb {
			return m, true
		}
	}
	return 0, false
}

// scalar reports whether m is a derivative of one real result.
func (m Mode) scalar() bool { return m == Grad || m == ValueGrad || m == HVP || m == Hessian }

// keepsVariadic reports whether a variadic parameter is variadic in the derivative too. In the other modes parameters
// follow it, so it is an ordinary slice there.
func (m Mode) keepsVariadic() bool {
	return m == Grad || m == ValueGrad || m == Hessian || m == Jacobian
}

// A Role says what a parameter or result of a derivative is to the primal function.
type Role int

// The roles have a prefix: the nodes of the IR have the words themselves.
const (
	RolePrimal    Role = iota // a parameter of the primal function
	RoleResult                // a result of the primal function
	RoleShadow                // d_p: the adjoint or tangent of a parameter
	RoleSeed                  // d_r given: the adjoint of a result
	RoleTangent               // d_r returned: the tangent of a result
	RoleDirection             // v_p: the direction of a Hessian-vector product
	RoleProduct               // h_p: the Hessian-vector product
	RoleMatrix                // the rows of a Jacobian or Hessian, or the second derivative by a scalar
	RoleErr                   // the error result of the primal function
	RoleSaved                 // what one half of a rule in the pair form remembers for the other
)

// A Param is a parameter or result of a derivative.
type Param struct {
	Role Role
	// Index is that of the primal parameter (the receiver is 0 for methods) or, for RoleResult, RoleSeed, RoleTangent
	// and RoleErr, of the primal result. RoleMatrix has the index of the parameter.
	Index    int
	Type     types.Type // of a variadic parameter, the slice
	Name     string     // preferred, such as "dx"; distinct within a signature
	Variadic bool
}

// A Signature is that of a derivative, with the meaning of every parameter and result.
type Signature struct {
	TypeParams      *types.TypeParamList // those of the primal function; nil for methods
	Recv            *Param               // nil for functions
	Params, Results []Param
}

// ParamsOf returns the parameters of sig, the receiver first.
func ParamsOf(sig *types.Signature) []*types.Var {
	var params []*types.Var
	if sig.Recv() != nil {
		params = append(params, sig.Recv())
	}
	return slices.AppendSeq(params, sig.Params().Variables())
}

// Exported reports whether other packages can name a function: of a method, its type too.
func Exported(fn *types.Func) bool {
	if !fn.Exported() {
		return false
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return true
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Exported()
}

// Importable reports whether package from may import the package with a path: one below a folder named internal is for packages below
// the parent of the innermost such folder.
func Importable(path, from string) bool {
	parts := strings.Split(path, "/")
	for i, part := range slices.Backward(parts) {
		if part == "internal" {
			parent := strings.Join(parts[:i], "/")
			return parent != "" && strings.HasPrefix(strings.TrimSuffix(from, "_test")+"/", parent+"/")
		}
	}
	return true
}

// ErrorResult returns the index of the result of sig that is its error, or -1: the last result of type error.
func ErrorResult(sig *types.Signature) int {
	for i := sig.Results().Len() - 1; i >= 0; i-- {
		if IsError(sig.Results().At(i).Type()) {
			return i
		}
	}
	return -1
}

// DefaultWrt returns the parameters of sig with respect to which a directive in pkg differentiates that does not name
// any: those that carry a derivative, blank and unnamed ones too, except interfaces and opaque types of other packages.
func (v View) DefaultWrt(sig *types.Signature, pkg *types.Package) []int {
	var wrt []int
	for i, p := range ParamsOf(sig) {
		if v.Carries(p.Type()) && !IsInterface(p.Type()) && !foreignOpaque(p.Type(), pkg) {
			wrt = append(wrt, i)
		}
	}
	return wrt
}

// SignatureOf returns the signature of the derivative in mode m of a function with signature sig with respect to the
// parameters at the indices wrt, the receiver counted first. An error is a predicate that wants the name of the
// function before it: "has two results that carry a derivative: grad needs exactly one".
func (v View) SignatureOf(sig *types.Signature, m Mode, wrt []int) (Signature, error) {
	s := newSigner(v, sig, wrt)
	if err := s.check(m); err != nil {
		return Signature{}, err
	}
	s.addPrimals(m.keepsVariadic())
	switch m {
	case Grad:
		s.addShadowResults()
	case ValueGrad:
		s.addResults()
		s.addShadowResults()
	case VJP:
		s.addShadowParams()
		s.addSeeds()
		s.addResults()
		s.addValueLikeResults()
	case JVP:
		s.addTangents()
		s.addResults()
		s.addResultTangents()
	case Jacobian, Hessian:
		s.addMatrix(m)
	case HVP:
		s.addDirections()
		s.addProducts()
	default:
		panic(fmt.Sprintf("ast: SignatureOf: mode %d", m))
	}
	s.addError()
	return s.out, nil
}

// RuleSignature returns the signature of a reverse rule, written by hand, of a function with signature sig that covers
// the parameters at the indices wrt: parameters, results, adjoints of results and shadows that are not value-like in,
// adjoints of value-like parameters out.
func (v View) RuleSignature(sig *types.Signature, wrt []int) Signature {
	s := newSigner(v, sig, wrt)
	s.addPrimals(false)
	s.out.demoteReceiver()
	for i := range s.results {
		s.param(RoleResult, i, s.results[i].Type(), s.resultNames[i])
	}
	s.addSeeds()
	s.addShadowParams()
	s.addValueLikeResults()
	return s.out
}

// ForwardRuleSignature returns the signature of a forward rule, written by hand, of a function with signature sig: that
// of its JVP as a function, over all parameters that carry a derivative.
func (v View) ForwardRuleSignature(sig *types.Signature) Signature {
	s := newSigner(v, sig, v.Carrying(sig))
	s.addPrimals(false)
	s.out.demoteReceiver()
	s.addTangents()
	s.addResults()
	s.addResultTangents()
	s.addError()
	return s.out
}

// SavingRuleSignature returns the signature of the forward half of a rule in the pair form of a function with signature sig: what the
// function does, and one more result, what it remembers for the other half.
func (v View) SavingRuleSignature(sig *types.Signature, saved types.Type) Signature {
	s := newSigner(v, sig, nil)
	s.addPrimals(true)
	s.out.demoteReceiver()
	for i, r := range s.results {
		s.result(RoleResult, i, r.Type(), s.resultNames[i])
	}
	s.result(RoleSaved, 0, saved, s.names.fresh("saved"))
	return s.out
}

// BackwardRuleSignature returns the signature of the backward half of a rule in the pair form that covers the parameters at the indices
// wrt: that of a rule with what the forward half remembers in place of the parameters and results.
func (v View) BackwardRuleSignature(sig *types.Signature, wrt []int, saved types.Type) Signature {
	s := newSigner(v, sig, wrt)
	s.param(RoleSaved, 0, saved, s.names.fresh("saved"))
	s.addSeeds()
	s.addShadowParams()
	s.addValueLikeResults()
	return s.out
}

// Carrying returns the parameters of sig that carry a derivative, opaque ones too.
func (v View) Carrying(sig *types.Signature) []int {
	var wrt []int
	for i, p := range ParamsOf(sig) {
		if v.Carries(p.Type()) {
			wrt = append(wrt, i)
		}
	}
	return wrt
}

// AsFunction returns the signature of a derivative of a method as that of a function.
func (s Signature) AsFunction() Signature {
	s.demoteReceiver()
	return s
}

// demoteReceiver makes the receiver the first parameter: rules of methods are functions.
func (s *Signature) demoteReceiver() {
	if s.Recv != nil {
		s.Params = append([]Param{*s.Recv}, s.Params...)
		s.Recv = nil
	}
}

// GoSignature returns s as a signature of go/types without type parameters. Its variables belong to pkg.
func (s Signature) GoSignature(pkg *types.Package) *types.Signature {
	var recv *types.Var
	if s.Recv != nil {
		recv = types.NewParam(token.NoPos, pkg, s.Recv.Name, s.Recv.Type)
	}
	variadic := len(s.Params) > 0 && s.Params[len(s.Params)-1].Variadic
	return types.NewSignatureType(recv, nil, nil, tuple(pkg, s.Params), tuple(pkg, s.Results), variadic)
}

func tuple(pkg *types.Package, params []Param) *types.Tuple {
	vars := make([]*types.Var, len(params))
	for i, p := range params {
		vars[i] = types.NewParam(token.NoPos, pkg, p.Name, p.Type)
	}
	return types.NewTuple(vars...)
}

// Named returns the signature of a forward mode with the names of tangents beginning as given, instead of with a d.
func (s Signature) Named(prefix string) Signature {
	if prefix == "d" {
		return s
	}
	taken := names{}
	for _, p := range slices.Concat(s.Params, s.Results) {
		if p.Role != RoleShadow && p.Role != RoleTangent {
			taken[p.Name] = true
		}
	}
	rename := func(list []Param) []Param {
		list = slices.Clone(list)
		for i, p := range list {
			if p.Role == RoleShadow || p.Role == RoleTangent {
				list[i].Name = taken.fresh(prefix + strings.TrimPrefix(p.Name, "d"))
			}
		}
		return list
	}
	s.Params, s.Results = rename(s.Params), rename(s.Results)
	return s
}

// Format returns the declaration of a function with signature s as Go text, "func F(x, y float64) (dx float64)",
// without a body. The qualifier names packages as for types.TypeString.
func (s Signature) Format(name string, q types.Qualifier) string {
	var b strings.Builder
	b.WriteString("func ")
	if s.Recv != nil {
		b.WriteString("(" + fields([]Param{*s.Recv}, q) + ") ")
	}
	b.WriteString(name)
	if s.TypeParams.Len() > 0 {
		b.WriteString("[" + typeParams(s.TypeParams, q) + "]")
	}
	b.WriteString("(" + fields(s.Params, q) + ")")
	if len(s.Results) > 0 {
		b.WriteString(" (" + fields(s.Results, q) + ")")
	}
	return b.String()
}

// fields writes the type once for neighbours that share it, but begins anew at the shadows or directions, which
// correspond to the parameters before them: "a, b []float64, da, db []float64".
func fields(params []Param, q types.Qualifier) string {
	var b strings.Builder
	for i, p := range params {
		b.WriteString(p.Name)
		last := i == len(params)-1
		if !last && shareType(p, params[i+1]) {
			b.WriteString(", ")
			continue
		}
		b.WriteString(" " + p.typeString(q))
		if !last {
			b.WriteString(", ")
		}
	}
	return b.String()
}

func shareType(p, next Param) bool {
	if next.Variadic || !types.Identical(p.Type, next.Type) {
		return false
	}
	return p.Role != RolePrimal || next.Role != RoleShadow && next.Role != RoleDirection
}

func (p Param) typeString(q types.Qualifier) string {
	if p.Variadic {
		return "..." + types.TypeString(p.Type.Underlying().(*types.Slice).Elem(), q)
	}
	return types.TypeString(p.Type, q)
}

func typeParams(list *types.TypeParamList, q types.Qualifier) string {
	var parts []string
	for p := range list.TypeParams() {
		parts = append(parts, p.Obj().Name()+" "+types.TypeString(p.Constraint(), q))
	}
	return strings.Join(parts, ", ")
}

// signer builds the signature of a derivative.
type signer struct {
	view        View
	sig         *types.Signature
	params      []*types.Var // the receiver first
	results     []*types.Var
	errAt       int // the index of the error result, or -1
	wrt         []int
	names       names
	paramNames  []string
	resultNames []string
	out         Signature
}

func newSigner(v View, sig *types.Signature, wrt []int) *signer {
	s := &signer{
		view:    v,
		sig:     sig,
		params:  ParamsOf(sig),
		results: slices.Collect(sig.Results().Variables()),
		errAt:   ErrorResult(sig),
		wrt:     slices.Sorted(slices.Values(wrt)),
		names:   names{},
	}
	s.out.TypeParams = sig.TypeParams()
	s.nameAll()
	return s
}

// nameAll names the parameters and results of the primal function. The user's names stand; the others yield to them.
func (s *signer) nameAll() {
	for _, list := range []*types.TypeParamList{s.sig.TypeParams(), s.sig.RecvTypeParams()} {
		for p := range list.TypeParams() {
			s.names[p.Obj().Name()] = true
		}
	}
	for _, v := range slices.Concat(s.params, s.results) {
		s.names[v.Name()] = true
	}
	for i, p := range s.params {
		s.paramNames = append(s.paramNames, s.primalName(p, "p"+strconv.Itoa(i)))
	}
	for i, r := range s.results {
		s.resultNames = append(s.resultNames, s.primalName(r, s.resultName(i)))
	}
}

func (s *signer) primalName(v *types.Var, otherwise string) string {
	if v.Name() != "" && v.Name() != "_" {
		return v.Name()
	}
	return s.names.fresh(otherwise)
}

// resultName returns the name that result i would like to have, were it unnamed: err for the error, y for the others,
// or out for all of them where y is taken.
func (s *signer) resultName(i int) string {
	switch {
	case i == s.errAt:
		return "err"
	case slices.ContainsFunc(slices.Concat(s.params, s.results), func(v *types.Var) bool { return v.Name() == "y" }):
		return "out"
	}
	return "y"
}

// carries reports whether result i carries a derivative.
func (s *signer) carries(i int) bool { return s.view.Carries(s.results[i].Type()) }

func (s *signer) param(role Role, index int, t types.Type, name string) {
	s.out.Params = append(s.out.Params, Param{Role: role, Index: index, Type: t, Name: name})
}

func (s *signer) result(role Role, index int, t types.Type, name string) {
	s.out.Results = append(s.out.Results, Param{Role: role, Index: index, Type: t, Name: name})
}

func (s *signer) addPrimals(variadic bool) {
	for i, p := range s.params {
		s.param(RolePrimal, i, p.Type(), s.paramNames[i])
	}
	if variadic && s.sig.Variadic() {
		s.out.Params[len(s.out.Params)-1].Variadic = true
	}
	if s.sig.Recv() != nil {
		recv := s.out.Params[0]
		s.out.Recv, s.out.Params = &recv, s.out.Params[1:]
	}
}

func (s *signer) addResults() {
	for i, r := range s.results {
		if i != s.errAt {
			s.result(RoleResult, i, r.Type(), s.resultNames[i])
		}
	}
}

func (s *signer) addError() {
	if s.errAt >= 0 {
		s.result(RoleErr, s.errAt, s.results[s.errAt].Type(), s.resultNames[s.errAt])
	}
}

// derived returns the name prefix+param, made distinct: "dx" for the shadow of x.
func (s *signer) derived(prefix string, param int) string {
	return s.names.fresh(prefix + s.paramNames[param])
}

func (s *signer) addShadowResults() {
	for _, i := range s.wrt {
		s.result(RoleShadow, i, s.params[i].Type(), s.derived("d", i))
	}
}

// addShadowParams adds the shadows that are accumulated into: a mixed one by its address.
func (s *signer) addShadowParams() {
	for _, i := range s.wrt {
		t := s.params[i].Type()
		switch s.view.shapeOutside(t) {
		case ReferenceLike:
			s.param(RoleShadow, i, t, s.derived("d", i))
		case Mixed:
			s.param(RoleShadow, i, types.NewPointer(t), s.derived("d", i))
		}
	}
}

func (s *signer) addValueLikeResults() {
	for _, i := range s.wrt {
		if t := s.params[i].Type(); s.view.shapeOutside(t) == ValueLike {
			s.result(RoleShadow, i, t, s.derived("d", i))
		}
	}
}

func (s *signer) addTangents() {
	for _, i := range s.wrt {
		s.param(RoleShadow, i, s.params[i].Type(), s.derived("d", i))
	}
}

func (s *signer) addSeeds() {
	for i, r := range s.results {
		if s.carries(i) {
			s.param(RoleSeed, i, r.Type(), s.names.fresh("d"+s.resultNames[i]))
		}
	}
}

func (s *signer) addResultTangents() {
	for i, r := range s.results {
		if s.carries(i) {
			s.result(RoleTangent, i, r.Type(), s.names.fresh("d"+s.resultNames[i]))
		}
	}
}

func (s *signer) addDirections() {
	for _, i := range s.wrt {
		s.param(RoleDirection, i, s.params[i].Type(), s.derived("v", i))
	}
}

func (s *signer) addProducts() {
	for _, i := range s.wrt {
		s.result(RoleProduct, i, s.params[i].Type(), s.derived("h", i))
	}
}

// addMatrix adds the [][]E of a Jacobian or Hessian, or the E of a Hessian by a scalar.
func (s *signer) addMatrix(m Mode) {
	i := s.wrt[0]
	t := s.params[i].Type()
	elem, _ := FloatElem(t)
	if m == Jacobian {
		s.result(RoleMatrix, i, rows(elem), s.names.fresh("jac"))
		return
	}
	if !IsFloat(t) {
		elem = rows(elem)
	}
	s.result(RoleMatrix, i, elem, s.derived("h", i))
}

func rows(elem types.Type) types.Type { return types.NewSlice(types.NewSlice(elem)) }

// names are those taken in a signature.
type names map[string]bool

// free reports whether name is neither a keyword nor taken.
func (n names) free(name string) bool { return !token.IsKeyword(name) && !n[name] }

// fresh takes and returns name, or else the first free one of name2, name3 and so on.
func (n names) fresh(name string) string {
	free := name
	for i := 2; !n.free(free); i++ {
		free = name + strconv.Itoa(i)
	}
	n[free] = true
	return free
}

// check returns why there is no derivative in mode m, or nil.
func (s *signer) check(m Mode) error {
	if err := s.checkWrt(m); err != nil {
		return err
	}
	switch {
	case m.scalar():
		return s.checkScalar(m)
	case m == Jacobian:
		return s.checkJacobian()
	}
	return s.checkDependent(m)
}

func (s *signer) checkWrt(m Mode) error {
	if len(s.wrt) == 0 {
		for _, p := range s.params {
			if p.Name() != "" && p.Name() != "_" && s.view.Carries(p.Type()) { // an interface, or a type of another package that does not show its floats
				return fmt.Errorf("has no parameter that carries a derivative unless it is named: write wrt=%s", p.Name())
			}
		}
		return fmt.Errorf("has no parameter that carries a derivative")
	}
	for _, i := range s.wrt {
		if why := s.view.WhyNot(s.params[i].Type()); why != "" {
			return fmt.Errorf("has no derivative with respect to %s, which %s", s.paramNames[i], why)
		}
	}
	if m != Jacobian && m != Hessian {
		return nil
	}
	if len(s.wrt) > 1 {
		return fmt.Errorf("is to be differentiated with respect to %s parameters: %s takes one, name it in wrt=", count(len(s.wrt)), m)
	}
	if t := s.params[s.wrt[0]].Type(); !floats(t) {
		return fmt.Errorf("cannot have a %s with respect to %s of type %s: it takes a float or a slice or array of floats",
			m, s.paramNames[s.wrt[0]], typeString(t))
	}
	return nil
}

// checkScalar reports an error unless one result carries a derivative, a float.
func (s *signer) checkScalar(m Mode) error {
	carrying := s.carryingResults()
	switch {
	case len(carrying) == 0:
		return fmt.Errorf("has no result that carries a derivative: %s needs exactly one", m)
	case len(carrying) > 1:
		return fmt.Errorf("has %s results that carry a derivative: %s needs exactly one", count(len(carrying)), m)
	case !IsFloat(carrying[0]):
		return fmt.Errorf("has a result of type %s: %s needs a float", typeString(carrying[0]), m)
	}
	return nil
}

// checkJacobian reports an error unless the results that carry a derivative are one slice or array of floats, or scalars.
func (s *signer) checkJacobian() error {
	carrying := s.carryingResults()
	if len(carrying) == 0 {
		return fmt.Errorf("has no result that carries a derivative: jacobian needs one")
	}
	for _, t := range carrying {
		if !floats(t) || len(carrying) > 1 && !IsFloat(t) {
			return fmt.Errorf("has a result of type %s: jacobian needs one slice or array of floats, or one or more floats", typeString(t))
		}
	}
	return nil
}

// checkDependent reports an error where nothing that F returns or could overwrite depends on wrt.
func (s *signer) checkDependent(m Mode) error {
	if len(s.carryingResults()) > 0 {
		return nil
	}
	for _, i := range s.wrt {
		if s.view.shapeOutside(s.params[i].Type()) != ValueLike {
			return nil
		}
	}
	return fmt.Errorf("has no result that carries a derivative, and no memory to write in: its %s would be zero", m)
}

func (s *signer) carryingResults() []types.Type {
	var carrying []types.Type
	for i, r := range s.results {
		if s.carries(i) {
			carrying = append(carrying, r.Type())
		}
	}
	return carrying
}

func floats(t types.Type) bool {
	_, ok := FloatElem(t)
	return ok
}

// typeString names t with the names of packages, not their paths.
func typeString(t types.Type) string {
	return types.TypeString(t, (*types.Package).Name)
}

// count writes small numbers as words.
func count(n int) string {
	words := [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// IsInterface reports whether t is an interface type, or stands for one.
func IsInterface(t types.Type) bool {
	_, param := types.Unalias(t).(*types.TypeParam)
	return !param && types.IsInterface(t) || IsBoxed(t)
}

// LowerFirst returns a name as one that is not exported: its first letter, or the capitals that it begins with, small.
func LowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	n := 1
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(s) {
		n--
	}
	b := []byte(s)
	for i := range n {
		b[i] += 'a' - 'A'
	}
	return string(b)
}
