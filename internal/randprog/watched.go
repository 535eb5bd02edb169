package randprog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/godiff/godiff/internal/randprog/judge"
)

// suspect is a program one of whose derivatives is not a number, with the verdict about it.
type suspect struct {
	entry
	judge.Verdict
}

// excuse decides what becomes of the suspects. IEEE 754 has 0·∞ = NaN: where F passes through a value that overflows, or whose square or
// fourth power does, and goes on to a finite result (atan ∞ is one), no number is the right derivative. So F is run again at the point with
// every float on the way watched. If one was too large, the point is skipped; else the derivative is wrong.
func (k *check) excuse() error {
	if len(k.suspects) == 0 {
		return nil
	}
	for _, s := range k.suspects {
		src, err := watched(s.mangled(s.watcher(), s.suffix(), false))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(k.Dir, s.watcher(), "f.go"), src); err != nil {
			return err
		}
	}
	largest, err := k.watch()
	if err != nil {
		return err
	}
	for i, s := range k.suspects {
		if largest[i] < judge.Large {
			k.fail(s.entry, s.Failure)
		} else {
			k.report.Skipped++
		}
	}
	return nil
}

// watch returns the largest float that F of each suspect comes by at its point.
func (k *check) watch() ([]float64, error) {
	var imports, cases strings.Builder
	for _, s := range k.suspects {
		fmt.Fprintf(&imports, "\t%q\n", modulePath+"/"+s.watcher())
		fmt.Fprintf(&cases, "\t{Case: judge.Case{%s}, Point: %d},\n", k.primal(s.entry, s.watcher()), s.At)
	}
	main := fmt.Sprintf("package main\n\nimport (\n\t\"github.com/godiff/godiff/internal/randprog/judge\"\n%s)\n\nfunc main() { judge.Watch(points) }\n\nvar points = []judge.Watched{\n%s}\n",
		imports.String(), cases.String())
	if err := writeFile(filepath.Join(k.Dir, "watch", "main.go"), []byte(main)); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "run", "-mod=mod", "./watch")
	cmd.Dir = k.Dir
	cmd.Env = append(os.Environ(), "GOPROXY=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("watching floats: %v\n%s", err, stderr.Bytes())
	}
	var largest []float64
	return largest, json.Unmarshal(out, &largest)
}

// watcher returns the name of the package that holds the watched program.
func (e entry) watcher() string { return "s" + e.suffix() }

// watched returns a file whose operations on floats tell the judge of what they work on and what comes out: a*b is
//
//	judge.Seen(judge.Seen(a) * judge.Seen(b))
func watched(src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil), Error: func(error) {}}
	conf.Check("p", fset, []*ast.File{file}, info)
	var edits []edit
	told := map[ast.Expr]bool{}
	tell := func(e ast.Expr) {
		if tv := info.Types[e]; !told[e] && tv.IsValue() && tv.Value == nil && isFloat(tv.Type) {
			told[e] = true
			from, to := fset.Position(e.Pos()).Offset, fset.Position(e.End()).Offset
			edits = append(edits, edit{from, from, "judge.Seen("}, edit{to, to, ")"})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			tell(n)
			tell(n.X)
			tell(n.Y)
		case *ast.CallExpr:
			if info.Types[n].IsValue() {
				tell(n)
			}
			for _, a := range n.Args {
				tell(a)
			}
		}
		return true
	})
	at := fset.Position(file.Name.End()).Offset
	edits = append(edits, edit{at, at, "\n\nimport \"github.com/godiff/godiff/internal/randprog/judge\"\n"})
	return []byte(apply(string(src), edits)), nil
}

// isFloat reports whether t is a type of floats, or stands for none but those.
func isFloat(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		of := p.Constraint().Underlying().(*types.Interface)
		return types.Satisfies(types.Typ[types.Float64], of) && !types.Satisfies(types.Typ[types.Int], of)
	}
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}
