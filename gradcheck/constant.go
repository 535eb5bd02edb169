package gradcheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// findConstants notes which floats of W the derivative takes for constants. It is an error if a name of Without leads to none.
func (c *check) findConstants() error {
	c.constants = make([]bool, len(c.wrt.cells))
	for _, name := range c.without {
		expr, found := c.expression(name), false
		for i, cell := range c.wrt.cells {
			if isPart(c.inputs.path(cell.place), expr) {
				c.constants[i], found = true, true
			}
		}
		if !found {
			return fmt.Errorf("Without(%q) names no floats of the parameters to differentiate with respect to", name)
		}
	}
	return nil
}

// expression returns a name of Without with that of the parameter for its position.
func (c *check) expression(name string) string {
	end := strings.IndexAny(name+".", ".[")
	if n, err := strconv.Atoi(name[:end]); err == nil && n >= 0 && n < len(c.sig.params) {
		return c.sig.params[n].name + name[end:]
	}
	return name
}

// isPart reports whether an expression is that of a value or of a part of it.
func isPart(expr, value string) bool {
	rest, ok := strings.CutPrefix(expr, value)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// isConstant reports whether a place of an image of the parameters is that of a constant.
func (c *check) isConstant(g *image, at place) bool {
	if len(c.without) == 0 {
		return false
	}
	path := g.path(at)
	return slices.ContainsFunc(c.without, func(name string) bool { return isPart(path, c.expression(name)) })
}

// slopesBy estimates the derivatives by float i of W of the n outputs of a reading; those by constants are zero.
func (c *check) slopesBy(i, n int, read func(outcome) []float64, weights []float64) []estimate {
	if c.constants[i] {
		return make([]estimate, n)
	}
	cell := c.wrt.cells[i]
	return c.slopes(read, weights, axis(cell), c.plansFor(cell))
}
