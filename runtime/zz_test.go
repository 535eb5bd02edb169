package runtime_test
import ("testing"; godiff "github.com/godiff/godiff/runtime")
func TestZZ(t *testing.T) {
	m := map[int]map[int]float64{1: {1: 1}, 2: {2: 1}, 3: {3: 1}}
	t.Log(godiff.Shadow(m))
}
