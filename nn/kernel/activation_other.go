//go:build !amd64

package kernel

func relu32(n int, dst *float32, src *float32)                      { panic("kernel: no assembly") }
func relu64(n int, dst *float64, src *float64)                      { panic("kernel: no assembly") }
func reluAdjoint32(n int, dx *float32, dy *float32, x *float32)     { panic("kernel: no assembly") }
func reluAdjoint64(n int, dx *float64, dy *float64, x *float64)     { panic("kernel: no assembly") }
func expBelow32(n int, dst *float32, src *float32)                  { panic("kernel: no assembly") }
func expBelow64(n int, dst *float64, src *float64)                  { panic("kernel: no assembly") }
func expBelowAdjoint32(n int, dx *float32, dy *float32, x *float32) { panic("kernel: no assembly") }
func expBelowAdjoint64(n int, dx *float64, dy *float64, x *float64) { panic("kernel: no assembly") }
func softplus32(n int, dst *float32, src *float32)                  { panic("kernel: no assembly") }
func softplus64(n int, dst *float64, src *float64)                  { panic("kernel: no assembly") }
func normalCDF32(n int, dst *float32, src *float32)                 { panic("kernel: no assembly") }
func normalAdjoint32(n int, dx *float32, dy *float32, x *float32)   { panic("kernel: no assembly") }
func normalAdjoint64(n int, dx *float64, dy *float64, x *float64)   { panic("kernel: no assembly") }
