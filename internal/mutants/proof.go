package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A proof is what a suite did with no mutant on. The directory of a hunt keeps the proofs, since they take some minutes.
type proof struct {
	Suite   string
	Of      string // the sum of what was tested
	Took    time.Duration
	Reaches []int            // of a suite
	Texts   map[int][]string // of a corpus
}

// proofs are kept in a file.
type proofs struct {
	path string
	of   string
	list []proof
}

// openProofs returns the proofs that a file has of a module as it is.
func openProofs(path, module string) (*proofs, error) {
	of, err := sum(module)
	if err != nil {
		return nil, err
	}
	p := &proofs{path: path, of: of}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	var all []proof
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	for _, proven := range all {
		if proven.Of == of {
			p.list = append(p.list, proven)
		}
	}
	return p, nil
}

// tell sets what is known of a suite, and reports whether anything is.
func (p *proofs) tell(s *suite) bool {
	for _, proven := range p.list {
		if proven.Suite == s.name {
			s.took, s.reaches = proven.Took, map[int]bool{}
			for _, n := range proven.Reaches {
				s.reaches[n] = true
			}
			return true
		}
	}
	return false
}

// tellTexts sets what is known of a corpus, and reports whether anything is.
func (p *proofs) tellTexts(k *corpus) bool {
	for _, proven := range p.list {
		if proven.Suite == "texts: "+k.name {
			k.took, k.reaches = proven.Took, proven.Texts
			return true
		}
	}
	return false
}

// add adds what is known of a suite.
func (p *proofs) add(s *suite) error {
	return p.write(proof{Suite: s.name, Took: s.took, Reaches: slices.Sorted(maps.Keys(s.reaches))})
}

// addTexts adds what is known of a corpus.
func (p *proofs) addTexts(k *corpus) error {
	return p.write(proof{Suite: "texts: " + k.name, Took: k.took, Texts: k.reaches})
}

func (p *proofs) write(proven proof) error {
	proven.Of = p.of
	p.list = append(p.list, proven)
	text, err := json.Marshal(p.list)
	if err != nil {
		return err
	}
	return os.WriteFile(p.path, text, 0o666)
}

// sum returns a sum of the files of a module that tests depend on.
func sum(module string) (string, error) {
	hash := sha256.New()
	err := filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(module, path)
		if err != nil {
			return err
		}
		if d.IsDir() || strings.HasPrefix(filepath.ToSlash(rel), "internal/mutants/") || filepath.Ext(path) == ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Fprintf(hash, "%s %d\n%s", rel, len(text), text)
		return nil
	})
	return fmt.Sprintf("%x", hash.Sum(nil)), err
}
