package lower

import (
	"fmt"
	goast "go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/godiff/godiff/ast"
)

// A Directive is a comment line in godiff's form at a function, understood.
type Directive struct {
	Pos  token.Pos
	Verb string // "grad", "derivative", …
	Decl *goast.FuncDecl
	File *File
	Fn   *types.Func // the function that has the directive

	// Of the verbs that generate a derivative of Fn:

	Generates bool
	Mode      ast.Mode
	Wrt       []int  // parameters of Fn, the receiver counted first, in order
	Name      string // the name of the derivative
	Signature ast.Signature
	Stub      *types.Func // what the name denotes in the loaded program
	Plain     bool        // of a gradient that is to be derived: its parallel loops are loops as others
	Gradient  *types.Func // of one of second order, the gradient whose forward mode it is

	// Of the verbs that give a rule for another function:

	Of        *types.Func // the function that Fn is a rule for
	OfBuiltin string      // the name of the builtin function instead
	RuleMode  ast.Mode    // VJP for a reverse rule, JVP for a forward rule; RuleWrt are the parameters of Of it covers
	RuleWrt   []int
	Writes    []int       // the parameters of Of whose memory it writes, if the rule says so: else nil …
	Sets      []int       // … and those of which it sets floats and gives nothing new memory
	InPlace   []int       // the parameters of Of that may be what it writes: it then does what it would with copies of them
	Returns   int         // the parameter of Of that is its result, counted from 1; 0 if the rule says nothing of it
	Saving    *types.Func // of a rule in the pair form, of which Fn is the backward half: the forward half

	// Of the verbs that say something of an opaque type:

	OfType *types.TypeName
}

// A verb is a kind of directive.
type verb struct {
	name     string
	doc      string   // what it does, in a sentence of the reference
	options  []string // those that it takes
	required string   // the one that it cannot do without
	ofType   bool     // that one names a type, no function
	place    place
}

// A place is where a directive belongs.
type place int

const (
	atFunc       place = iota // the doc comment of a function
	atLoop                    // the line before a for statement
	atLoopOrCall              // the line before a for statement or a call
)

func (p place) String() string {
	switch p {
	case atFunc:
		return "in the doc comment of a function"
	case atLoop:
		return "on the line before a for statement"
	case atLoopOrCall:
		return "on the line before a for statement or a call"
	}
	panic(fmt.Sprintf("lower: place %d", int(p)))
}

// verbs is the one table of directives.
var verbs = []verb{
	{name: "grad", options: []string{"wrt", "name"},
		doc: "writes FGrad, which returns the gradient of F's one real result"},
	{name: "valuegrad", options: []string{"wrt", "name"},
		doc: "writes FValueGrad, which returns F's results, then the gradient"},
	{name: "vjp", options: []string{"wrt", "name"},
		doc: "writes FVJP, reverse mode: it is given the adjoints of F's results and shadows, to which it adds, and returns F's results and the adjoints of parameters that lead to no memory"},
	{name: "jvp", options: []string{"wrt", "name"},
		doc: "writes FJVP, forward mode: it is given tangents of the parameters, and returns F's results and their tangents"},
	{name: "jacobian", options: []string{"wrt", "name"},
		doc: "writes FJacobian, which returns a row of first derivatives for each number that F returns"},
	{name: "hvp", options: []string{"wrt", "name"},
		doc: "writes FHVP, which returns the product of the Hessian of F and a direction, by forward mode over reverse mode"},
	{name: "hessian", options: []string{"wrt", "name"},
		doc: "writes FHessian, which returns the matrix of second derivatives"},
	{name: "derivative", options: []string{"of", "mode", "wrt", "writes", "sets", "inplace", "returns"}, required: "of",
		doc: "makes the function a rule: the reverse sweep of what calls F calls it, with F's arguments, results and their adjoints, instead of what godiff would derive"},
	{name: "forward", options: []string{"of", "writes", "sets", "inplace", "returns"}, required: "of",
		doc: "makes the function the first half of a rule in two: it is called instead of F, and returns F's results and what the second half is to be given"},
	{name: "backward", options: []string{"of", "wrt"}, required: "of",
		doc: "makes the function the second half: the reverse sweep calls it, with what the first half has returned last and the adjoints of F's results"},
	{name: "shadow", options: []string{"of"}, required: "of", ofType: true,
		doc: "says that the function makes a zero shadow of a value of type T: an opaque one, of another package with floats behind fields that this does not export, or a struct whose floats all lie behind slices, pointers and maps, the shadow of which then takes its memory from where the function does"},
	{name: "add", options: []string{"of"}, required: "of", ofType: true,
		doc: "says that the function adds the second of two shadows of type T to the first"},
	{name: "copy", options: []string{"of"}, required: "of", ofType: true,
		doc: "says that the function makes a copy of a value of type T, an opaque one, for calls of functions whose rules say inplace and for loops and calls with checkpoints. It has a derivative, by its body or by a rule"},
	{name: "nodiff",
		doc: "makes the function a constant to differentiation: its results carry no derivative. It may not write memory that carries one"},
	{name: "checkpoint", options: []string{"schedule"}, place: atLoopOrCall,
		doc: "has the reverse sweep run the loop or call again, in place of remembering what it has computed"},
	{name: "parallel", place: atLoop,
		doc: "has reverse mode run the iterations of a loop on several cores; they must be independent, and it must range over an integer or a slice. Sums are made by parts, of which the number depends on the trip count and on the size of what is added to, and on nothing else. Forward mode and second derivatives run them one after the other"},
}

