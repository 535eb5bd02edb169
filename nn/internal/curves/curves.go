// Package curves draws the activation functions of package nn, with the derivatives that godiff has made of them. Its test keeps
// docs/activations.md and the figures there:
//
//	go test ./nn/internal/curves -update
package curves

import (
	"bytes"
	"fmt"
	"math"

	"github.com/godiff/godiff/nn"
)

// A Curve is an activation function of each element.
type Curve struct {
	Name         string // of the function in package nn, and of the figure
	Call         string // how it is called
	Value, Slope string // the formula, and that of the derivative
	Of, AtZero   string // parameters of the figure, if there are; what holds where there is no derivative
	Low, High    float64
	VJP          func(x nn.Tensor[float64], dx, dy nn.Tensor[float64]) nn.Tensor[float64] // the derivative that godiff has generated
}

// All returns the activation functions: those of the primer's table first, in its order.
func All() []Curve {
	return []Curve{
		{"Identity", "nn.Identity(x)", "x", "1", "", "", -4, 4, nn.IdentityVJP[float64]},
		{"Step", "nn.Step(x)", "0 for x < 0, 1 for x ≥ 0", "0", "", "the derivative is 0 at 0 too", -0.5, 1.5, nn.StepVJP[float64]},
		{"Sigmoid", "nn.Sigmoid(x)", "1 / (1 + e⁻ˣ)", "f(x) (1 − f(x))", "", "", -0.5, 1.5, nn.SigmoidVJP[float64]},
		{"Tanh", "nn.Tanh(x)", "tanh x", "1 − f(x)²", "", "", -1.5, 1.5, nn.TanhVJP[float64]},
		{"Arctan", "nn.Arctan(x)", "arctan x", "1 / (1 + x²)", "", "", -2, 2, nn.ArctanVJP[float64]},
		{"Softsign", "nn.Softsign(x)", "x / (1 + |x|)", "1 / (1 + |x|)²", "", "", -1.5, 1.5, nn.SoftsignVJP[float64]},
		{"ISRU", "nn.ISRU(x, α)", "x / √(1 + αx²)", "(1 / √(1 + αx²))³", "α = 1", "", -1.5, 1.5,
			func(x, dx, dy nn.Tensor[float64]) nn.Tensor[float64] { return nn.ISRUVJP(x, 1, dx, dy) }},
		{"ReLU", "nn.ReLU(x)", "0 for x < 0, x for x ≥ 0", "0 for x < 0, 1 for x ≥ 0", "", "1 at 0, as in the primer; PyTorch has 0 there", -1, 4, nn.ReLUVJP[float64]},
		{"PReLU", "nn.PReLU{Alpha}.Forward(x)", "αx for x < 0, x for x ≥ 0", "α for x < 0, 1 for x ≥ 0", "α = ¼", "α is learned: ∂f/∂α is x for x < 0, else 0", -1, 4, prelu},
		{"ELU", "nn.ELU(x, α)", "α(eˣ − 1) for x < 0, x for x ≥ 0", "f(x) + α for x < 0, 1 for x ≥ 0", "α = 1", "", -1.5, 4,
			func(x, dx, dy nn.Tensor[float64]) nn.Tensor[float64] { return nn.ELUVJP(x, 1, dx, dy) }},
		{"Softplus", "nn.Softplus(x)", "ln(1 + eˣ)", "1 / (1 + e⁻ˣ)", "", "", -1, 4, nn.SoftplusVJP[float64]},
		{"GELU", "nn.GELU(x)", "xΦ(x), Φ(x) = (1 + erf(x/√2)) / 2", "Φ(x) + x e^(−x²/2) / √(2π)", "", "", -1, 4, nn.GELUVJP[float64]},
		{"GELUTanh", "nn.GELUTanh(x)", "x(1 + tanh u) / 2, u = √(2/π) (x + 0.044715x³)", "s + 2xs(1 − s)u′, s = (1 + tanh u) / 2", "", "", -1, 4, nn.GELUTanhVJP[float64]},
		{"SiLU", "nn.SiLU(x)", "xσ(x), σ(x) = 1 / (1 + e⁻ˣ)", "σ(x) (1 + x(1 − σ(x)))", "", "", -1, 4, nn.SiLUVJP[float64]},
	}
}

