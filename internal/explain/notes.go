package explain

// A linkedNote is a note with the row of the primal function that it is about, by its ID; empty if there is none.
type linkedNote struct {
	Note
	Row string
}

// A linkedValue is a linkedNote on what is remembered.
type linkedValue struct {
	Value
	Row string
}

// A linkedSection is linked notes on one topic.
type linkedSection struct {
	Heading string
	Notes   []linkedNote
}

func (v *view) linked(notes []Note) []linkedNote {
	var list []linkedNote
	for _, n := range notes {
		list = append(list, linkedNote{n, v.rowAt(n.At)})
	}
	return list
}

// rowAt returns the ID of the row of the primal function at a position.
func (v *view) rowAt(p Position) string {
	if v.Primal == nil || p.File != v.Primal.File {
		return ""
	}
	for _, r := range v.Left {
		if r.Number == p.Line {
			return r.ID
		}
	}
	return ""
}