// optionDocs says what each option names, in a sentence of the reference.
var optionDocs = []Option{
	{"wrt", "p,q", "the parameters to differentiate with respect to, the receiver by its name too; left out, all that can carry a derivative, but for interfaces and opaque types. Of a rule: the parameters that it covers"},
	{"name", "Ident", "the name of what is written, in place of F and the name of the mode"},
	{"of", "F", "the function that a rule is for: F, T.Method or (*T).Method, after the import path of its package and a dot if that is another; of shadow and add the type, likewise"},
	{"mode", "jvp", "the rule is for forward mode, with the signature of FJVP; left out, it is for reverse mode. A mode without a rule is derived from F's body"},
	{"writes", "p,q", "the parameters behind which F writes memory, or none, where F's body does not say it. It is believed"},
	{"sets", "p,q", "the parameters behind which F sets floats that are there, and gives no value new memory: where writes would say more than is so of opaque types"},
	{"inplace", "p,q", "the parameters that may be the same slice or opaque value as one that F writes: F does then what it would with copies of them, and godiff makes these. Without it, a rule for slices must itself see where two of them share memory, which it is given as F has left it"},
	{"returns", "p", "the parameter that F returns"},
	{"schedule", "binomial", "sqrt, which is also meant where it is left out, remembers the state of a loop of n iterations about √2n times and runs each iteration once more; binomial halves the loop again and again, remembers some log₂ n states at a time and runs each iteration as many times, and is for loops that range over an integer or a slice"},
}

// A Form is a directive as its reference has it.
type Form struct {
	Verb, Doc string
	Text      string // with all options, those in brackets that may be left out
	Options   []string
	Place     string
}

// An Option is one of a directive, with an example of its value.
type Option struct{ Key, Value, Doc string }

// Forms returns all directives that are supported, and their options.
func Forms() ([]Form, []Option) {
	var forms []Form
	for _, v := range verbs {
		forms = append(forms, Form{v.name, v.doc, v.text(), slices.Clone(v.options), v.place.String()})
	}
	return forms, slices.Clone(optionDocs)
}

// text returns the directive with all its options.
func (v *verb) text() string {
	text := prefix + v.name
	for _, key := range v.options {
		i := slices.IndexFunc(optionDocs, func(o Option) bool { return o.Key == key })
		switch option := key + "=" + optionDocs[i].Value; {
		case v.ofType:
			text += " " + key + "=T"
		case key == v.required:
			text += " " + option
		default:
			text += " [" + option + "]"
		}
	}
	return text
}

func findVerb(name string) *verb {
	for i := range verbs {
		if verbs[i].name == name {
			return &verbs[i]
		}
	}
	return nil
}

// knownOption reports whether any verb takes the option.
func knownOption(key string) bool {
	return slices.ContainsFunc(verbs, func(v verb) bool { return slices.Contains(v.options, key) })
}

// A comment is a directive as it is written, its place and options checked.
type comment struct {
	pos     token.Pos
	verb    *verb
	options []option
	decl    *goast.FuncDecl
	file    *File
}

// An option is a word after the verb, key=value.
type option struct {
	pos        token.Pos
	key, value string
}