func prelu(x, dx, dy nn.Tensor[float64]) nn.Tensor[float64] {
	p := &nn.PReLU[float64]{Alpha: nn.Of([]float64{0.25}, 1)}
	return p.ForwardVJP(x, &nn.PReLU[float64]{Alpha: nn.New[float64](nil, 1)}, dx, dy)
}

// At returns the function's value and its derivative.
func (c Curve) At(x float64) (y, slope float64) {
	dx := nn.New[float64](nil, 1)
	v := c.VJP(nn.Of([]float64{x}, 1), dx, nn.Of([]float64{1}, 1))
	return v.Data[0], dx.Data[0]
}

// The figure, in pixels, and what it shows: x from −reach to reach.
const (
	width, height = 360, 250
	left, right   = 42, 348
	top, bottom   = 34, 232
	reach         = 4.0
)

// SVG returns a figure of the function and its derivative.
func (c Curve) SVG() []byte {
	var b bytes.Buffer
	printf := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`, width, height)
	printf(`<title>%s and its derivative</title>`, c.Name)
	printf(`<rect width="%d" height="%d" fill="white"/>`, width, height)
	heading := c.Name
	if c.Of != "" {
		heading += ", " + c.Of
	}
	printf(`<text x="%d" y="20" font-size="14">%s</text>`, left, heading)
	printf(`<text x="%d" y="20" text-anchor="end"><tspan fill="#0b62a4">f</tspan><tspan fill="#c2410c" dx="10">f′</tspan></text>`, right)
	for x := -reach; x <= reach; x++ {
		printf(`<path d="M%.1f %dV%d" stroke="%s"/>`, across(x), top, bottom, shade(x))
		printf(`<text x="%.1f" y="%d" text-anchor="middle" fill="#555">%s</text>`, across(x), bottom+14, number(x))
	}
	step := 1.0
	if c.High-c.Low <= 3 {
		step = 0.5
	}
	for y := math.Ceil(c.Low/step) * step; y <= c.High; y += step {
		printf(`<path d="M%d %.1fH%d" stroke="%s"/>`, left, c.up(y), right, shade(y))
		printf(`<text x="%d" y="%.1f" text-anchor="end" fill="#555">%s</text>`, left-5, c.up(y)+4, number(y))
	}
	printf(`<path d="%s" fill="none" stroke="#0b62a4" stroke-width="2"/>`, c.path(func(x float64) float64 { y, _ := c.At(x); return y }))
	printf(`<path d="%s" fill="none" stroke="#c2410c" stroke-width="2" stroke-dasharray="5 3"/>`, c.path(func(x float64) float64 { _, s := c.At(x); return s }))
	printf(`</svg>`)
	return b.Bytes()
}

// path returns the drawing commands for f, with gaps where it jumps.
func (c Curve) path(f func(x float64) float64) string {
	var b bytes.Buffer
	const steps = 160
	last, command := math.NaN(), 'M'
	for i := range steps + 1 {
		x := reach * (2*float64(i)/steps - 1)
		y := f(x)
		if math.Abs(y-last) > 0.4 {
			command = 'M'
		}
		if inside := c.Low <= y && y <= c.High; inside {
			fmt.Fprintf(&b, "%c%.1f %.1f", command, across(x), c.up(y))
			command = 'L'
		} else {
			command = 'M'
		}
		last = y
	}
	return b.String()
}

// across returns where x is drawn, up where y is.
func across(x float64) float64 { return left + (right-left)*(x+reach)/(2*reach) }

func (c Curve) up(y float64) float64 { return bottom - (bottom-top)*(y-c.Low)/(c.High-c.Low) }

// shade returns the colour of the grid, in which the axes are darker.
func shade(x float64) string {
	if x == 0 {
		return "#888"
	}
	return "#e4e4e4"
}

// number returns a number with a minus sign.
func number(x float64) string {
	if x < 0 {
		return fmt.Sprintf("−%g", -x)
	}
	return fmt.Sprintf("%g", x)
}
