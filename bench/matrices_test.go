package bench

import (
	"math"
	"testing"
)

func decayed() (c [4]float64, ts, ys []float64) {
	for i := range 200 {
		ts, ys = append(ts, float64(i)/20), append(ys, 1/float64(i+1))
	}
	return [4]float64{1, 0.5, 2, 3}, ts, ys
}

// decayColumns is DecayJacobian, one column after the other.
func decayColumns(c [4]float64, ts, ys []float64) [][]float64 {
	jac := make([][]float64, len(ts))
	for i := range jac {
		jac[i] = make([]float64, len(c))
	}
	for j := range c {
		var v [4]float64
		v[j] = 1
		_, dy := DecayJVP(c, ts, ys, v)
		for i := range jac {
			jac[i][j] = dy[i]
		}
	}
	return jac
}

func summed() (a [][]float64, x []float64) {
	for i := range 40 {
		var row []float64
		for j := range 20 {
			row = append(row, math.Sin(float64(i*j)))
		}
		a = append(a, row)
	}
	for j := range 20 {
		x = append(x, math.Cos(float64(j))/10)
	}
	return a, x
}

// logSumRows is LogSumHessian, one row after the other.
func logSumRows(a [][]float64, x []float64) [][]float64 {
	h := make([][]float64, len(x))
	v := make([]float64, len(x))
	for i := range h {
		v[i] = 1
		h[i] = LogSumHVP(a, x, v)
		v[i] = 0
	}
	return h
}

func TestMatrices(t *testing.T) {
	same := func(name string, got, want [][]float64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s has %d rows, want %d", name, len(got), len(want))
		}
		for i := range want {
			for j := range want[i] {
				if math.Abs(got[i][j]-want[i][j]) > 1e-14*(1+math.Abs(want[i][j])) {
					t.Errorf("%s[%d][%d] is %v, want %v", name, i, j, got[i][j], want[i][j])
				}
			}
		}
	}
	same("DecayJacobian", DecayJacobian(decayed()), decayColumns(decayed()))
	same("LogSumHessian", LogSumHessian(summed()), logSumRows(summed()))
}

func BenchmarkMatrices(b *testing.B) {
	c, ts, ys := decayed()
	a, x := summed()
	for _, m := range []struct {
		name string
		run  func() [][]float64
	}{
		{"Decay/at once", func() [][]float64 { return DecayJacobian(c, ts, ys) }},
		{"Decay/one by one", func() [][]float64 { return decayColumns(c, ts, ys) }},
		{"LogSum/at once", func() [][]float64 { return LogSumHessian(a, x) }},
		{"LogSum/one by one", func() [][]float64 { return logSumRows(a, x) }},
	} {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.run()
			}
		})
	}
}
