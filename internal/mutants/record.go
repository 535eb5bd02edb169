package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
)

// A record is a file with verdicts, one a line, of which later ones count. A run that was broken off goes on from there.
type record struct {
	path     string
	verdicts map[string]Verdict // by the keys of mutants
}

// A recordLine is a line of the file.
type recordLine struct {
	Mutant string
	Verdict
}

// openRecord returns what a file records of the module with a sum.
func openRecord(path, of string) (*record, error) {
	r := &record{path: path, verdicts: map[string]Verdict{}}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line recordLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, err
		}
		if line.Of == of {
			r.verdicts[line.Mutant] = line.Verdict
		}
	}
	return r, lines.Err()
}

// add writes a verdict.
func (r *record) add(mutant string, v Verdict) error {
	r.verdicts[mutant] = v
	line, err := json.Marshal(recordLine{mutant, v})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(r.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
