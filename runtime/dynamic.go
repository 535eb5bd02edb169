package runtime

import "fmt"

// Is reports whether x has the dynamic type T.
func Is[T any](x any) bool {
	_, ok := x.(T)
	return ok
}

// NoDerivative returns what a derivative panics with where a value of an interface type has a dynamic type that it was not written for.
// For nil it panics itself, as the call of a method of a nil interface does.
func NoDerivative(x any) string {
	if x == nil {
		var err error
		_ = err.Error()
	}
	return fmt.Sprintf("godiff: there is no derivative for a value of type %T here", x)
}

// Has reports whether k is a key of m.
func Has[M ~map[K]V, K comparable, V any](m M, k K) bool {
	_, ok := m[k]
	return ok
}

// Runes returns the runes of s with the positions at which they begin, as a range clause over s gives them.
func Runes(s string) []struct {
	Pos  int
	Rune rune
} {
	var list []struct {
		Pos  int
		Rune rune
	}
	for i, r := range s {
		list = append(list, struct {
			Pos  int
			Rune rune
		}{i, r})
	}
	return list
}

// Receive receives from c.
func Receive[T any](c <-chan T) (v T, ok bool) {
	v, ok = <-c
	return v, ok
}
