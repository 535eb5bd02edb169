package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// publish writes the page. Survivors that nobody has explained are an error.
func publish(opt options, mutants []*Mutant, verdicts map[string]Verdict) error {
	reasons, err := readReasons(filepath.Join(opt.root, filepath.FromSlash(survivorsFile)))
	if err != nil {
		return err
	}
	text := report(opt, mutants, verdicts, reasons)
	if opt.page == "" {
		fmt.Print(text)
	} else if err := os.WriteFile(opt.page, []byte(text), 0o666); err != nil {
		return err
	}
	missing, idle := unexplained(mutants, verdicts, reasons)
	for _, key := range idle {
		fmt.Fprintf(os.Stderr, "%s: does not survive: %s\n", survivorsFile, key)
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d survivors are not explained in %s:\n%s", len(missing), survivorsFile, strings.Join(missing, "\n"))
	}
	return nil
}

const head = `# Mutants

What the tests notice when the compiler is broken. A mutant is the compiler with one fault in transform or ast/lower, drawn at random: of
each file as many as it has a share in the lines of all, of each kind in turn. Guards that only panic, for mistakes of our own, are left
out. A mutant is caught when a test fails, panics, or takes too long or too much memory.

[A list](../internal/mutants/drawn.txt) keeps the mutants that are drawn, as long as the code is there that they change; then others are
drawn in their place.

This page is written by ` + "`go run ./internal/mutants -o docs/mutants.md`" + `, which takes hours; a run with ` + "`-keep DIR`" + ` can be
broken off and taken up again. [Its doc](../internal/mutants/doc.go) says how.

`

// report returns the page.
func report(opt options, mutants []*Mutant, verdicts map[string]Verdict, reasons map[string]string) string {
	var b strings.Builder
	b.WriteString(head)
	all := count(mutants, verdicts, func(*Mutant) bool { return true })
	fmt.Fprintf(&b, "Of %d mutants, %d are caught (%s).", all.total, all.caught, all.percent())
	provenance(&b, mutants, verdicts)
	b.WriteString("\n\n")
	byVersion(&b, opt.version, mutants, verdicts)
	byKind(&b, mutants, verdicts)
	byFile(&b, mutants, verdicts)
	bySuite(&b, mutants, verdicts)
	survivors(&b, opt.version, mutants, verdicts, reasons)
	return b.String()
}

// provenance says what the verdicts come from, where that is not a run to the end.
func provenance(b *strings.Builder, mutants []*Mutant, verdicts map[string]Verdict) {
	hand, early, none := 0, 0, 0
	for _, m := range mutants {
		switch v := verdicts[m.Key()]; {
		case !v.judged():
			none++
		case v.ByHand:
			hand++
		case !v.Caught && len(v.missing()) > 0:
			early++
		}
	}
	if hand > 0 {
		fmt.Fprintf(b, " %d of these verdicts were entered by hand, after a suite with a new test, or one test of it, had been run for that mutant.", hand)
	}
	if early > 0 {
		fmt.Fprintf(b, " %d survivors have not been through all suites, so that more may be caught.", early)
	}
	if none > 0 {
		fmt.Fprintf(b, " %d are not judged yet.", none)
	}
}

// byVersion says at which versions the mutants were judged: first at this one, then at those with the most verdicts.
func byVersion(b *strings.Builder, version string, mutants []*Mutant, verdicts map[string]Verdict) {
	tallies := map[string]tally{}
	for _, m := range mutants {
		if v := verdicts[m.Key()]; v.judged() && tallies[v.Version].total == 0 {
			tallies[v.Version] = count(mutants, verdicts, func(m *Mutant) bool { return verdicts[m.Key()].Version == v.Version })
		}
	}
	names := slices.SortedFunc(maps.Keys(tallies), func(x, y string) int {
		return cmp.Or(cmp.Compare(tallies[y].total, tallies[x].total), cmp.Compare(x, y))
	})
	b.WriteString("## By version\n\nA verdict is of the compiler and the tests of the version at which the mutant was judged.")
	if tallies[version].total > 0 {
		names = append([]string{version}, slices.DeleteFunc(names, func(name string) bool { return name == version })...)
		if len(names) > 1 {
			fmt.Fprintf(b, " The last run was at %s; what was judged before was not judged again.", version)
		}
	}
	b.WriteString("\n\n| version | mutants judged | caught |\n|---|--:|--:|\n")
	for _, name := range names {
		fmt.Fprintf(b, "| %s | %d | %d |\n", name, tallies[name].total, tallies[name].caught)
	}
	b.WriteString("\n")
}

// missing returns the stages that a survivor has not been through.
func (v Verdict) missing() []string {
	return slices.DeleteFunc(stageNames(), func(name string) bool { return slices.Contains(v.Passed, name) })
}

// A tally is how many mutants there are.
type tally struct{ total, caught int }

