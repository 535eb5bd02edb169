package gradcheck

import (
	"fmt"
	"reflect"
	"unsafe"
)

// checkHVP checks a derivative of the form FHVP.
func checkHVP(c *check) {
	x := c.joint.instance()
	along := c.tangent()
	given := c.inputShadows(x, along.speeds())
	out, ok := c.derive(x, c.wrtRoots(given)...)
	if !ok {
		return
	}
	c.compareGiven("v", given)
	if c.base.failed() {
		c.compareZero(c.sig.shadows("h"), out)
		return
	}
	got := c.fresh(anyParam, out, x, given.instance)
	var items []item
	for i, cell := range c.wrt.cells {
		if got.read[i] {
			plans := c.mixedPlans(pace(c.initial(cell)), 1)
			if s := c.scale(along); s < 1e-3 {
				plans = append(plans, c.mixedPlans(pace(c.initial(cell)), s)...)
			}
			want := estimate{}
			if !c.constants[i] {
				want = c.mixedSlope(c.readResults, axis(cell), along, plans)
			}
			items = append(items, c.cellItem("h", i, got.sum[i], want))
		}
	}
	c.judge(items)
}

// checkHessian checks a derivative of the form FHessian.
func checkHessian(c *check) {
	x := c.joint.instance()
	out, ok := c.derive(x)
	if !ok {
		return
	}
	if c.base.failed() {
		c.compareZero([]field{{name: "the Hessian"}}, out)
		return
	}
	if _, scalar, _ := c.sig.vector(); scalar {
		c.judge([]item{{"h", "h", out[0].Float(), c.secondSlope(0, 0)}})
		return
	}
	n := len(c.wrt.cells)
	if !c.compareShape(out[0], n, n, x) {
		return
	}
	var items []item
	for i := range n {
		for j := range i + 1 {
			want := c.secondSlope(i, j)
			items = append(items, matrixItem("h", out[0], i, j, want))
			if i != j {
				items = append(items, matrixItem("h", out[0], j, i, want))
			}
		}
	}
	c.judge(items)
}

// secondSlope estimates the second derivative by floats i and j of W.
func (c *check) secondSlope(i, j int) estimate {
	if c.constants[i] || c.constants[j] {
		return estimate{}
	}
	a, b := c.wrt.cells[i], c.wrt.cells[j]
	return c.mixedSlope(c.readResults, axis(a), axis(b), c.mixedPlans(pace(c.initial(a)), pace(c.initial(b))))
}

// checkJacobian checks a derivative of the form FJacobian.
func checkJacobian(c *check) {
	x := c.joint.instance()
	out, ok := c.derive(x)
	if !ok {
		return
	}
	if c.base.failed() {
		c.compareZero([]field{{name: "the Jacobian"}}, out)
		return
	}
	rows := len(c.readResults(c.base))
	if !c.compareShape(out[0], rows, len(c.wrt.cells), x) {
		return
	}
	var items []item
	for j := range c.wrt.cells {
		for i, want := range c.slopesBy(j, rows, c.readResults, nil) {
			items = append(items, matrixItem("jacobian", out[0], i, j, want))
		}
	}
	c.judge(items)
}

// compareShape checks that m is a matrix of the given size whose rows are apart from each other and from x, and reports
// whether it is.
func (c *check) compareShape(m reflect.Value, rows, columns int, x *instance) bool {
	if m.Len() != rows {
		c.report("shape", "the matrix has %d rows, want %d", m.Len(), rows)
		return false
	}
	first := map[unsafe.Pointer]int{} // the row that an element was first met in
	for i := range rows {
		row := m.Index(i)
		if row.Len() != columns {
			c.report("shape", "row %d of the matrix has length %d, want %d", i, row.Len(), columns)
			return false
		}
		for j := range columns {
			p := row.Index(j).Addr().UnsafePointer()
			if before, ok := first[p]; ok {
				c.report("shape", "rows %d and %d of the matrix share memory", before, i)
				return false
			}
			first[p] = i
			if at, ok := x.find(p); ok {
				c.report("shape", "row %d of the matrix shares memory with %s", i, c.joint.path(at))
				return false
			}
		}
	}
	return true
}

func matrixItem(name string, m reflect.Value, i, j int, want estimate) item {
	return item{name, fmt.Sprintf("%s[%d][%d]", name, i, j), m.Index(i).Index(j).Float(), want}
}
