package explain

import (
	"fmt"
	"slices"
	"strings"
)

// Measures of the drawing, in pixels. The style has the same height of a row.
const (
	rowHeight = 20
	laneWidth = 16
	laneStart = 12 // from the code to the first lane
	corner    = 6
)

// Lanes are the drawing beside a derivative: a line for each variable that remembers something, from where it is written to where it is
// read.
type lanes struct {
	Width, Height int
	List          []*lane
}

// A lane is the line of one variable.
type lane struct {
	ID, Name, Title string
	Color           int // a number below 6
	X               int
	saves, reads    []int // rows
	to              []string
}

// newLanes returns the drawing of a derivative, and notes in its rows what is drawn to them.
func newLanes(v *view) *lanes {
	all := map[string]*lane{}
	var order []*lane
	find := func(name string) *lane {
		if all[name] == nil {
			all[name] = &lane{Name: name}
			order = append(order, all[name])
		}
		return all[name]
	}
	start := 0
	for _, f := range v.Functions {
		for _, l := range f.Lines {
			for _, name := range l.Saves {
				find(name).saves = append(find(name).saves, start+l.Line-1)
			}
			for _, name := range l.Reads {
				find(name).reads = append(find(name).reads, start+l.Line-1)
			}
		}
		start += len(tokenise(f.Text)) + 1
	}
	order = slices.DeleteFunc(order, func(l *lane) bool { return len(l.saves) == 0 || len(l.reads) == 0 })
	d := &lanes{Width: laneStart + len(order)*laneWidth, Height: len(v.Right) * rowHeight, List: order}
	if len(order) == 0 {
		d.Width = 0
	}
	// What is saved last is read first: its line is the innermost.
	slices.SortStableFunc(order, func(a, b *lane) int { return a.length() - b.length() })
	for i, l := range order {
		l.ID, l.Color, l.X = fmt.Sprintf("%ss%d", v.ID, i), i%6, d.Width-laneStart-i*laneWidth
		l.Title = v.title(l.Name)
		for _, n := range slices.Concat(l.saves, l.reads) {
			r := v.Right[n]
			r.Lanes, l.to = with(r.Lanes, l.ID), with(l.to, r.ID)
		}
	}
	return d
}

// title says what a variable remembers.
func (v *view) title(name string) string {
	text := name
	for _, n := range v.Remembered {
		if n.In == name {
			text += fmt.Sprintf("\n%s: %s, %s", n.About, n.Type, n.Size())
		}
	}
	return text
}

func (l *lane) length() int { return slices.Max(l.ends()) - slices.Min(l.ends()) }

func (l *lane) ends() []int { return slices.Concat(l.saves, l.reads) }

// Rows returns the IDs of the rows that the lane meets, as an attribute has them.
func (l *lane) Rows() string { return strings.Join(l.to, " ") }

// A tick is where a lane meets a row.
type tick struct {
	Path string
	Y    int
	Read bool
}

// Ticks returns where the lane meets the rows of a drawing as wide as width.
func (l *lane) Ticks(width int) []tick {
	top, bottom := middle(slices.Min(l.ends())), middle(slices.Max(l.ends()))
	var list []tick
	add := func(rows []int, read bool) {
		for _, n := range rows {
			y := middle(n)
			bend := 0 // towards the lane
			switch y {
			case top:
				bend = corner
			case bottom:
				bend = -corner
			}
			list = append(list, tick{fmt.Sprintf("M%d %dH%dQ%d %d %d %d", width-6, y, l.X+corner, l.X, y, l.X, y+bend), y, read})
		}
	}
	add(l.saves, false)
	add(l.reads, true)
	return list
}

// Head returns the path of an arrow's head.
func (t tick) Head(width int) string {
	return fmt.Sprintf("M%d %dl-8 -4.5v9z", width-1, t.Y)
}

// Dot returns where the end of a line that begins at a row is.
func (t tick) Dot(width int) int { return width - 5 }

// Line returns the path of the lane itself.
func (l *lane) Line() string {
	return fmt.Sprintf("M%d %dV%d", l.X, middle(slices.Min(l.ends()))+corner, middle(slices.Max(l.ends()))-corner)
}

// Middle returns where the name of the lane stands.
func (l *lane) Middle() int { return (middle(slices.Min(l.ends())) + middle(slices.Max(l.ends()))) / 2 }

func middle(row int) int { return row*rowHeight + rowHeight/2 }
