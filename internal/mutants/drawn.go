package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
)

// drawnFile holds the mutants that are drawn, one a line: its key, and between tabs the last verdict, if there is one.
//
//	KEY	texts	fails	4eab165                  the suite that caught it, in which way, at which version
//	KEY	survives	texts; transform	4eab165     the suites that did not catch it
//	KEY	unreached	texts; transform	4eab165    and none of them runs its code
const drawnFile = "internal/mutants/drawn.txt"

const drawnHead = "# The mutants that are drawn. Behind each: what caught it last and how, or that it survived, and what; and which version that was.\n"

// A drawnList is what the file holds.
type drawnList struct {
	keys     []string
	verdicts map[string]Verdict // by the keys of mutants; none for those that have not been judged
}

// readDrawn reads the file. It is empty if there is none.
func readDrawn(path string) (*drawnList, error) {
	list := &drawnList{verdicts: map[string]Verdict{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "\t")
		list.keys = append(list.keys, columns[0])
		switch len(columns) {
		case 1:
		case 4:
			list.verdicts[columns[0]] = verdictOf(columns[1], columns[2], columns[3])
		default:
			return nil, fmt.Errorf("%s: want a key, or a key and three columns: %s", path, line)
		}
	}
	return list, nil
}

// verdictOf returns the verdict of the columns behind a key.
func verdictOf(by, how, version string) Verdict {
	var v Verdict
	switch by {
	case "survives", "unreached":
		v.Reached = by == "survives"
		if how != "" {
			v.Passed = strings.Split(how, "; ")
		}
	default:
		v.Reached = true
		v.caught(by, how)
	}
	v.Version, v.ByHand = strings.CutSuffix(version, byHand)
	return v
}

// byHand stands behind the version of a verdict that was entered by hand, after a suite had been run for one mutant.
const byHand = ", by hand"

// columns returns what verdictOf reads.
func (v Verdict) columns() []string {
	version := v.Version
	if v.ByHand {
		version += byHand
	}
	switch {
	case v.Caught:
		return []string{v.By, v.How, version}
	case v.Reached:
		return []string{"survives", strings.Join(v.Passed, "; "), version}
	}
	return []string{"unreached", strings.Join(v.Passed, "; "), version}
}

// writeDrawn writes mutants and their verdicts.
func writeDrawn(path string, mutants []*Mutant, verdicts map[string]Verdict) error {
	var b strings.Builder
	b.WriteString(drawnHead)
	for _, m := range mutants {
		columns := []string{m.Key()}
		if v := verdicts[m.Key()]; v.judged() {
			columns = append(columns, v.columns()...)
		}
		b.WriteString(strings.Join(columns, "\t") + "\n")
	}
	return os.WriteFile(path, []byte(b.String()), 0o666)
}

// versionOf names the version of a module: its commit, and that it has been changed since, this command and pages aside.
func versionOf(root string) (string, error) {
	git := func(args ...string) (string, error) {
		c := exec.Command("git", args...)
		c.Dir = root
		out, err := c.Output()
		if err != nil {
			return "", fmt.Errorf("%s: %w", c, err)
		}
		return strings.TrimSpace(string(out)), nil
	}
	commit, err := git("rev-parse", "--short", "HEAD")
	if err != nil {
		return "", err
	}
	changed, err := git("status", "--porcelain", "--", ".", ":!internal/mutants", ":!*.md")
	if changed != "" {
		commit += "-dirty"
	}
	return commit, err
}

// again names the stage in which the suite that caught a mutant last is run, or is "".
func (v Verdict) again() string {
	if v.By == "numbers" {
		return "all modes"
	}
	return v.By
}
