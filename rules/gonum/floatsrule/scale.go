package floatsrule

import (
	"slices"

	"gonum.org/v1/gonum/floats"
)

// ScaleDst: dst ← c·dst, for dst.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Scale wrt=dst
func ScaleDst(c float64, dst, ddst []float64) {
	for i := range ddst {
		ddst[i] *= c
	}
}

// Scaled is what [ScaleForward] remembers of a call: the factor and the old contents.
type Scaled struct {
	C   float64
	Old []float64
}

// ScaleForward is the forward half of the rule for both the factor and dst.
//
//godiff:forward of=gonum.org/v1/gonum/floats.Scale writes=dst
func ScaleForward(c float64, dst []float64) (saved Scaled) {
	saved = Scaled{c, slices.Clone(dst)}
	floats.Scale(c, dst)
	return saved
}

// ScaleBackward is the other half: ∂dst/∂c is the old dst.
//
//godiff:backward of=gonum.org/v1/gonum/floats.Scale
func ScaleBackward(saved Scaled, ddst []float64) (dc float64) {
	for i, g := range ddst {
		dc += g * saved.Old[i]
		ddst[i] = g * saved.C
	}
	return dc
}

// ScaleJVP is the forward rule of floats.Scale.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Scale mode=jvp
func ScaleJVP(c float64, dst []float64, dc float64, ddst []float64) {
	for i, v := range dst {
		ddst[i] = c*ddst[i] + dc*v
	}
	floats.Scale(c, dst)
}

// ScaleTo: dst = c·s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.ScaleTo writes=dst returns=dst
func ScaleTo(dst []float64, c float64, s, y, dy, ddst, ds []float64) (dc float64) {
	apart("ScaleTo", ddst, ds)
	for i := range ddst {
		g := ddst[i] + dy[i]
		ddst[i] = 0
		ds[i] += c * g
		dc += g * s[i]
	}
	return dc
}

// ScaleToDstS is [ScaleTo] for dst and s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.ScaleTo wrt=dst,s
func ScaleToDstS(dst []float64, c float64, s, y, dy, ddst, ds []float64) {
	apartOrSame("ScaleTo", ddst, ds)
	for i := range ddst {
		g := ddst[i] + dy[i]
		ddst[i] = 0
		ds[i] += c * g
	}
}

// ScaleToJVP is the forward rule of floats.ScaleTo.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.ScaleTo mode=jvp
func ScaleToJVP(dst []float64, c float64, s, ddst []float64, dc float64, ds []float64) (y, dy []float64) {
	apartOrSame("ScaleTo", ddst, ds)
	for i := range min(len(dst), len(s)) {
		ddst[i] = c*ds[i] + dc*s[i]
	}
	return floats.ScaleTo(dst, c, s), ddst
}

// Div: dst ← dst/s. With q the quotient, ∂q/∂dst = 1/s and ∂q/∂s = −q/s. Where dst is s the quotient is 1 and so is what is found in s
// afterwards: the two cancel, as they must.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Div writes=dst
func Div(dst, s, ddst, ds []float64) {
	apartOrSame("Div", ddst, ds)
	for i := range ddst {
		g := ddst[i] / s[i]
		ddst[i] = g
		ds[i] -= g * dst[i]
	}
}

// DivJVP is the forward rule of floats.Div.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Div mode=jvp
func DivJVP(dst, s, ddst, ds []float64) {
	apartOrSame("Div", ddst, ds)
	for i := range min(len(dst), len(s)) {
		ddst[i] = (ddst[i] - dst[i]/s[i]*ds[i]) / s[i]
	}
	floats.Div(dst, s)
}

// DivTo: dst = s/t; as [Div].
//
//godiff:derivative of=gonum.org/v1/gonum/floats.DivTo writes=dst returns=dst
func DivTo(dst, s, t, y, dy, ddst, ds, dt []float64) {
	apartOrSame("DivTo", ddst, ds)
	apart("DivTo", ddst, dt)
	for i := range ddst {
		g := (ddst[i] + dy[i]) / t[i]
		ddst[i] = 0
		ds[i] += g
		dt[i] -= g * dst[i]
	}
}

// DivToJVP is the forward rule of floats.DivTo.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.DivTo mode=jvp
func DivToJVP(dst, s, t, ddst, ds, dt []float64) (y, dy []float64) {
	apartOrSame("DivTo", ddst, ds)
	apartOrSame("DivTo", ddst, dt)
	for i := range min(len(dst), len(s), len(t)) {
		ddst[i] = (ds[i] - s[i]/t[i]*dt[i]) / t[i]
	}
	return floats.DivTo(dst, s, t), ddst
}
