package lower

import (
	"go/importer"
	"go/types"
	"maps"
	"slices"
	"testing"
)

// TestFenceNodes holds the fence against go/ast: every kind of node is in it, and nothing else.
func TestFenceNodes(t *testing.T) {
	pkg, err := importer.Default().Import("go/ast")
	if err != nil {
		t.Fatal(err)
	}
	node, _ := pkg.Scope().Lookup("Node").Type().Underlying().(*types.Interface)
	var kinds []string
	for _, name := range pkg.Scope().Names() {
		obj, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || !obj.Exported() {
			continue
		}
		_, isStruct := obj.Type().Underlying().(*types.Struct)
		if isStruct && types.Implements(types.NewPointer(obj.Type()), node) {
			kinds = append(kinds, name)
		}
	}
	sameKeys(t, "fence", slices.Collect(maps.Keys(fence)), kinds)
}

// TestFenceBuiltins holds the table of builtins against the universe and package unsafe.
func TestFenceBuiltins(t *testing.T) {
	var names []string
	for _, scope := range []*types.Scope{types.Universe, types.Unsafe.Scope()} {
		for _, name := range scope.Names() {
			if _, ok := scope.Lookup(name).(*types.Builtin); ok {
				names = append(names, name)
			}
		}
	}
	sameKeys(t, "builtins", slices.Collect(maps.Keys(builtins)), names)
}

// sameKeys reports names that a table lacks and keys that it has for nothing.
func sameKeys(t *testing.T, table string, keys, names []string) {
	t.Helper()
	if len(names) == 0 {
		t.Fatal("found nothing to compare the table with")
	}
	for _, name := range names {
		if !slices.Contains(keys, name) {
			t.Errorf("%s lacks %s: say whether a differentiated function may hold it", table, name)
		}
	}
	for _, key := range keys {
		if !slices.Contains(names, key) {
			t.Errorf("%s has %s, which this version of Go does not know", table, key)
		}
	}
}
