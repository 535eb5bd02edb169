// Package matrule x.
package matrule

//go:generate go tool godiff generate