// percent returns the part that is caught, rounded down so that what is not all does not look like it.
func (t tally) percent() string {
	if t.total == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d %%", 100*t.caught/t.total, 1000*t.caught/t.total%10)
}

func count(mutants []*Mutant, verdicts map[string]Verdict, among func(*Mutant) bool) tally {
	var t tally
	for _, m := range mutants {
		if !among(m) {
			continue
		}
		t.total++
		if verdicts[m.Key()].Caught {
			t.caught++
		}
	}
	return t
}

func byKind(b *strings.Builder, mutants []*Mutant, verdicts map[string]Verdict) {
	b.WriteString("## By package and kind\n\n| kind | | transform | caught | ast/lower | caught | both | caught | |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	row := func(name, title string, among func(*Mutant) bool) {
		fmt.Fprintf(b, "| %s | %s |", name, title)
		for _, pkg := range []string{"transform", "ast/lower"} {
			t := count(mutants, verdicts, func(m *Mutant) bool { return among(m) && path.Dir(m.File) == pkg })
			fmt.Fprintf(b, " %d | %d |", t.total, t.caught)
		}
		t := count(mutants, verdicts, among)
		fmt.Fprintf(b, " %d | %d | %s |\n", t.total, t.caught, t.percent())
	}
	for _, k := range Kinds {
		row(string(k.Kind), k.Title, func(m *Mutant) bool { return m.Kind == k.Kind })
	}
	row("all", "", func(*Mutant) bool { return true })
	b.WriteString("\n")
}

// byFile lists the files, those with the most survivors first; what is left of them is one line.
func byFile(b *strings.Builder, mutants []*Mutant, verdicts map[string]Verdict) {
	b.WriteString("## By file\n\nFiles of which all mutants are caught are not listed.\n\n| file | mutants | caught |\n|---|--:|--:|\n")
	tallies := map[string]tally{}
	var files []string
	for _, m := range mutants {
		if _, ok := tallies[m.File]; !ok {
			files = append(files, m.File)
			tallies[m.File] = count(mutants, verdicts, func(other *Mutant) bool { return other.File == m.File })
		}
	}
	lost := func(file string) int { return tallies[file].total - tallies[file].caught }
	slices.SortStableFunc(files, func(x, y string) int { return cmp.Compare(lost(y), lost(x)) })
	for _, file := range files {
		if lost(file) > 0 {
			fmt.Fprintf(b, "| %s | %d | %d |\n", file, tallies[file].total, tallies[file].caught)
		}
	}
	b.WriteString("\n")
}

// bySuite lists what catches the mutants first.
func bySuite(b *strings.Builder, mutants []*Mutant, verdicts map[string]Verdict) {
	b.WriteString("## What catches them first\n\nCheap suites are run before others, but first of all the one that has caught the mutant before. Texts are the cases of testdata/golden, whose derivatives are wanted to the byte.\n\n| suite | mutants | of these by a panic | by a limit |\n|---|--:|--:|--:|\n")
	type numbers struct{ all, panics, limits int }
	found := map[string]*numbers{}
	var names []string
	for _, m := range mutants {
		v := verdicts[m.Key()]
		if !v.Caught {
			continue
		}
		n := found[v.By]
		if n == nil {
			n = &numbers{}
			found[v.By] = n
			names = append(names, v.By)
		}
		n.all++
		switch v.How {
		case "panics":
			n.panics++
		case "takes too long", "takes too much memory":
			n.limits++
		}
	}
	slices.SortFunc(names, func(x, y string) int { return cmp.Or(cmp.Compare(found[y].all, found[x].all), cmp.Compare(x, y)) })
	for _, name := range names {
		n := found[name]
		fmt.Fprintf(b, "| %s | %d | %d | %d |\n", name, n.all, n.panics, n.limits)
	}
	b.WriteString("\n")
}

func survivors(b *strings.Builder, version string, mutants []*Mutant, verdicts map[string]Verdict, reasons map[string]string) {
	b.WriteString("## Survivors\n\nEach by its file and function, with what is changed and why it may survive.\n\n")
	for _, m := range mutants {
		v := verdicts[m.Key()]
		if v.Caught {
			continue
		}
		more := ""
		if names := v.missing(); !v.judged() {
			more = " Not judged yet."
		} else if len(names) > 0 {
			more = " Not judged yet by: " + strings.Join(names, "; ") + "."
		} else if !v.Reached {
			more = " No test reaches it."
		}
		if v.judged() && v.Version != version {
			more += " Judged at " + v.Version + "."
		}
		fmt.Fprintf(b, "- %s: %s%s\n", m.code(), cmp.Or(reasons[m.Key()], "Not explained."), more)
	}
}

// code returns the key of a mutant as Markdown, in which text with backquotes stays code.
func (m *Mutant) code() string {
	text := "`" + m.Text + "`"
	if strings.Contains(m.Text, "`") {
		text = "`` " + m.Text + " ``"
	}
	key, again, _ := strings.Cut(m.Key(), "`"+m.Text+"`")
	return key + text + again
}
