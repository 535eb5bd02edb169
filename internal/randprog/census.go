package randprog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Census counts in how many programs something occurs.
type Census struct {
	Programs int
	count    map[string]int
}

// Add counts a program with what occurs in it.
func (c *Census) Add(kinds map[string]bool) {
	if c.count == nil {
		c.count = map[string]int{}
	}
	c.Programs++
	for k := range kinds {
		c.count[k]++
	}
}

// Rare returns the kinds in less than a share of the programs, of those that Kinds lists.
func (c *Census) Rare(share float64) []string {
	return slices.DeleteFunc(Kinds(), func(k string) bool { return float64(c.count[k]) >= share*float64(c.Programs) })
}

// String returns a table.
func (c *Census) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "in %d programs", c.Programs)
	group := ""
	for _, k := range slices.Sorted(maps.Keys(c.count)) {
		if g, _, _ := strings.Cut(k, " "); g != group {
			group = g
			fmt.Fprintf(&b, "\n%s:", g)
		}
		fmt.Fprintf(&b, " %s %d", strings.TrimPrefix(k, group+" "), c.count[k])
	}
	return b.String()
}

// Kinds returns what a census is to find: the kinds of nodes of the representation, the kinds of exits, the forms of aliases, and what
// programs are drawn from.
func Kinds() []string {
	var list []string
	for group, kinds := range map[string]string{
		"node": `Ref Lit Name Field Field-implicit Index Slice Slice-max Deref Addr Unary Binary Call Call-function Call-method Call-builtin
			Call-spread Call-generic Convert Composite Assign Assign-several Assign-op Decl If If-else For Range Range-int Range-array
			Branch Return Return-bare Do Do-defer Block`,
		"exit": `break break-label break-switch continue continue-label goto-forward goto-backward fallthrough return return-early
			return-bare return-in-loop return-of-error panic iterator-break iterator-continue iterator-return`,
		"alias": `two-names subslice subslice-max of-array row conversion struct-copy part-of-argument append-in-place append-spare copy
			pointer-to-variable pointer-to-element pointer-to-field pointer-to-literal pointer-to-array two-pointers pointer-result
			pointers captured method-value interface map variadic embedded`,
	} {
		for k := range strings.FieldsSeq(kinds) {
			list = append(list, group+" "+k)
		}
	}
	for _, c := range Constructs() {
		list = append(list, "construct "+c)
	}
	slices.Sort(list)
	return list
}
