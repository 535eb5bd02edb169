package main

import (
	"bytes"
	"fmt"
	"math"
)

// The figure, in pixels: its width, the edges of the bars in it, and the height of what a function takes.
const (
	width       = 760
	left, right = 150, 720
	top, pitch  = 84, 34
)

// A figure is an SVG document of bars on a logarithmic axis of ratios, which they begin at 1.
type figure struct {
	bytes.Buffer
	low, high float64 // the ratios at the edges, powers of two
}

// A bar is the name, colour and value of a ratio.
type bar struct {
	name, colour string
	of           func(row) float64
}

var bars = []bar{
	{"generated ÷ by hand", "#0b62a4", row.toHand},
	{"generated ÷ primal", "#c2410c", row.toPrimal},
}

// chart returns the ratios of all rows as an SVG document.
func chart(rows []row) []byte {
	f := newFigure(rows)
	height := top + pitch*len(rows) + 40
	f.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="13">`, width, height)
	f.printf(`<title>Time of generated derivatives</title>`)
	f.printf(`<rect width="%d" height="%d" fill="white"/>`, width, height)
	f.printf(`<text x="%d" y="28" font-size="15">Time of generated derivatives</text>`, left)
	f.legend()
	f.axis(top + pitch*len(rows))
	for i, r := range rows {
		f.row(r, top+pitch*i)
	}
	f.printf(`</svg>`)
	return f.Bytes()
}

// newFigure returns an empty figure with room for the ratios of all rows.
func newFigure(rows []row) *figure {
	f := &figure{low: 1, high: 2}
	for _, r := range rows {
		for _, b := range bars {
			for f.low > b.of(r) {
				f.low /= 2
			}
			for f.high < b.of(r) {
				f.high *= 2
			}
		}
	}
	return f
}

// legend writes what the colours mean.
func (f *figure) legend() {
	for i, b := range bars {
		x := left + 200*i
		f.printf(`<rect x="%d" y="44" width="12" height="12" fill="%s"/>`, x, b.colour)
		f.printf(`<text x="%d" y="55">%s</text>`, x+18, b.name)
	}
}

// axis draws a line for each power of two, down to the given height.
func (f *figure) axis(bottom int) {
	for v := f.low; v <= f.high; v *= 2 {
		colour := "#ddd"
		if v == 1 {
			colour = "#333"
		}
		f.printf(`<path d="M%.1f %dV%d" stroke="%s"/>`, f.x(v), top-8, bottom, colour)
		f.printf(`<text x="%.1f" y="%d" text-anchor="middle">%g</text>`, f.x(v), bottom+20, v)
	}
}

// row draws the bars of a function below the given height.
func (f *figure) row(r row, y int) {
	f.printf(`<text x="%d" y="%d" text-anchor="end">%s</text>`, left-10, y+17, r.Name)
	for i, b := range bars {
		value := b.of(r)
		from, to := min(f.x(1), f.x(value)), max(f.x(1), f.x(value))
		f.printf(`<rect x="%.1f" y="%d" width="%.1f" height="11" fill="%s"/>`, from, y+13*i, to-from, b.colour)
		f.printf(`<text x="%.1f" y="%d" font-size="10">%s</text>`, to+4, y+13*i+9, ratio(value))
	}
}

// x returns where a ratio is drawn.
func (f *figure) x(ratio float64) float64 {
	return left + (right-left)*math.Log(ratio/f.low)/math.Log(f.high/f.low)
}

// printf adds a line to the document.
func (f *figure) printf(format string, args ...any) {
	fmt.Fprintf(f, format+"\n", args...)
}
