// Package plot draws the curves of training as SVG: the loss on the training and the validation examples after each epoch.
//
//	chart := plot.Chart{Title: "Cross entropy", X: "epoch", Curves: []plot.Curve{
//		{Name: "training", Y: training},
//		{Name: "validation", Y: validation},
//	}}
//	err := os.WriteFile("loss.svg", chart.SVG(), 0o666)
//
// The same chart gives the same bytes on every machine.
package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Chart is curves in one pair of axes.
type Chart struct {
	Title  string
	X, Y   string // what the axes show
	Log    bool   // the axis of Y is logarithmic; what is less than 1e-300 is left out
	Curves []Curve
}

// A Curve is numbers by a name. Where a number is NaN, infinite or beyond ±1e300, the curve has a gap.
type Curve struct {
	Name string
	X    []float64 // increasing, one for each of Y; nil for 1, 2, 3, …
	Y    []float64
}

// The figure, in pixels: its size and the edges of the plot in it.
const (
	width, height = 640, 400
	left, right   = 84, 612
	top, bottom   = 72, 340
)

// colours tell curves apart, for readers who see few colours too (M. Okabe and K. Ito, Color Universal Design, 2008).
var colours = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"}

// SVG returns the chart as an SVG document. It panics if a curve has X and Y of different lengths.
func (c Chart) SVG() []byte {
	x, y := c.extent()
	x.fromZero()
	if !c.Log {
		y.fromZero()
	}
	d := &drawing{x: newAxis(x, left, right, false, 8), y: newAxis(y, bottom, top, c.Log, 6)}
	if d.x.whole() && d.x.step < 1 {
		d.x.between(1)
	}
	d.y.pad()
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="13">`, width, height)
	d.printf(`<title>%s</title>`, escape(c.Title))
	d.printf(`<rect width="%d" height="%d" fill="white"/>`, width, height)
	d.printf(`<text x="%d" y="28" font-size="16">%s</text>`, left, escape(c.Title))
	d.axes(c.X, c.Y)
	for i, curve := range c.Curves {
		d.curve(curve, colours[i%len(colours)], c.Log)
	}
	d.legend(c.Curves)
	d.printf(`</svg>`)
	return d.Bytes()
}

// A span is an interval of numbers.
type span struct{ low, high float64 }

// whole reports whether s begins and ends with whole numbers, as epochs are.
func (s span) whole() bool { return s.low == math.Trunc(s.low) && s.high == math.Trunc(s.high) }

func empty() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) add(v float64) { s.low, s.high = min(s.low, v), max(s.high, v) }

// extent returns between which numbers all points lie.
func (c Chart) extent() (x, y span) {
	x, y = empty(), empty()
	for _, curve := range c.Curves {
		if curve.X != nil && len(curve.X) != len(curve.Y) {
			panic(fmt.Sprintf("plot: curve %q has %d numbers X and %d Y", curve.Name, len(curve.X), len(curve.Y)))
		}
		for i, v := range curve.Y {
			x.add(curve.at(i))
			if drawable(v, c.Log) {
				y.add(v)
			}
		}
	}
	return x, y
}

// at returns the X of the point with an index.
func (c Curve) at(i int) float64 {
	if c.X == nil {
		return float64(i + 1)
	}
	return c.X[i]
}

// Numbers from least to most have a place on an axis, for there is something between them and what floats end with.
const least, most = 1e-300, 1e300

// drawable reports whether a number has a place on an axis.
func drawable(v float64, log bool) bool {
	return math.Abs(v) <= most && (!log || v >= least)
}

// A drawing is an SVG document in the making.
type drawing struct {
	bytes.Buffer
	x, y axis
}

// printf adds a line to the document.
func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func escape(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text))
	return b.String()
}

// axes draws the axes with their grid, ticks and titles.
func (d *drawing) axes(x, y string) {
	for _, v := range d.y.ticks {
		at := d.y.place(v)
		d.printf(`<path d="M%d %.1fH%d" stroke="#ddd"/>`, left, at, right)
		d.printf(`<text x="%d" y="%.1f" text-anchor="end">%s</text>`, left-8, at+4.5, d.y.label(v))
	}
	for _, v := range d.x.ticks {
		at := d.x.place(v)
		d.printf(`<path d="M%.1f %dv5" stroke="#333"/>`, at, bottom)
		d.printf(`<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, at, bottom+20, d.x.label(v))
	}
	d.printf(`<path d="M%d %dV%dH%d" fill="none" stroke="#333"/>`, left, top, bottom, right)
	d.printf(`<text x="%d" y="%d" text-anchor="middle">%s</text>`, (left+right)/2, bottom+44, escape(x))
	d.printf(`<text transform="translate(18 %d) rotate(-90)" text-anchor="middle">%s</text>`, (top+bottom)/2, escape(y))
}

// curve draws lines between neighbouring points, and a dot for a point that has no neighbours, or for each if they are few.
func (d *drawing) curve(c Curve, colour string, log bool) {
	var path strings.Builder
	few := len(c.Y) <= 30
	command := 'M'
	for i, v := range c.Y {
		if !drawable(v, log) {
			command = 'M'
			continue
		}
		x, y := d.x.place(c.at(i)), d.y.place(v)
		fmt.Fprintf(&path, "%c%.1f %.1f", command, x, y)
		alone := command == 'M' && (i+1 == len(c.Y) || !drawable(c.Y[i+1], log))
		if few || alone {
			d.printf(`<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>`, x, y, colour)
		}
		command = 'L'
	}
	d.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"/>`, path.String(), colour)
}

// legend writes the names of the curves with their last numbers above the plot, side by side.
func (d *drawing) legend(curves []Curve) {
	x := float64(left)
	for i, c := range curves {
		text := c.Name
		if n := len(c.Y); n > 0 {
			text += " " + strconv.FormatFloat(c.Y[n-1], 'g', 4, 64)
		}
		d.printf(`<path d="M%.0f 49.5h20" stroke="%s" stroke-width="2"/>`, x, colours[i%len(colours)])
		d.printf(`<text x="%.0f" y="54">%s</text>`, x+26, escape(text))
		x += 26 + 7.5*float64(len([]rune(text))) + 20
	}
}
