package gradcheck

import (
	"fmt"
	"math"
	"testing"
)

// most is how many findings of a kind are reported one by one.
const most = 10

// findings are what is wrong, in the order in which it was found.
type findings struct {
	about string // what the next ones begin with
	list  []string
	kinds []string
	count map[string]int
}

// report adds a finding of a kind: a parameter whose derivative is wrong, say.
func (f *findings) report(kind, format string, args ...any) {
	if f.count == nil {
		f.count = map[string]int{}
	}
	if f.count[kind] == 0 {
		f.kinds = append(f.kinds, kind)
	}
	f.count[kind]++
	if f.count[kind] <= most {
		f.list = append(f.list, f.about+fmt.Sprintf(format, args...))
	}
}

// all returns the findings, and how many there are that were left out.
func (f *findings) all() []string {
	list := f.list
	for _, kind := range f.kinds {
		if more := f.count[kind] - most; more > 0 {
			list = append(list, fmt.Sprintf("and %d more for %s", more, kind))
		}
	}
	return list
}

// run does a check and tells t what it found.
func run(t testing.TB, m mode, f, derivative any, args []any) {
	t.Helper()
	c, err := newCheck(m, f, derivative, args)
	if err != nil {
		t.Fatalf("gradcheck.%s: %v", m.name, err)
		return
	}
	m.check(c)
	if len(c.list) > 0 && c.writesUnseen() {
		m.check(c)
	}
	tell(t, m.name, c)
}

func tell(t testing.TB, name string, c *check) {
	t.Helper()
	for _, finding := range c.all() {
		t.Errorf("gradcheck.%s of %s: %s", name, c.sig.name, finding)
	}
}

// An item is one number of a derivative beside its estimate.
type item struct {
	kind string // what it is reported with: a parameter, say
	name string // what it is
	got  float64
	want estimate
}

// silent is the size of values of f that rounding may have drowned.
const silent = 1e-12

// judge reports the items that are wrong, and those that the differences are too poor to tell.
func (c *check) judge(items []item) {
	if c.valueSize > 0 && c.valueSize < silent {
		c.report("scale", "all values are below %v, too small to tell; check a multiple of the function", silent)
	}
	for _, it := range items {
		want := math.Abs(it.want.value)
		size := want
		if isFinite(it.got) {
			size = max(size, math.Abs(it.got))
		}
		allowed := c.allowed(size) + 2*it.want.err
		diff := math.Abs(it.got - it.want.value)
		switch {
		case it.want.doubt() > c.limit(want) || math.IsNaN(want):
			c.report(it.kind, "differences do not converge at %s: %v; the derivative is %v", it.name, it.want, it.got)
		case !(diff <= allowed):
			c.report(it.kind, "%s is %v, differences give %v: relative error %.2g", it.name, it.got, it.want, diff/size)
		}
	}
}

// doubt returns how far off the estimate may be. It tells nothing of a point that f jumps at.
func (e estimate) doubt() float64 {
	if e.jump != 0 {
		return math.Inf(1)
	}
	return max(e.err, math.Abs(e.kink)/2)
}

// String returns the estimate, to the digits that its error leaves, and its error, or what is known of the kink or
// the jump at the point.
func (e estimate) String() string {
	switch k := math.Abs(e.kink); {
	case e.jump != 0:
		return fmt.Sprintf("%.8g beside the point, but the value jumps by %.8g at it", e.value, -e.jump)
	case k > e.err && k > 0:
		return fmt.Sprintf("%.8g from the left, %.8g from the right", e.value-e.kink/2, e.value+e.kink/2)
	}
	digits := 15.0
	if e.value != 0 && e.err > 0 && isFinite(e.value) && isFinite(e.err) {
		digits = min(max(math.Log10(math.Abs(e.value)/e.err), 2), digits)
	}
	return fmt.Sprintf("%.*g ± %.1g", int(digits), e.value, e.err)
}
