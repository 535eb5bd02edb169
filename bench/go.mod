module github.com/godiff/godiff/bench

go 1.26.0

tool github.com/godiff/godiff/cmd/godiff

require (
	github.com/godiff/godiff v0.0.0
	gonum.org/v1/gonum v0.17.0
)

require (
	golang.org/x/mod v0.42.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
)

replace github.com/godiff/godiff => ../
