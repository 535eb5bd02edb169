package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/godiff/godiff/ast"
	"github.com/godiff/godiff/internal/compile"
	"github.com/godiff/godiff/internal/derive"
	"github.com/godiff/godiff/internal/vet"
)

func main() {
	if isVetTool(os.Args[1:]) {
		unitchecker.Main(vet.Analyzer)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// isVetTool reports whether the arguments are those with which go vet calls a tool: what it is, what flags it has, and a package to check.
func isVetTool(args []string) bool {
	return len(args) > 0 && (args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg"))
}

// Exit statuses.
const (
	exitDone  = 0
	exitShort = 1 // the code or the outputs fall short
	exitUsage = 2
)

// A command is a subcommand: its usage, what it does with the arguments after its name, and its exit status.
type command struct {
	name, usage string
	run         func(c *command, args []string, stdout, stderr io.Writer) int
}

var commands = []*command{
	{"generate", "[-check] [-n] [-v] [-disable=PASS,…] [packages]", runGenerate},
	{"show", "[-mode MODE] [-wrt p,q] [-stage NAME] [-disable=PASS,…] package Func|Type.Method", runShow},
	{"explain", "[-json | -html] [-mode MODE] [-wrt p,q] [-disable=PASS,…] package Func|Type.Method", runExplain},
	{"vet", "[packages]", runVet},
	{"version", "", runVersion},
}

// run runs the subcommand and is the one place where a mistake of the compiler, a panic, becomes a message.
func run(args []string, stdout, stderr io.Writer) (status int) {
	defer func() {
		if mistake := recover(); mistake != nil {
			fmt.Fprintf(stderr, "godiff: internal error: %v\n", mistake)
			if os.Getenv("GODIFF_TRACE") != "" {
				stderr.Write(debug.Stack())
			}
			status = exitShort
		}
	}()
	if len(args) == 0 {
		return usage(stderr)
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(c, args[1:], stdout, stderr)
		}
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		return exitDone
	}
	fmt.Fprintf(stderr, "godiff: unknown command %q\n", args[0])
	return usage(stderr)
}

func usage(w io.Writer) int {
	fmt.Fprintln(w, "usage:")
	for _, c := range commands {
		fmt.Fprintln(w, "\t"+strings.TrimSpace("godiff "+c.name+" "+c.usage))
	}
	return exitUsage
}

// wrong reports a wrong call of c.
func (c *command) wrong(stderr io.Writer, format string, args ...any) int {
	fmt.Fprintf(stderr, "godiff %s: %s\n", c.name, fmt.Sprintf(format, args...))
	c.printUsage(stderr)
	return exitUsage
}

func (c *command) printUsage(w io.Writer) {
	fmt.Fprintln(w, "usage: "+strings.TrimSpace("godiff "+c.name+" "+c.usage))
}

// parse parses the flags of c. Where that ends the command, it returns false and the exit status.
func (c *command) parse(flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (status int, ok bool) {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.printUsage(stdout)
		return exitDone, false
	case err != nil:
		return c.wrong(stderr, "%v", err), false
	}
	for _, arg := range flags.Args() {
		if strings.HasPrefix(arg, "-") {
			return c.wrong(stderr, "%s stands behind an argument; flags come first", arg), false
		}
	}
	return exitDone, true
}

func runGenerate(c *command, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	check := flags.Bool("check", false, "")
	print := flags.Bool("n", false, "")
	verbose := flags.Bool("v", false, "")
	disable := flags.String("disable", "", "")
	if status, ok := c.parse(flags, args, stdout, stderr); !ok {
		return status
	}
	if *check && *print {
		return c.wrong(stderr, "-check and -n exclude each other")
	}
	if file := goFile(flags.Args()); file != "" {
		return c.wrong(stderr, "%s is no package: directories and import paths are", file)
	}
	if pass := derive.WrongPass(deriveOptions(*disable)); pass != "" {
		return c.wrong(stderr, "%q is no optional pass", pass)
	}
	action := compile.Write
	switch {
	case *check:
		action = compile.Check
	case *print:
		action = compile.Print
	}
	return compile.Generate(compile.Options{
		Patterns: flags.Args(), Derive: deriveOptions(*disable), Action: action, Verbose: *verbose,
		Stdout: stdout, Stderr: stderr,
	})
}

func runVet(c *command, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	if status, ok := c.parse(flags, args, stdout, stderr); !ok {
		return status
	}
	if file := goFile(flags.Args()); file != "" {
		return c.wrong(stderr, "%s is no package: directories and import paths are", file)
	}
	return compile.Generate(compile.Options{
		Patterns: flags.Args(), Derive: derive.Options{Thorough: true}, Action: compile.Vet,
		Stdout: stdout, Stderr: stderr,
	})
}

// goFile returns the first of the patterns that is a file and no package, or "".
func goFile(patterns []string) string {
	for _, pattern := range patterns {
		if strings.HasSuffix(pattern, ".go") {
			return pattern
		}
	}
	return ""
}

func runShow(c *command, args []string, stdout, stderr io.Writer) int {
	opt, flags := derivativeFlags(c)
	flags.StringVar(&opt.Stage, "stage", "", "")
	if status, ok := c.parseDerivative(opt, flags, args, stdout, stderr); !ok {
		return status
	}
	if opt.Stage != "" && !slices.Contains(derive.Stages(), opt.Stage) {
		return c.wrong(stderr, "unknown stage %q; there are %s", opt.Stage, strings.Join(derive.Stages(), ", "))
	}
	if opt.Mode == "" {
		opt.Mode = ast.Grad.String()
	}
	return compile.Show(*opt)
}

func runExplain(c *command, args []string, stdout, stderr io.Writer) int {
	opt, flags := derivativeFlags(c)
	json := flags.Bool("json", false, "")
	html := flags.Bool("html", false, "")
	if status, ok := c.parseDerivative(opt, flags, args, stdout, stderr); !ok {
		return status
	}
	switch {
	case *json && *html:
		return c.wrong(stderr, "-json and -html exclude each other")
	case *json:
		opt.Format = compile.JSON
	case *html:
		opt.Format = compile.HTML
	}
	return compile.Explain(*opt)
}

// derivativeFlags returns the flags of a command that looks at one derivative.
func derivativeFlags(c *command) (*compile.ShowOptions, *flag.FlagSet) {
	opt, flags := new(compile.ShowOptions), flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.StringVar(&opt.Mode, "mode", "", "")
	flags.StringVar(&opt.Wrt, "wrt", "", "")
	flags.Func("disable", "", func(passes string) error {
		opt.Derive = deriveOptions(passes)
		return nil
	})
	return opt, flags
}

// parseDerivative parses the arguments of such a command. Where that ends it, it returns false and the exit status.
func (c *command) parseDerivative(opt *compile.ShowOptions, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (status int, ok bool) {
	if status, ok := c.parse(flags, args, stdout, stderr); !ok {
		return status, false
	}
	if _, known := ast.ParseMode(opt.Mode); opt.Mode != "" && !known {
		return c.wrong(stderr, "unknown mode %q", opt.Mode), false
	}
	if flags.NArg() != 2 {
		return c.wrong(stderr, "takes a package and a function"), false
	}
	if pass := derive.WrongPass(opt.Derive); pass != "" {
		return c.wrong(stderr, "%q is no optional pass", pass), false
	}
	opt.Package, opt.Func, opt.Stdout, opt.Stderr = flags.Arg(0), flags.Arg(1), stdout, stderr
	return exitDone, true
}

func deriveOptions(disable string) derive.Options {
	if disable == "" {
		return derive.Options{}
	}
	return derive.Options{Disable: strings.Split(disable, ",")}
}

func runVersion(c *command, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		return c.wrong(stderr, "takes no arguments")
	}
	version := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	fmt.Fprintf(stdout, "godiff %s %s\n", version, runtime.Version())
	return exitDone
}
