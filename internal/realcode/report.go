package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// report returns the page about results.
func report(results []Result) string {
	var b strings.Builder
	b.WriteString(head)
	all := byPackage(results)
	fmt.Fprintf(&b, "%s\n\n", summary(all))
	b.WriteString("## By package\n\n| package | functions | derived | | checked | refused | wrong or crashed |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range results {
		for _, pkg := range r.Packages {
			b.WriteString(row(r.title(pkg), count(r.Functions, pkg)))
		}
	}
	b.WriteString(row("all", all))
	b.WriteString("\n")
	versions(&b, results)
	reasons(&b, "Refused", "Each refusal has a position; one of each kind is shown.", results, Refused)
	reasons(&b, "Derived, but not checked", "At none of the arguments that were tried could the derivatives be compared with differences. Their signatures, and where F panics that they do, were checked.", results, Derived)
	list(&b, "Wrong or crashed", "", results, func(f *Function) string {
		if f.Status == Wrong || f.Status == Crashed {
			return f.Reason
		}
		return ""
	})
	list(&b, "NaN or infinite where the function is finite", "Partials that are infinite or NaN meet zero, or what rounding leaves of it, as IEEE 754 has it: that of √x at 0, or of what the branch that is taken does not use.", results, func(f *Function) string { return f.NaN })
	return b.String()
}

const head = `# Real code

What godiff makes of packages that were not written for it, as their modules publish them. Every function and method that has a parameter
and a result that carry a derivative is asked for in both modes, with respect to the parameters of the default. It is derived alone and with its
package, type-checked, compiled, and called at generated arguments: results to the bit, memory after the call, panics, both modes against each
other and against extrapolated differences.

Which function is called must be known where a derivative is made. In place of a function that is given others, or whose receiver holds some,
one is asked for that calls it with a function of its type, as its users do.

With rules, a package imports those of [rules/gonum](../rules/gonum/README.md). One that the rules themselves import cannot: there its
exported functions are called from another package, and these calls derived.

This page is written by ` + "`cd internal/realcode && go run . -o ../../docs/realcode.md`" + `.

`

// A tally is how many functions there are of each status.
type tally map[Status]int

func (t tally) derived() int { return t[Derived] + t[Checked] + t[Wrong] }
func (t tally) total() int   { return t.derived() + t[Refused] + t[Crashed] + t[Pending] }

// percent returns how much of t is derived.
func (t tally) percent() int {
	if t.total() == 0 {
		return 100
	}
	return 100 * t.derived() / t.total()
}

// count counts the functions of a package.
func count(functions []*Function, pkg string) tally {
	t := tally{}
	for _, f := range functions {
		if f.Package == pkg {
			t[f.Status]++
		}
	}
	return t
}

func byPackage(results []Result) tally {
	all := tally{}
	for _, r := range results {
		for _, f := range r.Functions {
			all[f.Status]++
		}
	}
	return all
}

func summary(t tally) string {
	return fmt.Sprintf("Of %d functions %d are derived (%d %%), %d of these checked; %d are refused, %d wrong, %d crashed.",
		t.total(), t.derived(), t.percent(), t[Checked], t[Refused], t[Wrong], t[Crashed])
}

func row(name string, t tally) string {
	return fmt.Sprintf("| %s | %d | %d | %d %% | %d | %d | %d |\n", name, t.total(), t.derived(), t.percent(), t[Checked], t[Refused], t[Wrong]+t[Crashed])
}

// versions lists the modules.
func versions(b *strings.Builder, results []Result) {
	var names []string
	for _, r := range results {
		names = append(names, strings.TrimSpace(r.Path+" "+r.Version))
	}
	fmt.Fprintf(b, "The modules: %s.\n\n", strings.Join(names, ", "))
}

// A kind is functions of one status with the same reason.
type kind struct {
	reason string
	n      int
	first  string // where it is met first
}

