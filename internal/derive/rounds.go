package derive

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/ast/lower"
	"github.com/godiff/godiff/ast/printer"
)

// Rounds derive functions that call derivatives, and derivatives of derivatives. What a round derives is source for those after it:
//
//	round 0    loss   ─► LossGrad          loss ─► lossGradient
//	round 1    Train, which calls LossGrad ─► TrainJVP
//	           lossGradient                ─► LossHVP, its forward mode
//
// A gradient that nobody has asked for is left out in the end.
type Rounds struct {
	request   *lower.Directive // of Reach: a derivative that no directive asks for; else nil
	in        string           // the ID of the package that it is for
	prog      *lower.Program   // with what the rounds so far have derived
	opt       Options
	of        map[string]int // rounds of the directives that are wanted, by their keys
	looking   map[string]bool
	now       int
	derived   map[string][]byte // outputs by path
	hidden    map[string]bool   // names of gradients that nobody has asked for
	gradients map[string]string // their names by what they are gradients of
	diags     []lower.Diagnostic
	known     []lower.Diagnostic            // what is wrong with the packages
	failed    map[string]bool               // packages of which something could not be derived, by ID
	rules     map[*types.Func][]*types.Func // by what they are for, once looked for
}

// NewRounds returns the rounds for all derivatives that the packages of a program that match its patterns ask for, and which cannot be
// since they need themselves.
func NewRounds(prog *lower.Program, opt Options) (*Rounds, []lower.Diagnostic) {
	r := newRounds(prog, opt)
	for _, pkg := range prog.Packages {
		r.want(pkg)
	}
	return r, r.diags
}

// want finds the rounds of all that a package asks for.
func (r *Rounds) want(pkg *lower.Package) {
	for _, d := range pkg.Directives {
		if d.Generates && !pkg.Failed {
			r.roundOf(d)
		}
	}
}

func newRounds(prog *lower.Program, opt Options) *Rounds {
	return &Rounds{
		prog: prog, opt: opt, known: prog.Diags, failed: map[string]bool{}, of: map[string]int{}, looking: map[string]bool{}, now: -1,
		derived: map[string][]byte{}, hidden: map[string]bool{}, gradients: map[string]string{},
	}
}

// key names a derivative in every program.
func key(d *lower.Directive) string {
	name := d.Name
	if recv := lower.Receiver(d.Fn); recv != nil {
		name = recv.Obj().Name() + "." + name
	}
	return d.File.Output + ":" + name
}

// isSecond reports whether a mode is the forward mode of a gradient.
func isSecond(m ast.Mode) bool { return m == ast.HVP || m == ast.Hessian }

// roundOf returns the round in which a derivative is made: after those that it calls and, if it is one of second order, after the gradient.
func (r *Rounds) roundOf(d *lower.Directive) int {
	k := key(d)
	if n, ok := r.of[k]; ok {
		return n
	}
	if r.looking[k] {
		r.diags = append(r.diags, r.prog.Diag(d.Pos, "%s needs itself: %s calls it, or comes to a function that does", d.Name, d.Fn.Name()))
		return 0
	}
	r.looking[k] = true
	n := 0
	for _, e := range r.calledBy(d.Fn) {
		n = max(n, r.roundOf(e)+1)
	}
	if isSecond(d.Mode) {
		n++
	}
	delete(r.looking, k)
	r.of[k] = n
	return n
}

// calledBy returns the derivatives that a function names, itself or in what it calls, or in rules for that.
func (r *Rounds) calledBy(fn *types.Func) []*lower.Directive {
	var list []*lower.Directive
	if r.rules == nil {
		var all []*lower.Directive
		for _, pkg := range r.prog.Sources() {
			all = append(all, pkg.Directives...)
		}
		r.rules = rulesAmong(all)
	}
	var n *naming
	n = &naming{prog: r.prog, seen: map[*types.Func]bool{}, dispatches: true, enter: func(fn *types.Func) bool {
		d := r.prog.Generated(fn)
		if d != nil {
			list = append(list, d)
			return false
		}
		for _, rule := range r.rules[fn] {
			n.visit(rule)
		}
		return true
	}}
	n.visit(fn)
	return list
}

