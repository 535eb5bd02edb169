// Package golden tests the compiler by example: one file a construct, in testdata/golden and testdata/numeric, and one
// file a refusal, in testdata/refuse. It has no code but its tests.
//
// # Golden files
//
// A file of testdata/golden is a txtar archive that says in its comment what it shows, and holds
//
//	-- in.go --          a file of package p, with directives
//	-- points --         at which arguments the derivatives are checked
//	-- in_godiff.go --   the derivatives that are wanted
//
// A line of points is a function and arguments for it, "F: 1, 2" or "(*T).F: &T{1}, 2". Blank lines and lines that begin
// with # do not count. Instead of points, or beside them, a file check.go may declare a function Check(t *testing.T).
//
// A file of testdata/numeric is alike but has no wanted output: only its numbers are checked.
//
// Every file is derived three times: as it stands, with all modes, and with all modes and the optional passes switched
// off. All that comes out is checked against differences, and reverse against forward mode. As it stands, it must also be
// formatted, pass go vet, and be what is wanted, to the byte.
//
// # Promises
//
// The functions of all files with points are called at the points with arguments that nobody would give, and from several goroutines
// under the race detector; everything is derived once more elsewhere, and compiled for other machines. See package promises.
package golden