// option returns the option with the given key.
func (c *comment) option(key string) (option, bool) {
	for _, o := range c.options {
		if o.key == key {
			return o, true
		}
	}
	return option{}, false
}

const prefix = "//godiff:"

// scan finds the directives at the functions of file, and what is wrong with directives as far as the text shows.
func (l *loader) scan(file *File) {
	s := scanner{prog: l.prog, file: file, docs: map[*goast.CommentGroup]*goast.FuncDecl{}}
	for _, decl := range file.Syntax.Decls {
		if decl, ok := decl.(*goast.FuncDecl); ok && decl.Doc != nil {
			s.docs[decl.Doc] = decl
		}
	}
	for _, group := range file.Syntax.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, prefix) {
				s.directive(group, c)
			} else {
				s.prose(group, c)
			}
		}
	}
	file.comments, file.diags, file.notes = s.comments, s.diags, s.notes
}

// prose notes a comment that would be the directive of a function, were there no blank in it.
func (s *scanner) prose(group *goast.CommentGroup, c *goast.Comment) {
	text, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimPrefix(c.Text, "//"), " \t"), "godiff:")
	words := strings.Fields(text)
	if !ok || s.docs[group] == nil || len(words) == 0 || findVerb(words[0]) == nil {
		return
	}
	for _, word := range words[1:] {
		if key, _, ok := strings.Cut(word, "="); !ok || !knownOption(key) {
			return
		}
	}
	s.notes = append(s.notes, s.prog.Diag(c.Pos(), "a comment, no directive, for it begins with a blank: %s%s is one", prefix, words[0]))
}

// scanner finds the directives of a file.
type scanner struct {
	prog     *Program
	file     *File
	docs     map[*goast.CommentGroup]*goast.FuncDecl
	comments []*comment
	diags    []Diagnostic
	notes    []Diagnostic
}

func (s *scanner) errorf(pos token.Pos, format string, args ...any) {
	s.diags = append(s.diags, s.prog.Diag(pos, format, args...))
}

// directive parses one directive and, if nothing is wrong with its text, keeps it.
func (s *scanner) directive(group *goast.CommentGroup, c *goast.Comment) {
	words := splitWords(c)
	name := strings.TrimPrefix(words[0].key, prefix)
	v := findVerb(name)
	if v == nil {
		s.unknown(c, words)
		return
	}
	before := len(s.diags)
	options := s.options(v, words)
	decl := s.docs[group]
	if !s.inPlace(v.place, group, c) {
		s.errorf(c.Pos(), "misplaced //godiff:%s: it belongs %s", v.name, v.place)
	}
	if s.file.ImportsC() {
		s.errorf(c.Pos(), "//godiff:%s in a file that imports C: cgo files are refused", v.name)
	}
	if v.place != atFunc && len(s.diags) == before {
		s.mark(v, options, s.lineAfter(group, c))
	}
	if decl != nil && v.place == atFunc && len(s.diags) == before {
		s.comments = append(s.comments, &comment{pos: c.Pos(), verb: v, options: options, decl: decl, file: s.file})
	}
}

// Marks are what directives say of the statement on the line behind them.
type Marks struct {
	Checkpoint ast.Schedule
	Parallel   bool
}

// mark notes a directive for the statement on a line.
func (s *scanner) mark(v *verb, options []option, line int) {
	if s.file.marks == nil {
		s.file.marks = map[int]Marks{}
	}
	m := s.file.marks[line]
	switch v.name {
	case "checkpoint":
		m.Checkpoint = ast.SquareRoot
		for _, o := range options {
			switch o.value {
			case "sqrt":
			case "binomial":
				m.Checkpoint = ast.Binomial
			default:
				s.errorf(o.pos, "schedule=%s: it is sqrt, or left out, or binomial", o.value)
			}
		}
	case "parallel":
		m.Parallel = true
	}
	s.file.marks[line] = m
}

// unknown reports a directive whose verb there is not.
func (s *scanner) unknown(c *goast.Comment, words []option) {
	name := strings.TrimPrefix(words[0].key, prefix)
	switch {
	case name == "" && len(words) > 1 && findVerb(words[1].key) != nil:
		s.errorf(words[1].pos, "a directive has no blank before its name: write %s%s", prefix, words[1].key)
	case findVerb(strings.ToLower(name)) != nil:
		s.errorf(c.Pos(), "unknown directive %s%s: write %s%s", prefix, name, prefix, strings.ToLower(name))
	default:
		s.errorf(c.Pos(), "unknown directive %s%s", prefix, name)
	}
}