// Run goes through the rounds. In each it calls derive, which is to ask for the outputs of all packages that match the patterns.
func (r *Rounds) Run(derive func()) error {
	for {
		if more, err := r.next(); err != nil || !more {
			return err
		}
		derive()
	}
}

// Unchecked is the error of a round whose outputs do not type-check, so that no other round can go on with them.
type Unchecked struct{ Diag lower.Diagnostic }

func (u *Unchecked) Error() string {
	return fmt.Sprintf("a derivative does not type-check: %v", u.Diag)
}

// next begins the next round and reports whether there is one.
func (r *Rounds) next() (bool, error) {
	r.now++
	if r.now > 0 && r.now > slices.Max(append(slices.Collect(maps.Values(r.of)), 0)) {
		return false, nil
	}
	if r.now > 0 {
		prog, err := r.prog.With(r.derived)
		if err != nil {
			return false, err
		}
		for _, d := range prog.Diags {
			if !slices.Contains(r.known, d) {
				return false, &Unchecked{d}
			}
		}
		r.prog = prog
	}
	for _, pkg := range r.prog.Sources() {
		if !slices.Contains(r.prog.Packages, pkg) {
			r.Package(pkg, r.opt) // what cannot be derived is said where it is asked for
		}
	}
	return true, nil
}

// Package returns the outputs for a package that this round changes, complete and formatted, by path, and what cannot be differentiated.
func (r *Rounds) Package(pkg *lower.Package, opt Options) (map[string][]byte, []lower.Diagnostic) {
	pkg = r.prog.Package(pkg.ID)
	asked := r.asked(pkg)
	if len(asked) == 0 {
		return nil, nil
	}
	outputs, diags := Outputs(r.prog, pkg, asked, opt)
	r.failed[pkg.ID] = r.failed[pkg.ID] || len(diags) > 0
	for path, src := range outputs {
		outputs[path] = printer.Join(r.derived[path], src)
	}
	maps.Copy(r.derived, outputs)
	return outputs, diags
}

// asked returns what a round derives of a package: gradients that later rounds go on with are among it.
func (r *Rounds) asked(pkg *lower.Package) []*lower.Directive {
	var list []*lower.Directive
	gradients := map[string]bool{}
	directives := pkg.Directives
	if file := r.requested(pkg); file != nil {
		d := *r.request
		d.Fn, d.File = declared(pkg, d.Fn, d.Fn.Name()), file
		directives = append(slices.Clone(directives), &d)
	}
	for _, d := range directives {
		n, ok := r.of[key(d)]
		switch {
		case !ok || !d.Generates:
		case n == r.now && isSecond(d.Mode):
			c := *d
			if c.Gradient = declared(pkg, d.Fn, r.gradient(pkg, d).Name); c.Gradient == nil && !r.failed[pkg.ID] {
				panic(fmt.Sprintf("derive: the gradient of %s is not there", d.Fn.FullName()))
			}
			if c.Gradient != nil {
				list = append(list, &c)
			}
		case n == r.now:
			list = append(list, d)
		case n == r.now+1 && isSecond(d.Mode):
			if g := r.gradient(pkg, d); !gradients[key(g)] {
				gradients[key(g)] = true
				list = append(list, g)
			}
		}
	}
	return list
}

// requested returns the file of a package that the request is for, or nil.
func (r *Rounds) requested(pkg *lower.Package) *lower.File {
	for _, file := range pkg.Files {
		if r.request != nil && pkg.ID == r.in && file.Name == r.request.File.Name {
			return file
		}
	}
	return nil
}

