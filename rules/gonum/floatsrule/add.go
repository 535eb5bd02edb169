package floatsrule

import "gonum.org/v1/gonum/floats"

// Add: dst ← dst + s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Add writes=dst
func Add(dst, s, ddst, ds []float64) {
	apartOrSame("Add", ddst, ds)
	for i, g := range ddst {
		ds[i] += g
	}
}

// AddJVP is the forward rule of floats.Add.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Add mode=jvp
func AddJVP(dst, s, ddst, ds []float64) {
	floats.Add(dst, s)
	floats.Add(ddst, ds)
}

// AddTo: dst = s + t.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddTo writes=dst returns=dst
func AddTo(dst, s, t, y, dy, ddst, ds, dt []float64) {
	apartOrSame("AddTo", ddst, ds)
	apartOrSame("AddTo", ddst, dt)
	for i := range ddst {
		g := ddst[i] + dy[i]
		ddst[i] = 0
		ds[i] += g
		dt[i] += g
	}
}

// AddToJVP is the forward rule of floats.AddTo.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddTo mode=jvp
func AddToJVP(dst, s, t, ddst, ds, dt []float64) (y, dy []float64) {
	return floats.AddTo(dst, s, t), floats.AddTo(ddst, ds, dt)
}

// Sub: dst ← dst − s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Sub writes=dst
func Sub(dst, s, ddst, ds []float64) {
	apartOrSame("Sub", ddst, ds)
	for i, g := range ddst {
		ds[i] -= g
	}
}

// SubJVP is the forward rule of floats.Sub.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.Sub mode=jvp
func SubJVP(dst, s, ddst, ds []float64) {
	floats.Sub(dst, s)
	floats.Sub(ddst, ds)
}

// SubTo: dst = s − t.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.SubTo writes=dst returns=dst
func SubTo(dst, s, t, y, dy, ddst, ds, dt []float64) {
	apartOrSame("SubTo", ddst, ds)
	apartOrSame("SubTo", ddst, dt)
	for i := range ddst {
		g := ddst[i] + dy[i]
		ddst[i] = 0
		ds[i] += g
		dt[i] -= g
	}
}

// SubToJVP is the forward rule of floats.SubTo.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.SubTo mode=jvp
func SubToJVP(dst, s, t, ddst, ds, dt []float64) (y, dy []float64) {
	return floats.SubTo(dst, s, t), floats.SubTo(ddst, ds, dt)
}

// AddConst: dst ← dst + c.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddConst
func AddConst(c float64, dst, ddst []float64) (dc float64) {
	for _, g := range ddst {
		dc += g
	}
	return dc
}

// AddConstJVP is the forward rule of floats.AddConst.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddConst mode=jvp
func AddConstJVP(c float64, dst []float64, dc float64, ddst []float64) {
	floats.AddConst(c, dst)
	floats.AddConst(dc, ddst)
}

// AddScaled: dst ← dst + αs.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddScaled writes=dst
func AddScaled(dst []float64, alpha float64, s, ddst, ds []float64) (dalpha float64) {
	apart("AddScaled", ddst, ds)
	for i, g := range ddst {
		dalpha += g * s[i]
		ds[i] += alpha * g
	}
	return dalpha
}

// AddScaledDstS is [AddScaled] for dst and s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddScaled wrt=dst,s
func AddScaledDstS(dst []float64, alpha float64, s, ddst, ds []float64) {
	apartOrSame("AddScaled", ddst, ds)
	for i, g := range ddst {
		ds[i] += alpha * g
	}
}

// AddScaledJVP is the forward rule of floats.AddScaled.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddScaled mode=jvp
func AddScaledJVP(dst []float64, alpha float64, s, ddst []float64, dalpha float64, ds []float64) {
	apartOrSame("AddScaled", ddst, ds)
	for i := range min(len(dst), len(s)) {
		ddst[i] += alpha*ds[i] + dalpha*s[i]
	}
	floats.AddScaled(dst, alpha, s)
}

// AddScaledTo: dst = y + αs.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddScaledTo writes=dst returns=dst
func AddScaledTo(dst, y []float64, alpha float64, s, out, dout, ddst, dy, ds []float64) (dalpha float64) {
	apartOrSame("AddScaledTo", ddst, dy)
	apart("AddScaledTo", ddst, ds)
	for i := range ddst {
		g := ddst[i] + dout[i]
		ddst[i] = 0
		dy[i] += g
		ds[i] += alpha * g
		dalpha += g * s[i]
	}
	return dalpha
}

// AddScaledToDstYS is [AddScaledTo] for dst, y and s.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddScaledTo wrt=dst,y,s
func AddScaledToDstYS(dst, y []float64, alpha float64, s, out, dout, ddst, dy, ds []float64) {
	apartOrSame("AddScaledTo", ddst, dy)
	apartOrSame("AddScaledTo", ddst, ds)
	for i := range ddst {
		g := ddst[i] + dout[i]
		ddst[i] = 0
		dy[i] += g
		ds[i] += alpha * g
	}
}

// AddScaledToJVP is the forward rule of floats.AddScaledTo.
//
//godiff:derivative of=gonum.org/v1/gonum/floats.AddScaledTo mode=jvp
func AddScaledToJVP(dst, y []float64, alpha float64, s, ddst, dy []float64, dalpha float64, ds []float64) (out, dout []float64) {
	apartOrSame("AddScaledTo", ddst, dy)
	apartOrSame("AddScaledTo", ddst, ds)
	for i := range min(len(dst), len(y), len(s)) {
		ddst[i] = dy[i] + alpha*ds[i] + dalpha*s[i]
	}
	return floats.AddScaledTo(dst, y, alpha, s), ddst
}