// reasons writes a table of the reasons of functions with a status, the most frequent first.
func reasons(b *strings.Builder, title, text string, results []Result, status Status) {
	kinds := map[string]*kind{}
	for _, r := range results {
		for _, f := range r.Functions {
			if f.Status != status {
				continue
			}
			reason := general(f.Reason)
			k := kinds[reason]
			if k == nil {
				k = &kind{reason: reason, first: fmt.Sprintf("%s of %s", cmp.Or(f.At, f.Name), strings.TrimSuffix(r.Path+"/"+f.Package, "/."))}
				kinds[reason] = k
			}
			k.n++
		}
	}
	if len(kinds) == 0 {
		return
	}
	sorted := slices.SortedFunc(maps.Values(kinds), func(x, y *kind) int {
		return cmp.Or(cmp.Compare(y.n, x.n), cmp.Compare(x.reason, y.reason))
	})
	fmt.Fprintf(b, "## %s\n\n%s\n\n| functions | reason | for example |\n|--:|---|---|\n", title, text)
	for _, k := range sorted {
		fmt.Fprintf(b, "| %d | %s | %s |\n", k.n, escaped(k.reason), escaped(k.first))
	}
	b.WriteString("\n")
}

// generalisations make reasons of one kind the same.
var generalisations = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`; (give|use|write|declare|name|call|put|pass|say) .*`), ""},
	{regexp.MustCompile(`^\S+ (has neither source here nor a rule)`), "a function $1"},
	{regexp.MustCompile(`^\S+ cannot be differentiated from here: it uses \S+( of package \S+)?, which .*`), "a function of another package uses what that does not export, and no value stands for it"},
	{regexp.MustCompile(`^it cannot be told here which function \S+ is.*`), "it cannot be told which function is called"},
	{regexp.MustCompile(`^\S+ (stands in a file with build constraints)`), "a function $1"},
	{regexp.MustCompile(`^a value of type \S+ becomes a value of the interface \S+,`), "a value becomes a value of an interface,"},
	{regexp.MustCompile(`^a value of type \S+ becomes a value of .*, of which`), "a value becomes a value of an interface, of which"},
	{regexp.MustCompile(`^\S+ is no type that a value of the interface \S+ is known to have`), "a value in an interface has a type that it is not known to have"},
	{regexp.MustCompile(`^\S+ makes a float of .*`), "a function makes a float of a value that an active one was made into; its derivative is lost"},
	{regexp.MustCompile(`^\S+ takes (memory|a float) out of .*, (which|where) `), "a function takes $1 out of an interface, $2 "},
	{regexp.MustCompile(`^\S+ (is given a function and has no source)`), "a function $1"},
	{regexp.MustCompile(`by way of .+; its`), "by way of another type; its"},
	{regexp.MustCompile(`^a value of type \S+ is taken out`), "a value is taken out"},
	{regexp.MustCompile(`^gradcheck\.\w+ of \S+: `), ""},
	{regexp.MustCompile(`^differences do not converge.*`), "differences do not converge"},
}

// general returns a reason without the names in it.
func general(reason string) string {
	reason = brief(reason)
	for _, g := range generalisations {
		reason = g.from.ReplaceAllString(reason, g.to)
	}
	return reason
}

// list writes the functions of which there is something to say.
func list(b *strings.Builder, title, text string, results []Result, say func(*Function) string) {
	var lines []string
	for _, r := range results {
		for _, f := range r.Functions {
			if text := say(f); text != "" {
				lines = append(lines, fmt.Sprintf("- %s, %s: %.400s\n", strings.TrimSuffix(r.Path+"/"+f.Package, "/."), f.Name, brief(text)))
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "## %s\n\n", title)
	if text != "" {
		fmt.Fprintf(b, "%s\n\n", text)
	}
	fmt.Fprintf(b, "%s\n", strings.Join(lines, ""))
}

// escaped returns text for a cell of a table.
func escaped(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// printFunctions prints a line for each function.
func printFunctions(w io.Writer, results []Result) {
	for _, r := range results {
		for _, f := range r.Functions {
			fmt.Fprintf(w, "%v\t%s\t%s\t%s\t%s\t%s\n", f.Status, r.Path, f.Package, f.Name, f.At, brief(f.Reason))
		}
	}
}

// brief returns the first line of a text, to some length.
func brief(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return fmt.Sprintf("%.1200s", line)
}

// String returns the word for a status.
func (s Status) String() string {
	return [...]string{"pending", "refused", "crashed", "derived", "checked", "wrong"}[s]
}
