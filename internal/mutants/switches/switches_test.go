package switches

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSwitches(t *testing.T) {
	defer func(n int) { on = n }(on)
	for _, test := range []struct {
		on                int
		isOn, not, unless bool
		fewer, fewerOf0   int
		first             []string
	}{
		{0, false, true, true, 3, 0, []string{"a", "b"}},
		{16, false, true, true, 3, 0, []string{"a", "b"}},
		{17, true, false, false, 2, 0, []string{"a"}},
	} {
		on = test.on
		if got := On(17); got != test.isOn {
			t.Errorf("mutant %d: On is %v", test.on, got)
		}
		if Not(17, true) != test.not || Not(17, false) == test.not || Unless(17, true) != test.unless || Unless(17, false) {
			t.Errorf("mutant %d: conditions are wrong", test.on)
		}
		if Fewer(17, 3) != test.fewer || Fewer(17, 0) != test.fewerOf0 {
			t.Errorf("mutant %d: Fewer(3) is %d, Fewer(0) %d", test.on, Fewer(17, 3), Fewer(17, 0))
		}
		if got := First(17, []string{"a", "b"}); !slices.Equal(got, test.first) || len(First(17, []string(nil))) > 0 {
			t.Errorf("mutant %d: First is %q", test.on, got)
		}
	}
}

func TestRecorded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reached")
	defer func(r *recorder) { recorded = r }(recorded)
	recorded = record(path)
	On(4)
	Not(2, true)
	On(4)
	if got := Recorded(); !slices.Equal(got, []int{2, 4}) {
		t.Errorf("recorded %v, want 2 and 4", got)
	}
	On(4)
	if got := Recorded(); !slices.Equal(got, []int{4}) {
		t.Errorf("recorded %v, want 4", got)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "4\n2\n4\n" {
		t.Errorf("the file holds %q (error %v)", text, err)
	}
	recorded.file.Close()
}
