package bench

import (
	"math"
	"sync"
)

// Diffuse takes steps of an explicit scheme in which each element depends on those beside it, one after the other or on several cores.
//
//godiff:valuegrad wrt=u
func Diffuse(u []float64, steps int) float64 {
	for range steps {
		v := make([]float64, len(u)-2)
		for i := range v {
			v[i] = math.Sin(u[i]-2*u[i+1]+u[i+2]) * u[i+1]
		}
		u = v
	}
	return squares(u)
}

//godiff:valuegrad wrt=u
func DiffuseParallel(u []float64, steps int) float64 {
	for range steps {
		v := make([]float64, len(u)-2)
		//godiff:parallel
		for i := range v {
			v[i] = math.Sin(u[i]-2*u[i+1]+u[i+2]) * u[i+1]
		}
		u = v
	}
	return squares(u)
}

// Norms uses a row in each iteration.
//
//godiff:valuegrad
func Norms(x [][]float64) float64 {
	s := 0.0
	for _, row := range x {
		s += math.Sqrt(energy(row))
	}
	return s
}

//godiff:valuegrad
func NormsParallel(x [][]float64) float64 {
	s := 0.0
	//godiff:parallel
	for _, row := range x {
		s += math.Sqrt(energy(row))
	}
	return s
}

// Features makes a slice of each row by one layer, in the function or in goroutines.
//
//godiff:valuegrad
func Features(w, x [][]float64) float64 {
	rows := make([][]float64, len(x))
	for i, row := range x {
		rows[i] = layer(w, row)
	}
	return coupled(rows)
}

//godiff:valuegrad
func FeaturesGoroutines(w, x [][]float64) float64 {
	rows := make([][]float64, len(x))
	var wg sync.WaitGroup
	for i, row := range x {
		wg.Go(func() { rows[i] = layer(w, row) })
	}
	wg.Wait()
	return coupled(rows)
}

func squares(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v * v
	}
	return s
}

func energy(x []float64) float64 {
	s := 1.0
	for _, v := range x {
		s += v * math.Sin(v)
	}
	return s
}

func layer(w [][]float64, x []float64) []float64 {
	y := make([]float64, len(w))
	for j, row := range w {
		z := 0.0
		for i, v := range x {
			z += row[i] * v
		}
		y[j] = math.Tanh(z)
	}
	return y
}

func coupled(rows [][]float64) float64 {
	s := 0.0
	for i := 1; i < len(rows); i++ {
		for j, v := range rows[i] {
			s += v * rows[i-1][j]
		}
	}
	return s
}
