package compile

import (
	"fmt"
	"strings"
)

// context is the number of unchanged lines around a change in a diff.
const context = 3

// unifiedDiff returns the difference of two texts as diff -u prints it, or "" if there is none. The texts are those of
// generated files, so the shortest edit is looked for without a bound on the effort but memory: see edits.
func unifiedDiff(oldName, newName string, old, new []byte) string {
	a, b := lines(old), lines(new)
	hunks := hunks(edits(a, b))
	if len(hunks) == 0 {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", oldName, newName)
	for _, h := range hunks {
		h.write(&out)
	}
	return out.String()
}

// lines splits text after its newlines. A last line without one is marked as diff does.
func lines(text []byte) []string {
	lines := strings.SplitAfter(string(text), "\n")
	last := len(lines) - 1
	if lines[last] == "" {
		return lines[:last]
	}
	lines[last] += "\n\\ No newline at end of file\n"
	return lines
}

// An edit is a line of a diff: kept (' '), deleted ('-') or added ('+').
type edit struct {
	op   byte
	line string
}

// maxCells bounds the table of edits. Beyond it everything between the common ends is replaced.
const maxCells = 1 << 24

// edits returns how to make b of a: the lines that both begin and end with are kept, and of those between a longest
// common subsequence.
func edits(a, b []string) []edit {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, edit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	n, m := len(a), len(b)
	for n > 0 && m > 0 && a[n-1] == b[m-1] {
		n, m = n-1, m-1
	}
	for _, line := range a[n:] {
		tail = append(tail, edit{' ', line})
	}
	return append(append(head, middle(a[:n], b[:m])...), tail...)
}

func middle(a, b []string) []edit {
	var script []edit
	i, j := 0, 0
	if (len(a)+1)*(len(b)+1) <= maxCells {
		common := commonLengths(a, b)
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				script = append(script, edit{' ', a[i]})
				i, j = i+1, j+1
			case common[i+1][j] >= common[i][j+1]:
				script = append(script, edit{'-', a[i]})
				i++
			default:
				script = append(script, edit{'+', b[j]})
				j++
			}
		}
	}
	for _, line := range a[i:] {
		script = append(script, edit{'-', line})
	}
	for _, line := range b[j:] {
		script = append(script, edit{'+', line})
	}
	return script
}

// commonLengths returns the lengths of the longest common subsequences of a[i:] and b[j:].
func commonLengths(a, b []string) [][]int32 {
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}

// A hunk is a run of edits with some context, and the numbers of the lines before it.
type hunk struct {
	oldLine, newLine int
	edits            []edit
}

// hunks cuts a script where more lines are kept than two contexts hold.
func hunks(script []edit) []hunk {
	var hunks []hunk
	oldLine, newLine, keptSince := 0, 0, 0
	open := false
	for i, e := range script {
		if e.op != ' ' {
			start := max(keptSince, i-context)
			if !open {
				back := i - start
				hunks = append(hunks, hunk{oldLine: oldLine - back, newLine: newLine - back})
				hunks[len(hunks)-1].edits = append([]edit(nil), script[start:i]...)
				open = true
			}
			keptSince = i + 1
		}
		if open {
			last := &hunks[len(hunks)-1]
			last.edits = append(last.edits, e)
			if kept := i + 1 - keptSince; kept > 2*context {
				open = false
				last.edits = last.edits[:len(last.edits)-kept+context]
			}
		}
		oldLine += count(e, '-')
		newLine += count(e, '+')
	}
	if open {
		last := &hunks[len(hunks)-1]
		extra := max(0, len(script)-keptSince-context)
		last.edits = last.edits[:len(last.edits)-extra]
	}
	return hunks
}

// count returns 1 if e has a line on the side of op.
func count(e edit, op byte) int {
	if e.op == ' ' || e.op == op {
		return 1
	}
	return 0
}

func (h hunk) write(out *strings.Builder) {
	oldCount, newCount := 0, 0
	for _, e := range h.edits {
		oldCount += count(e, '-')
		newCount += count(e, '+')
	}
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(h.oldLine, oldCount), span(h.newLine, newCount))
	for _, e := range h.edits {
		out.WriteByte(e.op)
		out.WriteString(e.line)
	}
}

// span writes the lines after the given one. An empty span names the line before it, as diff does.
func span(line, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", line)
	case 1:
		return fmt.Sprintf("%d", line+1)
	}
	return fmt.Sprintf("%d,%d", line+1, count)
}
