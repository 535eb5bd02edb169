package transform

// refusals are those of several checks. Where all are wanted, the first does not end them.
//
//	r := &refusals{all: true}
//	r.check(…)
//	r.check(…)
//	r.end()
type refusals struct {
	all  bool
	list []*Refusal
}

// check runs a check.
func (r *refusals) check(run func()) {
	if !r.all {
		run()
		return
	}
	var err error
	func() {
		defer guard(&err)
		run()
	}()
	if refusal, ok := err.(*Refusal); ok {
		r.list = append(r.list, refusal)
	}
}

// end gives up the function at hand where something has been refused.
func (r *refusals) end() {
	if len(r.list) == 0 {
		return
	}
	first := *r.list[0]
	first.More = append(first.More, r.list[1:]...)
	panic(&first)
}
