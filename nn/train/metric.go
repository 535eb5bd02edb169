package train

import (
	"fmt"
	"strings"

	"github.com/godiff/godiff/nn"
	"github.com/godiff/godiff/nn/shape"
)

// A Mean is the mean of a number over examples, such as the loss. The zero value is that of none.
type Mean struct {
	Sum float64
	N   int // the examples
}

// Add adds n examples, over which the mean is x.
func (m *Mean) Add(x float64, n int) {
	if n == 0 {
		return // though x may be NaN, as the mean over none is
	}
	m.Sum += x * float64(n)
	m.N += n
}

// Value returns the mean, NaN if it is of no examples.
func (m *Mean) Value() float64 { return m.Sum / float64(m.N) }

// Predict appends to dst the class that each row of scores, of shape examples × classes, gives most to: the first, where several have as
// much; a NaN is less than any number. It panics if scores is no matrix with at least one column.
func Predict[T nn.Float](dst []int, scores nn.Tensor[T]) []int {
	shape.Check(len(scores.Shape) == 2 && scores.Shape[1] > 0, "Predict", scores.Shape, nil)
	classes := scores.Shape[1]
	for i := range scores.Shape[0] {
		row := scores.Data[i*classes : (i+1)*classes]
		best := 0
		for k, v := range row {
			if v > row[best] || row[best] != row[best] && v == v {
				best = k
			}
		}
		dst = append(dst, best)
	}
	return dst
}

// A Confusion counts which classes were answered for examples of which.
type Confusion struct {
	Classes int
	Counts  []int // Classes × Classes: a row for each class that is right, a column for each that was answered
	answers []int
}

// NewConfusion returns a matrix of zeros.
func NewConfusion(classes int) *Confusion {
	return &Confusion{Classes: classes, Counts: make([]int, classes*classes)}
}

// Count counts the answers that [Predict] finds in scores, of shape len(labels) × c.Classes, for examples with these labels. It panics if
// scores has another shape or a label is not a class.
func Count[T nn.Float](c *Confusion, scores nn.Tensor[T], labels []int) {
	shape.Check(len(scores.Shape) == 2 && scores.Shape[0] == len(labels) && scores.Shape[1] == c.Classes,
		"Count", scores.Shape, []int{len(labels), c.Classes})
	shape.Indices("Count", "labels", labels, c.Classes)
	c.answers = Predict(c.answers[:0], scores)
	for i, label := range labels {
		c.Counts[label*c.Classes : (label+1)*c.Classes][c.answers[i]]++
	}
}

// Total returns the number of examples.
func (c *Confusion) Total() int {
	n := 0
	for _, count := range c.Counts {
		n += count
	}
	return n
}

// Right returns the number of examples for which the right class was answered.
func (c *Confusion) Right() int {
	n := 0
	for k := range c.Classes {
		n += c.Counts[k*c.Classes+k]
	}
	return n
}

// Accuracy returns the share of right answers, NaN if there are none at all.
func (c *Confusion) Accuracy() float64 { return float64(c.Right()) / float64(c.Total()) }

// Precision returns which share of the answers of a class are right, NaN if it was never answered.
func (c *Confusion) Precision(class int) float64 {
	n := 0
	for k := range c.Classes {
		n += c.Counts[k*c.Classes+class]
	}
	return float64(c.Counts[class*c.Classes+class]) / float64(n)
}

// Recall returns for which share of the examples of a class it was answered, NaN if there are none.
func (c *Confusion) Recall(class int) float64 {
	n := 0
	for k := range c.Classes {
		n += c.Counts[class*c.Classes+k]
	}
	return float64(c.Counts[class*c.Classes+class]) / float64(n)
}

// String returns the matrix as a table, with a dot for a zero.
func (c *Confusion) String() string {
	width := 3
	for _, n := range c.Counts {
		width = max(width, len(fmt.Sprint(n)))
	}
	var b strings.Builder
	b.WriteString("class │ answered\n      │")
	for k := range c.Classes {
		fmt.Fprintf(&b, " %*d", width, k)
	}
	fmt.Fprintf(&b, "\n──────┼%s\n", strings.Repeat("─", c.Classes*(width+1)))
	for i := range c.Classes {
		fmt.Fprintf(&b, "%5d │", i)
		for _, n := range c.Counts[i*c.Classes : (i+1)*c.Classes] {
			cell := "·"
			if n > 0 {
				cell = fmt.Sprint(n)
			}
			fmt.Fprintf(&b, " %*s", width, cell)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
