// Package bodies holds the bodies of functions of the standard library as godiff differentiates them: plain Go that computes the same.
// A comment //bodies:of and the name of the function stands before each. The compiler carries this package as source.
package bodies

import "embed"

//go:embed iterators.go others.go slices.go sort.go
var files embed.FS

// Files returns the source files of the package.
func Files() embed.FS { return files }
