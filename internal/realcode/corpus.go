package main

// A Module is what packages are taken from.
type Module struct {
	Path, Version string
	Dir           string // where it lies; empty means that the go command fetches it
	Packages      []string
	Rules         []string // packages of rules that all of them import
}

// gonumRules is the module of rules for gonum.
const gonumRules = "github.com/godiff/godiff/rules/gonum"

// corpus is the modules with the packages of them, by path below the module's.
var corpus = []Module{
	{Path: "gonum.org/v1/gonum", Version: "v0.17.0", Packages: []string{
		"floats", "stat", "stat/distuv", "mathext", "integrate", "interp", "dsp/window", "optimize/functions", "spatial/r2", "spatial/r3",
	}, Rules: []string{
		gonumRules + "/blas64rule", gonumRules + "/floatsrule", gonumRules + "/matrule",
	}},
	{Path: "github.com/aclements/go-moremath", Version: "v0.0.0-20210112150236-f10218a38794", Packages: []string{
		"mathx", "scale", "stats", "vec",
	}},
	{Path: "github.com/golang/geo", Version: "v0.0.0-20260818125358-b200a1149890", Packages: []string{
		"earth", "r1", "r2", "r3", "s1", "s2",
	}},
	{Path: "github.com/lucasb-eyer/go-colorful", Version: "v1.4.1", Packages: []string{"."}},
	{Path: "github.com/montanaflynn/stats", Version: "v0.14.0", Packages: []string{"."}},
	{Path: "github.com/paulmach/orb", Version: "v0.14.0", Packages: []string{
		".", "clip", "geo", "planar", "project", "resample", "simplify",
	}},
}
