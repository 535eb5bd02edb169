package main

import (
	"path"
	"path/filepath"
	"slices"
	"time"
)

// A Verdict is what became of a mutant.
type Verdict struct {
	Caught  bool
	By      string // the suite that catches it
	How     string // in which way
	Reached bool   // a suite runs its code
	Probed  bool   // its code is run when packages are probed
	Changed bool   // it writes another text for a package that was probed

	Tried   int      // packages with another text that were computed with
	Of      string   // the sum of the module in which it was judged
	Version string   // of that module; empty of what has not been judged
	ByHand  bool     // it was entered by hand
	Passed  []string // the stages there that did not catch it
}

// judged reports whether there is a verdict.
func (v Verdict) judged() bool { return v.Version != "" }

// A hunt looks for tests that catch mutants.
type hunt struct {
	*scratch
	quick, slow     []*suite
	numbers, random *suite
	corpora         []*corpus
	of              string // the sum of the module
}

// newHunt proves that with no mutant on all suites pass and all texts are the same.
func newHunt(c *scratch, log func(format string, args ...any)) (*hunt, error) {
	h := &hunt{scratch: c, quick: quick(), slow: slow(), numbers: c.numbers(), random: c.random()}
	all := slices.Concat(h.quick, h.slow, []*suite{h.numbers, h.random})
	begun := time.Now()
	if err := c.build(folders(all...)); err != nil {
		return nil, err
	}
	log("built in %.0f s", time.Since(begun).Seconds())
	known, err := openProofs(filepath.Join(c.dir, "proofs"), c.module())
	if err != nil {
		return nil, err
	}
	h.of = known.of
	for _, s := range all {
		if known.tell(s) {
			continue
		}
		if err := c.prove(s); err != nil {
			return nil, err
		}
		if err := known.add(s); err != nil {
			return nil, err
		}
		log("%s: %.0f s, %d mutants reached", s.name, s.took.Seconds(), len(s.reaches))
	}
	if h.corpora, err = c.corpora(h.numbers, h.random); err != nil {
		return nil, err
	}
	for _, k := range h.corpora {
		if known.tellTexts(k) {
			continue
		}
		if err := c.proveTexts(k); err != nil {
			return nil, err
		}
		if err := known.addTexts(k); err != nil {
			return nil, err
		}
		log("%s: %d packages in %.0f s, %d mutants reached", k.name, len(k.packages), k.took.Seconds(), len(k.reaches))
	}
	return h, nil
}

// How many packages of those that reach a mutant are probed: few at first, and then many where texts need not be the same.
const (
	few  = 8
	many = 40
)

// A stage looks for a suite that catches a mutant.
type stage struct {
	name string
	try  func(*Mutant, *Verdict)
}

// stages are what mutants go through, in this order: all those that are left through the first, then through the second.
func (h *hunt) stages() []stage {
	var list []stage
	run := func(s *suite) { list = append(list, stage{s.name, func(m *Mutant, v *Verdict) { h.run(s, m, v) }}) }
	compare := func(k *corpus) {
		list = append(list, stage{k.name, func(m *Mutant, v *Verdict) { h.compare(k, m, v) }})
	}
	compare(h.corpora[0])
	for _, s := range h.quick {
		run(s)
	}
	for _, k := range h.corpora[1:] {
		compare(k)
	}
	for _, s := range h.slow {
		run(s)
	}
	return list
}

// stageNames are the names of the stages.
func stageNames() []string {
	list := []string{"texts"}
	for _, s := range quick() {
		list = append(list, s.name)
	}
	list = append(list, "all modes", "passes off", "random programs", "random programs, passes off")
	for _, s := range slow() {
		list = append(list, s.name)
	}
	return list
}

// run runs a suite, if it reaches the mutant.
func (h *hunt) run(s *suite, m *Mutant, v *Verdict) {
	if !s.reaches[m.Number] || s.costly && v.Probed && !v.Changed {
		return
	}
	v.Reached = true
	if o := h.try(h.trial(s, m.Number)); o.failed {
		v.caught(s.name, o.how())
	}
}

// compare probes the packages of a corpus that reach the mutant, at first few of them, and until one is different.
func (h *hunt) compare(k *corpus, m *Mutant, v *Verdict) {
	pkgs := k.reaches[m.Number]
	if !k.exact {
		pkgs = spread(pkgs, many)
	}
	for all := len(pkgs); len(pkgs) > 0 && !v.Caught; {
		v.Reached, v.Probed = true, true
		n := len(pkgs)
		if n == all {
			n = min(few, all)
		}
		o, list := h.probe(k, trial{mutant: m.Number, limit: 4*k.took + time.Minute, program: h.bin("probe"), args: []string{"-first"}}, pkgs[:n])
		if o.failed {
			v.caught(k.name, o.how())
			return
		}
		f := other(list)
		if f == nil {
			pkgs = pkgs[n:]
			continue
		}
		h.look(k, m, v, *f)
		if v.Tried++; v.Tried >= few {
			return
		}
		pkgs = slices.DeleteFunc(slices.Clone(pkgs), func(pkg string) bool {
			return slices.ContainsFunc(list, func(f finding) bool { return f.pkg == pkg })
		})
	}
}

// spread returns at most n of a list, from all over it.
func spread[E any](list []E, n int) []E {
	if len(list) <= n {
		return list
	}
	some := make([]E, n)
	for i := range some {
		some[i] = list[i*len(list)/n]
	}
	return some
}

// other returns the first finding that is not the same, or nil.
func other(list []finding) *finding {
	i := slices.IndexFunc(list, func(f finding) bool { return f.fate != "same" })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// look looks at a package that is different. Where nobody wants it to be as it is, the tests compute with it.
func (h *hunt) look(k *corpus, m *Mutant, v *Verdict, f finding) {
	v.Changed = true
	switch {
	case k.strict && f.fate == "refused":
		v.caught(k.name, "refuses")
	case k.strict && f.fate == "panics":
		v.caught(k.name, "panics")
	case k.exact:
		v.caught(k.name, "fails")
	default:
		if o := h.try(h.trial(k.suite, m.Number, append(k.suite.few, k.suite.choose(path.Base(f.pkg)))...)); o.failed {
			v.caught(k.suite.name, o.how())
		}
	}
}

// caught notes by which suite a mutant is caught, and in which way.
func (v *Verdict) caught(by, how string) { v.Caught, v.By, v.How = true, by, how }
