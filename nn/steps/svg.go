package steps

import (
	"bytes"
	"fmt"
)

// The drawing, in pixels: between the layers, between the units of a layer, and the size of a unit.
const (
	across, down = 230, 132
	radius       = 34
	margin       = 70
	titleHeight  = 50
)

// Colours: of values and of adjoints.
const valueColour, adjointColour = "#1a1a1a", "#c2410c"

// A drawing is an SVG document in the making.
type drawing struct {
	bytes.Buffer
	step *Step
	rows int // the units of the largest layer
}

// SVG draws the network: in the units the inputs and activations and their adjoints, on the edges the weights and theirs, below the units
// the biases and theirs.
func (s *Step) SVG() []byte {
	d := &drawing{step: s, rows: len(s.X)}
	for _, l := range s.Before.Layers {
		d.rows = max(d.rows, l.W.Shape[1])
	}
	layers := len(s.Before.Layers)
	width, height := 2*margin+across*layers+90, titleHeight+2*margin+down*(d.rows-1)+30
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="13" text-anchor="middle">`, width, height)
	d.printf(`<title>A step of training: values and adjoints</title>`)
	d.printf(`<rect width="%d" height="%d" fill="white"/>`, width, height)
	d.printf(`<text x="%d" y="28" font-size="15" text-anchor="start">Values and <tspan fill="%s">adjoints</tspan>; loss %s</text>`, margin-radius, adjointColour, number(s.Loss))
	for k := range layers {
		d.edges(k)
	}
	for k := range layers + 1 {
		d.units(k)
	}
	for j, y := range s.Y {
		x, at := d.place(layers, j, len(s.Y))
		d.printf(`<text x="%.0f" y="%.1f" text-anchor="start">y = %s</text>`, x+radius+10, at+4.5, number(y))
	}
	d.printf(`</svg>`)
	return d.Bytes()
}

// printf adds a line to the document.
func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// place returns the centre of unit i of n in a column.
func (d *drawing) place(column, i, n int) (x, y float64) {
	return float64(margin + across*column), float64(titleHeight+margin) + down*(float64(i)+float64(d.rows-n)/2)
}

// edges draws the edges into layer k, and then their weights. Those are so far along the edges that all of them are equally far apart.
func (d *drawing) edges(k int) {
	w, g := d.step.Before.Layers[k].W, d.step.Gradient.Layers[k].W
	n, m := w.Shape[0], w.Shape[1]
	ends := func(i, j int) (x1, y1, x2, y2 float64) {
		x1, y1 = d.place(k, i, n)
		x2, y2 = d.place(k+1, j, m)
		return x1, y1, x2, y2
	}
	for i := range n {
		for j := range m {
			x1, y1, x2, y2 := ends(i, j)
			d.printf(`<path d="M%.1f %.1fL%.1f %.1f" stroke="#999"/>`, x1, y1, x2, y2)
		}
	}
	along := min(1/float64(m+1), 0.3)
	for i := range n {
		for j := range m {
			x1, y1, x2, y2 := ends(i, j)
			d.pair(x1+along*(x2-x1)+14, y1+along*(y2-y1), w.At(i, j), g.At(i, j))
		}
	}
}

// units draws the inputs, for column 0, or the units of a layer.
func (d *drawing) units(column int) {
	s, name := d.step, "x"
	values, adjoints, bias := s.X, []float64(nil), false
	if column > 0 {
		name = layer("a", column-1)
		values, adjoints = find(s.Trace.Values, name), find(s.Trace.Adjoints, name)
		bias = len(s.Before.Layers[column-1].B.Data) > 0
	}
	for i, v := range values {
		x, y := d.place(column, i, len(values))
		d.printf(`<circle cx="%.1f" cy="%.1f" r="%d" fill="#eef4fb" stroke="#0b62a4" stroke-width="1.5"/>`, x, y, radius)
		d.printf(`<text x="%.1f" y="%.1f" fill="#0b62a4">%s</text>`, x, y-radius-6, element(name, i))
		if adjoints == nil {
			d.printf(`<text x="%.1f" y="%.1f">%s</text>`, x, y+4.5, short(v))
			continue
		}
		d.pair(x, y, v, adjoints[i])
		if bias {
			b, g := s.Before.Layers[column-1].B.Data[i], s.Gradient.Layers[column-1].B.Data[i]
			d.printf(`<text x="%.1f" y="%.1f" font-size="11">b %s <tspan fill="%s">%s</tspan></text>`, x, y+radius+14, short(b), adjointColour, short(g))
		}
	}
}

// pair writes a value and its adjoint below it.
func (d *drawing) pair(x, y, value, adjoint float64) {
	d.printf(`<g font-size="11" stroke="white" stroke-width="3" paint-order="stroke" stroke-linejoin="round">`)
	d.printf(`<text x="%.1f" y="%.1f" fill="%s">%s</text>`, x, y-2, valueColour, short(value))
	d.printf(`<text x="%.1f" y="%.1f" fill="%s">%s</text></g>`, x, y+11, adjointColour, short(adjoint))
}

// short writes a number with three digits.
func short(v float64) string { return minus(fmt.Sprintf("%.3g", v)) }
