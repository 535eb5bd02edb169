package runtime

import (
	"reflect"
	"unsafe"
)

// Links are slices and pointers in memory that shadows reach, as they were at some time.
type Links struct{ all func() []kept } // nil where there are none

// kept is an element in memory, and a copy of it.
type kept struct {
	elem     *shape
	at, copy unsafe.Pointer
}

// KeepLinks returns the links that lie in memory which the shadows reach, as they are now.
func KeepLinks(shadows ...any) Links { return keepLinks(true, shadows) }

// KeepLinksCap is [KeepLinks] for a function that appends to slices or extends them beyond their length: with the links that lie there.
func KeepLinksCap(shadows ...any) Links { return keepLinks(false, shadows) }

func keepLinks(byLen bool, shadows []any) Links {
	r := newReacher(byLen)
	cell := r.shapes.of(reflect.TypeFor[any]())
	for i := range shadows {
		r.walk(cell, unsafe.Pointer(&shadows[i]))
	}
	var list []kept
	for _, run := range r.runs {
		own := reflect.MakeSlice(reflect.SliceOf(run.elem.typ), run.n, run.n)
		reflect.Copy(own, run.slice())
		for i := range run.n {
			list = append(list, kept{run.elem, run.at(i), own.Index(i).Addr().UnsafePointer()})
		}
	}
	return Links{all: func() []kept { return list }}
}

func (l Links) kept() []kept {
	if l.all == nil {
		return nil
	}
	return l.all()
}

// SwapLinks puts links back into the memory that they come from, and keeps those that it finds there in their place. The floats
// beside them stay as they are.
func SwapLinks(l Links) {
	for _, k := range l.kept() {
		k.elem.leaves(0, func(leaf *shape, offset uintptr) {
			if !leaf.linked {
				return
			}
			a := reflect.NewAt(leaf.typ, unsafe.Add(k.at, offset)).Elem()
			b := reflect.NewAt(leaf.typ, unsafe.Add(k.copy, offset)).Elem()
			was := copied(a)
			a.Set(b)
			b.Set(was)
		})
	}
}

// Moved returns for [CarryOver] the pairs of links as they are kept and as they are now.
func Moved(l Links) Pairing { return Pairing{moved: true, links: l.kept()} }
