package main

import (
	"path"
	"slices"
	"strings"
	"time"
)

// A Verdict is what became of a mutant.
type Verdict struct {
	Caught  bool
	By      string // the suite that catches it
	How     string // in which way
	Reached bool   // a suite runs its code
	Changed bool   // it writes another text for a package that was probed
}

// A hunt looks for tests that catch mutants.
type hunt struct {
	*scratch
	quick, slow     []*suite
	numbers, random *suite
	corpora         []*corpus
}

// newHunt proves that with no mutant on all suites pass and all texts are the same.
func newHunt(c *scratch, log func(format string, args ...any)) (*hunt, error) {
	h := &hunt{scratch: c, quick: quick(), slow: slow(), numbers: numbers(), random: random()}
	all := slices.Concat(h.quick, h.slow, []*suite{h.numbers, h.random})
	begun := time.Now()
	if err := c.build(folders(all...)); err != nil {
		return nil, err
	}
	log("built in %.0f s", time.Since(begun).Seconds())
	for _, s := range all {
		var args []string
		switch s {
		case h.numbers:
			args = []string{"-keep=" + c.cases()}
		case h.random:
			args = []string{"-randprog.keep=" + c.random()}
		}
		if err := c.prove(s, args...); err != nil {
			return nil, err
		}
		log("%s: %.0f s, %d mutants reached", s.name, s.took.Seconds(), len(s.reaches))
	}
	var err error
	if h.corpora, err = c.corpora(h.numbers, h.random); err != nil {
		return nil, err
	}
	for _, k := range h.corpora {
		if err := c.proveTexts(k); err != nil {
			return nil, err
		}
		log("%s: %d packages in %.0f s, %d mutants reached", k.name, len(k.packages), k.took.Seconds(), len(k.reaches))
	}
	return h, nil
}

// few is how many packages are probed before all of them are.
const few = 6

// judge runs a mutant through the suites until it is caught.
func (h *hunt) judge(m *Mutant) Verdict {
	var v Verdict
	h.probeTexts(m, &v)
	h.runAll(h.quick, m, &v)
	h.probeNumbers(m, &v)
	h.runAll(h.slow, m, &v)
	return v
}

// runAll runs the suites that reach a mutant, until one fails.
func (h *hunt) runAll(suites []*suite, m *Mutant, v *Verdict) {
	for _, s := range suites {
		if v.Caught || !s.reaches[m.Number] {
			continue
		}
		v.Reached = true
		if o := h.try(h.trial(s, m.Number)); o.failed {
			*v = Verdict{Caught: true, Reached: true, By: s.name, How: o.how()}
		}
	}
}

// probeTexts compares the texts that are wanted, at first those of few cases.
func (h *hunt) probeTexts(m *Mutant, v *Verdict) {
	k := h.corpora[0]
	pkgs := k.reaches[m.Number]
	for _, part := range [][]string{pkgs[:min(few, len(pkgs))], pkgs[min(few, len(pkgs)):]} {
		if v.Caught || len(part) == 0 {
			continue
		}
		v.Reached = true
		if o, list := h.probe(k, h.probeTrial(k, m, "-first"), part); o.failed || other(list) != nil {
			*v = Verdict{Caught: true, Reached: true, Changed: true, By: k.name, How: howOf(o, list)}
		}
	}
}

// probeTrial returns the trial of the probe as a mutant.
func (h *hunt) probeTrial(k *corpus, m *Mutant, args ...string) trial {
	return trial{mutant: m.Number, limit: 4*k.took + 30*time.Second, program: h.bin("probe"), args: args}
}

// howOf says how a mutant shows in the texts.
func howOf(o outcome, list []finding) string {
	switch f := other(list); {
	case f == nil:
		return o.how()
	case f.fate == "changed":
		return "fails"
	case f.fate == "refused":
		return "refuses"
	default:
		return "panics"
	}
}

// other returns the first finding that is not the same, or nil.
func other(list []finding) *finding {
	i := slices.IndexFunc(list, func(f finding) bool { return f.fate != "same" })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// probeNumbers looks at the texts that nobody wants to be as they are. Where one is different, the tests compute with it.
func (h *hunt) probeNumbers(m *Mutant, v *Verdict) {
	var cases []string
	programs := false
	for _, k := range h.corpora[1:] {
		pkgs := k.reaches[m.Number]
		if v.Caught || len(pkgs) == 0 {
			continue
		}
		v.Reached = true
		o, list := h.probe(k, h.probeTrial(k, m), pkgs)
		for _, f := range list {
			if k.strict && (f.fate == "refused" || f.fate == "panics") {
				*v = Verdict{Caught: true, Reached: true, Changed: true, By: k.name, How: howOf(o, []finding{f})}
			}
			if f.fate != "same" && k.suite == h.numbers {
				cases = append(cases, path.Base(f.pkg))
			}
			programs = programs || f.fate != "same" && k.suite == h.random
		}
		if o.failed {
			*v = Verdict{Caught: true, Reached: true, By: k.name, How: o.how()}
		}
	}
	slices.Sort(cases)
	cases = slices.Compact(cases)
	v.Changed = v.Changed || len(cases) > 0 || programs
	if len(cases) > 0 {
		h.compute(h.numbers, m, v, "-only="+strings.Join(cases, ","))
	}
	if programs {
		h.compute(h.random, m, v)
	}
}

// compute runs a suite on what is different.
func (h *hunt) compute(s *suite, m *Mutant, v *Verdict, args ...string) {
	if v.Caught {
		return
	}
	if o := h.try(h.trial(s, m.Number, args...)); o.failed {
		*v = Verdict{Caught: true, Reached: true, Changed: true, By: s.name, How: o.how()}
	}
}
