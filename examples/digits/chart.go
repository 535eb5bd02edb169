package main

import (
	"bytes"
	"fmt"
	"math"
)

// The figure, in pixels: its size and the edges of the plot in it.
const (
	width, height = 640, 400
	left, right   = 64, 504
	top, bottom   = 56, 344
)

// A chart is an SVG document in the making. Its axis of epochs is even, that of losses logarithmic.
type chart struct {
	bytes.Buffer
	epochs    int // at the right edge; 0 is at the left
	low, high int // the numbers of the round losses at the bottom and at the top
	curves    []curve
}

// A curve is the loss after each epoch, from 1.
type curve struct {
	name, colour string
	losses       []float64
}

// svg returns the loss curves as an SVG document.
func (r result) svg() []byte {
	c := newChart(curve{"held back", "#c2410c", r.test}, curve{"training", "#0b62a4", r.training})
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="13">`, width, height)
	c.printf(`<title>Mean cross-entropy after each epoch</title>`)
	c.printf(`<rect width="%d" height="%d" fill="white"/>`, width, height)
	c.axes()
	c.lines()
	c.printf(`</svg>`)
	return c.Bytes()
}

// newChart returns an empty chart with room for the given curves.
func newChart(curves ...curve) *chart {
	c := &chart{curves: curves, epochs: 1}
	low, high := math.Inf(1), 0.0
	for _, curve := range curves {
		c.epochs = max(c.epochs, len(curve.losses))
		for _, loss := range curve.losses {
			if drawable(loss) {
				low, high = min(low, loss), max(high, loss)
			}
		}
	}
	if high == 0 {
		low, high = 1, 1
	}
	c.low = 3*int(math.Floor(math.Log10(low))) - 3
	for round(c.low+1) <= low {
		c.low++
	}
	for c.high = c.low + 1; round(c.high) < high; {
		c.high++
	}
	return c
}

// axes draws the axes with their grid, ticks and titles.
func (c *chart) axes() {
	c.printf(`<text x="%d" y="%d" font-size="15">Mean cross-entropy after each epoch</text>`, left, top-24)
	step := 1
	if decades := (c.high - c.low) / 3; decades > 4 {
		step = 3 * (1 + decades/10) // only powers of ten
		c.low -= ((c.low % 3) + 3) % 3
	}
	for n := c.low; n <= c.high; n += step {
		y := c.y(round(n))
		c.printf(`<path d="M%d %.1fH%d" stroke="#ddd"/>`, left, y, right)
		c.printf(`<text x="%d" y="%.1f" text-anchor="end">%.3g</text>`, left-8, y+4.5, round(n))
	}
	c.printf(`<path d="M%d %dV%dH%d" fill="none" stroke="#333"/>`, left, top, bottom, right)

	n := 0
	for float64(c.epochs)/round(n) > 8 {
		n++
	}
	for epoch := 0; epoch <= c.epochs; epoch += int(round(n)) {
		c.printf(`<path d="M%.1f %dv5" stroke="#333"/>`, c.x(epoch), bottom)
		c.printf(`<text x="%.1f" y="%d" text-anchor="middle">%d</text>`, c.x(epoch), bottom+20, epoch)
	}
	c.printf(`<text x="%d" y="%d" text-anchor="middle">epoch</text>`, (left+right)/2, bottom+42)
}

// lines draws the curves and writes the name and the last loss of each at its right end, in the order of the curves,
// without overlap.
func (c *chart) lines() {
	const apart = 18.0
	free := math.Inf(-1)
	for _, curve := range c.curves {
		final := curve.losses[len(curve.losses)-1]
		free = max(free, c.y(final))
		c.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`, c.path(curve.losses), curve.colour)
		c.printf(`<text x="%d" y="%.1f" fill="%s">%s %.4f</text>`, right+8, free+4.5, curve.colour, curve.name, final)
		free += apart
	}
}

// path returns the drawing commands for a curve. A loss that has no place on the axis leaves a gap.
func (c *chart) path(losses []float64) string {
	var b bytes.Buffer
	command := 'M'
	for i, loss := range losses {
		if !drawable(loss) {
			command = 'M'
			continue
		}
		fmt.Fprintf(&b, "%c%.1f %.1f", command, c.x(i+1), c.y(loss))
		command = 'L'
	}
	return b.String()
}

// x returns where an epoch is drawn.
func (c *chart) x(epoch int) float64 {
	return left + (right-left)*float64(epoch)/float64(c.epochs)
}

// y returns where a loss is drawn: zero at the bottom, infinity and NaN at the top.
func (c *chart) y(loss float64) float64 {
	if !drawable(loss) {
		if loss == 0 {
			return bottom
		}
		return top
	}
	share := math.Log(loss/round(c.low)) / math.Log(round(c.high)/round(c.low))
	return bottom - (bottom-top)*share
}

// printf adds a line to the document.
func (c *chart) printf(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// drawable reports whether a loss has a place on a logarithmic axis.
func drawable(loss float64) bool {
	return loss > 0 && !math.IsInf(loss, 1)
}

// round returns the n-th of the round numbers …, 0.5, 1, 2, 5, 10, …, where the number of 1 is 0.
func round(n int) float64 {
	decade := math.Floor(float64(n) / 3)
	return []float64{1, 2, 5}[n-3*int(decade)] * math.Pow(10, decade)
}
