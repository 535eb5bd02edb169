package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A table is one in Markdown.
type table struct {
	strings.Builder
}

// newTable returns a table without rows. Its first column is flushed left, the others right.
func newTable(columns ...string) *table {
	t := new(table)
	t.add(columns...)
	t.add(slices.Concat([]string{"---"}, slices.Repeat([]string{"--:"}, len(columns)-1))...)
	return t
}

// add adds a row.
func (t *table) add(cells ...string) {
	fmt.Fprintf(t, "| %s |\n", strings.Join(cells, " | "))
}

// list returns the values as text with semicolons between.
func list[T any](text func(T) string, values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = text(v)
	}
	return strings.Join(texts, "; ")
}

// duration returns a time with three digits and a unit.
func duration(nanoseconds float64) string {
	units := []string{"ns", "µs", "ms", "s"}
	for nanoseconds >= 999.5 && len(units) > 1 {
		nanoseconds /= 1000
		units = units[1:]
	}
	return digits(nanoseconds) + " " + units[0]
}

// digits returns a number with three digits, no more than two of them after the point, or as an integer.
func digits(x float64) string {
	decimals := 2
	for limit := 9.995; decimals > 0 && x >= limit; limit *= 10 {
		decimals--
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// count returns a number as an integer, with commas between thousands.
func count(x float64) string {
	s := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// ratio returns a number with two decimals.
func ratio(x float64) string {
	return strconv.FormatFloat(math.Round(x*100)/100+0, 'f', 2, 64) // without the sign of -0
}
