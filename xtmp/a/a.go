package a

type Heap []float64

//godiff:grad
func Pushed(x, y float64) float64 {
	h := &Heap{x, y}
	*h = append(*h, x)
	return (*h)[0] * (*h)[1]
}
