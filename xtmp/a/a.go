package a

type Pt struct {
	x  float64
	id *int
}

//godiff:vjp
func F6(s []Pt, x float64) []Pt { return append(s, Pt{x: x}) }

//godiff:grad
func F2(x float64) float64 {
	var s []Pt
	s = append(s, Pt{x: x})
	s = s[:0]
	s = append(s, Pt{x: 2 * x})
	return s[0].x
}