// gradient returns the directive for the gradient whose forward mode a derivative of second order is. It has the same name in every
// round.
func (r *Rounds) gradient(pkg *lower.Package, d *lower.Directive) *lower.Directive {
	g := *d
	g.Verb, g.Mode, g.Plain = ast.Grad.String(), ast.Grad, true
	g.Signature, _ = r.prog.View(pkg, d.File).SignatureOf(d.Fn.Signature(), ast.Grad, d.Wrt)
	k := fmt.Sprint(d.File.Output, ":", d.Fn.FullName(), d.Wrt)
	if r.gradients[k] == "" {
		place := pkg.Path + "."
		if recv := lower.Receiver(d.Fn); recv != nil {
			place += recv.Obj().Name() + "."
		}
		name := d.Fn.Name()
		if name == "_" {
			name = d.Name
		}
		name = ast.LowerFirst(name) + "Gradient"
		free := name
		for i := 2; r.hidden[place+free] || isDeclared(pkg, d.Fn, free); i++ {
			free = name + strconv.Itoa(i)
		}
		r.gradients[k], r.hidden[place+free] = free, true
	}
	g.Name = r.gradients[k]
	return &g
}

// isDeclared reports whether a name is that of something in a package, or in the type that a function is a method of.
func isDeclared(pkg *lower.Package, fn *types.Func, name string) bool {
	if recv := lower.Receiver(fn); recv != nil {
		obj, _, _ := types.LookupFieldOrMethod(recv, true, pkg.Types, name)
		return obj != nil
	}
	return pkg.Types.Scope().Lookup(name) != nil
}

// declared returns the function, or the method of the type that fn is one of, with a name, in a package that is loaded again perhaps.
func declared(pkg *lower.Package, fn *types.Func, name string) *types.Func {
	recv := lower.Receiver(fn)
	if recv == nil {
		of, _ := pkg.Types.Scope().Lookup(name).(*types.Func)
		return of
	}
	for m := range pkg.Types.Scope().Lookup(recv.Obj().Name()).Type().(*types.Named).Methods() {
		if m.Name() == name {
			return m
		}
	}
	return nil
}

// Asked returns the outputs of a package without the gradients that nobody has asked for, and without what only these need. What is asked
// for comes first, however many rounds it took.
func (r *Rounds) Asked(outputs map[string][]byte) map[string][]byte {
	names := map[string]bool{}
	for k := range r.of {
		if path := k[:strings.LastIndex(k, ":")]; outputs[path] != nil {
			names[k[strings.LastIndexAny(k, ":.")+1:]] = true
		}
	}
	return printer.Needed(printer.Alike(outputs, names), names, func(path string) string {
		pkg, err := r.prog.Import(path)
		if err != nil {
			panic(fmt.Sprintf("derive: %v", err)) // it has been imported before
		}
		return pkg.Name()
	})
}

// Reach derives what a request needs before it can be met, and returns the program, the package and the request as they are then.
func Reach(prog *lower.Program, pkg *lower.Package, req Request, opt Options) (*lower.Program, *lower.Package, Request, []lower.Diagnostic) {
	_, file, decl := prog.Decl(req.Fn)
	r := newRounds(prog, opt)
	r.in, r.request = pkg.ID, &lower.Directive{
		Verb: req.Mode.String(), File: file, Decl: decl, Fn: req.Fn, Generates: true, Mode: req.Mode, Wrt: req.Wrt, Name: req.name(),
	}
	last := r.roundOf(r.request)
	diags := r.diags
	for r.now < last && len(diags) == 0 {
		if _, err := r.next(); err != nil {
			panic(fmt.Sprintf("derive: %v", err))
		}
		if r.now == last {
			break
		}
		for _, p := range r.prog.Packages {
			_, more := r.Package(p, opt)
			diags = append(diags, more...)
		}
	}
	pkg = r.prog.Package(pkg.ID)
	req.Fn = declared(pkg, req.Fn, req.Fn.Name())
	if isSecond(req.Mode) && len(diags) == 0 {
		req.Gradient = declared(pkg, req.Fn, r.gradient(pkg, r.request).Name)
	}
	return r.prog, pkg, req, diags
}
