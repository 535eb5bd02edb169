package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// Colours that readers tell apart who see few too (M. Okabe and K. Ito, Color Universal Design, 2008).
const (
	blue, orange, green, purple = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
)

// A figure is an SVG document in the making.
type figure struct{ bytes.Buffer }

// newFigure returns a white figure of a size in pixels.
func newFigure(width, height int, title string) *figure {
	f := new(figure)
	f.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="13">`, width, height)
	f.printf(`<title>%s</title>`, title)
	f.printf(`<rect width="%d" height="%d" fill="white"/>`, width, height)
	return f
}

// done ends the figure and returns the document.
func (f *figure) done() []byte {
	f.printf(`</svg>`)
	return f.Bytes()
}

// printf adds a line to the document.
func (f *figure) printf(format string, args ...any) { fmt.Fprintf(f, format+"\n", args...) }

// text writes at a point; anchor is start, middle or end.
func (f *figure) text(x, y float64, anchor, text string) {
	f.printf(`<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, text)
}

// line draws a line through points.
func (f *figure) line(points []vec, colour string, width float64) {
	var path strings.Builder
	for i, p := range points {
		fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(i, 1)], p.x, p.y)
	}
	f.printf(`<path d="%s" fill="none" stroke="%s" stroke-width="%g" stroke-linejoin="round"/>`, path.String(), colour, width)
}

// dot draws a filled circle.
func (f *figure) dot(p vec, radius float64, colour string) {
	f.printf(`<circle cx="%.1f" cy="%.1f" r="%g" fill="%s"/>`, p.x, p.y, radius, colour)
}

// drawThrows draws the room with the paths of the balls thrown: the first and the last, and faintly some between them.
func drawThrows(throws []vec, target vec) []byte {
	const width, height, left, bottom, scale = 760, 280, 190, 230, 90 // scale is pixels for a metre
	place := func(p vec) vec { return vec{left + scale*p.x, bottom - scale*p.y} }
	places := func(v vec, step int) (points []vec) {
		for t, p := range path(v) {
			if t%step == 0 {
				points = append(points, place(p))
			}
		}
		return points
	}
	f := newFigure(width, height, "A ball that learns to hit a target")
	f.room(place)
	for n := 4; n < len(throws)-1; n = n * 3 / 2 {
		f.line(places(throws[n], 10), "#d8d8d8", 1)
	}
	first, last := throws[0], throws[len(throws)-1]
	for _, drawn := range []struct {
		v      vec
		colour string
	}{{first, orange}, {last, blue}} {
		points := places(drawn.v, 10)
		f.line(points, drawn.colour, 2)
		for i := 0; i < len(points); i += 10 {
			f.dot(points[i], 3, drawn.colour)
		}
		f.dot(points[len(points)-1], 7, drawn.colour)
	}
	at := place(target)
	f.printf(`<circle cx="%.1f" cy="%.1f" r="12" fill="none" stroke="black" stroke-width="2"/>`, at.x, at.y)
	for i, name := range []string{"first throw", "last throw"} {
		x := 60 + 120*float64(i)
		f.line([]vec{{x, 23.5}, {x + 20, 23.5}}, []string{orange, blue}[i], 2)
		f.text(x+26, 28, "start", name)
	}
	return f.done()
}

// room draws the floor and the wall, with a scale of metres.
func (f *figure) room(place func(vec) vec) {
	corner, top := place(vec{wall, 0}), place(vec{wall, 2})
	f.printf(`<path d="M0 %.1fH%.1fV%.1fh12V%.1fH0z" fill="#b8b8b8"/>`, corner.y, corner.x, top.y, corner.y+12)
	for x := -1.0; x <= wall; x++ {
		at := place(vec{x, 0})
		f.text(at.x, at.y+30, "middle", fmt.Sprintf("%g m", x))
	}
}

// drawSprings draws where the carts have been seen, as dots, and where springs have them in a simulation, as lines: with two kinds of springs,
// beside each other.
func drawSprings(start row, seen []row, before, after *Springs) []byte {
	f := newFigure(800, 410, "Springs that are learned from how carts have moved")
	for i, s := range []*Springs{before, after} {
		title := []string{"before", "after"}[i] + fmt.Sprintf(": misfit %.2f cm", math.Sqrt(s.Misfit(start, seen)))
		f.springs(60+394*float64(i), title, start, seen, s)
	}
	return f.done()
}

// springs draws a lane for each cart, with 0 seconds at left, in pixels.
func (f *figure) springs(left float64, title string, start row, seen []row, s *Springs) {
	const top, lane, scale = 50, 76, 3.2 // in pixels: the last two for a cart and for a centimetre
	x := s.motion(start, every*len(seen))
	seconds := float64(len(x)-1) * instant
	place := func(cart, t int, x float64) vec {
		return vec{left + 310*float64(t)*instant/seconds, top + lane*(float64(cart)-0.5) - scale*x}
	}
	f.text(left, 24, "start", title)
	for cart := 1; cart <= carts; cart++ {
		zero := place(cart, 0, 0)
		f.line([]vec{zero, place(cart, len(x)-1, 0)}, "#dddddd", 1)
		f.text(zero.x-8, zero.y+4.5, "end", fmt.Sprintf("cart %d", cart))
		var curve []vec
		for t := 0; t < len(x); t += 4 {
			curve = append(curve, place(cart, t, x[t][cart]))
		}
		f.line(curve, []string{blue, orange, green, purple}[cart-1], 1.5)
		for j, places := range seen {
			f.dot(place(cart, every*(j+1), places[cart]), 2, "black")
		}
	}
	for second := range int(seconds) + 1 {
		f.text(place(0, int(float64(second)/instant), 0).x, top+lane*carts+18, "middle", fmt.Sprintf("%d s", second))
	}
	end := place(carts, len(x)-1, 0)
	f.line([]vec{{end.x + 6, end.y - 10*scale}, {end.x + 6, end.y}}, "black", 1.5)
	f.text(end.x+6, end.y-10*scale-5, "middle", "10 cm")
}
