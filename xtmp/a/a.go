package a

type S interface{ Of(x float64) float64 }

type B int

func (b B) Of(x float64) float64 { return x * float64(b) }

type C struct{ K float64 }

func (c *C) Of(x float64) float64 { return c.K * x }

//godiff:grad
func M(x float64) float64 {
	var s S = B(1)
	if s == B(2) {
		return x
	}
	return x * x * x
}
