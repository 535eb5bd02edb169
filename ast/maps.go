package ast

import (
	"go/constant"
	"go/types"
)

// Maps.
//
// An element of a map is a place like one of a slice. What a slice cannot do is said by calls of builtins of the representation:
//
//	has(m, k)            _, ok := m[k]
//	count(m)             len(m), which is not what the map was made with but what is in it
//	keys(m)              slices.Collect(maps.Keys(m))
//	insert(m, k, zero)   m[k] = zero, where k is no key of m yet
//	remove(m, k)         delete(m, k), where the element is zero
const (
	MapHas    = "has"
	MapCount  = "count"
	MapKeys   = "keys"
	MapInsert = "insert"
	MapRemove = "remove"
)

// MapAt is the name of functions that return an element of a map, or zero if there is none. No function of a source has it.
const MapAt = "map.at"

// LookUp returns e with elements of maps in place of calls of such functions: Go returns zero where there is none.
func LookUp(e Expr) Expr {
	return Map(e, func(e Expr) Expr {
		c, ok := e.(*Call)
		if !ok || c.Fun.Fn == nil || c.Fun.Fn.Name() != MapAt {
			return e
		}
		return &Index{X: c.Args[0], I: c.Args[1], T: c.T}
	})
}

const runesName = "runes"

// Runes returns the runes of a string with the positions at which they begin, as pairs with fields Pos and Rune.
func Runes(s Expr) Expr {
	pair := types.NewStruct([]*types.Var{
		types.NewField(0, nil, "Pos", types.Typ[types.Int], false),
		types.NewField(0, nil, "Rune", types.Universe.Lookup("rune").Type(), false),
	}, nil)
	if text := types.Typ[types.String]; !types.Identical(s.Type(), text) {
		s = &Convert{X: s, T: text}
	}
	return &Call{Fun: Callee{Builtin: runesName}, Args: []Expr{s}, T: types.NewSlice(pair)}
}

// IsRunes reports whether e is made by Runes.
func IsRunes(e Expr) bool {
	c, ok := e.(*Call)
	return ok && c.Fun.Builtin == runesName
}

// IsMap reports whether t is a map type.
func IsMap(t types.Type) bool {
	_, ok := t.Underlying().(*types.Map)
	return ok
}

// MapCall returns a call of one of the builtins for maps.
func MapCall(name string, result types.Type, args ...Expr) *Call {
	return &Call{Fun: Callee{Builtin: name}, Args: args, T: result}
}

// IsMapCall reports whether e is a call of a builtin for maps, and whether that changes the map.
func IsMapCall(e Expr) (c *Call, changes, ok bool) {
	c, isCall := e.(*Call)
	if !isCall {
		return nil, false, false
	}
	switch c.Fun.Builtin {
	case MapHas, MapCount, MapKeys:
		return c, false, true
	case MapInsert, MapRemove, "delete":
		return c, true, true
	}
	return nil, false, false
}

// Zero is the zero value of a type.
func Zero(t types.Type) Expr {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsNumeric != 0:
			return &Lit{Text: "0", Val: constant.MakeInt64(0), T: t}
		case u.Info()&types.IsBoolean != 0:
			return &Name{Obj: types.Universe.Lookup("false"), T: t}
		case u.Info()&types.IsString != 0:
			return &Lit{Text: `""`, Val: constant.MakeString(""), T: t}
		}
	case *types.Struct, *types.Array:
		return &Composite{T: t}
	}
	return &Name{Obj: types.Universe.Lookup("nil"), T: t}
}