// splitWords splits the text of a directive at blanks. The words are the keys of the options returned, with their
// positions.
func splitWords(c *goast.Comment) []option {
	var words []option
	text := strings.TrimRight(c.Text, "\r")
	for at := 0; at < len(text); {
		end := strings.IndexAny(text[at:], " \t")
		if end < 0 {
			end = len(text) - at
		}
		if end > 0 {
			words = append(words, option{pos: c.Pos() + token.Pos(at), key: text[at : at+end]})
		}
		at += end + 1
	}
	return words
}

// options checks the options of a directive, which follow the verb.
func (s *scanner) options(v *verb, words []option) []option {
	var options []option
	for i, word := range words[1:] {
		key, value, _ := strings.Cut(word.key, "=")
		switch {
		case key == "" || i > 0 && strings.HasSuffix(words[i].key, "=") || strings.HasSuffix(words[i].key, ","):
			s.errorf(word.pos, "an option has no blanks in it")
		case !knownOption(key):
			s.errorf(word.pos, "unknown option %s: %s", key, v.takes())
		case !slices.Contains(v.options, key):
			s.errorf(word.pos, "option %s is not one of //godiff:%s: %s", key, v.name, v.takes())
		case slices.ContainsFunc(options, func(o option) bool { return o.key == key }):
			s.errorf(word.pos, "option %s is given twice", key)
		case value == "":
			s.errorf(word.pos, "option %s is empty", key)
		default:
			options = append(options, option{word.pos, key, value})
		}
	}
	if v.required != "" && !slices.ContainsFunc(words[1:], func(w option) bool { return strings.HasPrefix(w.key, v.required) }) {
		s.errorf(words[0].pos, "//godiff:%s needs the option %s=", v.name, v.required)
	}
	return options
}

// takes says which options v takes.
func (v *verb) takes() string {
	if len(v.options) == 0 {
		return v.name + " takes no options"
	}
	return v.name + " takes " + strings.Join(v.options, ", ")
}

// inPlace reports whether the directive c stands where one of its kind belongs.
func (s *scanner) inPlace(p place, group *goast.CommentGroup, c *goast.Comment) bool {
	if p == atFunc {
		return s.docs[group] != nil
	}
	line := s.lineAfter(group, c)
	return line > 0 && s.stmtOnLine(line, p == atLoopOrCall)
}

// lineAfter returns the line after c and the directives that follow it, or 0 if another comment does.
func (s *scanner) lineAfter(group *goast.CommentGroup, c *goast.Comment) int {
	last := c
	for _, next := range group.List[slices.Index(group.List, c)+1:] {
		if !strings.HasPrefix(next.Text, prefix) {
			return 0
		}
		last = next
	}
	return s.line(last.Pos()) + 1
}

func (s *scanner) line(pos token.Pos) int { return s.prog.Fset.PositionFor(pos, false).Line }

// stmtOnLine reports whether a for statement begins on the line, inside a function, or, if calls, a simple statement with
// a call.
func (s *scanner) stmtOnLine(line int, calls bool) bool {
	found := false
	goast.Inspect(s.file.Syntax, func(n goast.Node) bool {
		if stmt, ok := n.(goast.Stmt); ok && s.line(stmt.Pos()) == line {
			found = found || isLoop(stmt) || calls && isCall(stmt)
		}
		return !found
	})
	return found
}

func isLoop(stmt goast.Stmt) bool {
	switch stmt := stmt.(type) {
	case *goast.ForStmt, *goast.RangeStmt:
		return true
	case *goast.LabeledStmt:
		return isLoop(stmt.Stmt)
	}
	return false
}

// isCall reports whether stmt is a simple statement that calls a function outside of function literals.
func isCall(stmt goast.Stmt) bool {
	switch stmt.(type) {
	case *goast.ExprStmt, *goast.AssignStmt, *goast.DeclStmt, *goast.ReturnStmt:
	default:
		return false
	}
	found := false
	goast.Inspect(stmt, func(n goast.Node) bool {
		switch n.(type) {
		case *goast.FuncLit:
			return false
		case *goast.CallExpr:
			found = true
		}
		return !found
	})
	return found
}
