package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// survivorsFile holds why mutants may survive: of each its key, on a line, and below a sentence, indented.
const survivorsFile = "internal/mutants/survivors.txt"

// readReasons returns why mutants may survive, by their keys.
func readReasons(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	reasons := map[string]string{}
	key := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, "\t"):
			key = line
			if _, ok := reasons[key]; ok {
				return nil, fmt.Errorf("%s: twice: %s", path, key)
			}
			reasons[key] = ""
		case key == "":
			return nil, fmt.Errorf("%s: a reason of nothing: %s", path, line)
		default:
			reasons[key] = strings.TrimSpace(reasons[key] + " " + strings.TrimSpace(line))
		}
	}
	return reasons, nil
}

// unexplained returns the survivors that have no reason although they have been judged, and the reasons of mutants that do not survive.
func unexplained(mutants []*Mutant, verdicts map[string]Verdict, reasons map[string]string) (missing, idle []string) {
	survives := map[string]bool{}
	for _, m := range mutants {
		key := m.Key()
		if verdicts[key].Caught {
			continue
		}
		survives[key] = true
		if reasons[key] == "" && verdicts[key].judged() {
			missing = append(missing, key)
		}
	}
	for key := range reasons {
		if !survives[key] {
			idle = append(idle, key)
		}
	}
	slices.Sort(idle)
	return missing, idle
}
