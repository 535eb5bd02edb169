package matrule_test

import (
	"math"

	"gonum.org/v1/gonum/mat"

	_ "github.com/godiff/godiff/rules/gonum/matrule"
)

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func add(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Add(a, b)
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func sub(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Sub(a, b)
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func mulElem(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.MulElem(a, b)
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func divElem(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.DivElem(a, b)
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func mul(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Mul(a, b)
	return &c
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func mulA(a, b *mat.Dense) *mat.Dense {
	var c mat.Dense
	c.Mul(a, b)
	return &c
}

//godiff:vjp wrt=b
//godiff:jvp wrt=b
func mulB(a, b *mat.Dense) *mat.Dense {
	var c mat.Dense
	c.Mul(a, b)
	return &c
}

// mulTransposed multiplies transposes.
//
//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func mulTransposed(a, b *mat.Dense) *mat.Dense {
	var c mat.Dense
	c.Mul(a.T(), b.T())
	return &c
}

// mulMixed multiplies a row and a symmetric matrix.
//
//godiff:vjp wrt=s,v
//godiff:jvp wrt=s,v
func mulMixed(s *mat.SymDense, v *mat.VecDense) *mat.Dense {
	var c mat.Dense
	c.Mul(v.T(), s)
	return &c
}

//godiff:vjp wrt=x,a
//godiff:jvp wrt=x,a
func scale(x float64, a mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Scale(x, a)
	return &c
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func scaleA(x float64, a mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Scale(x, a)
	return &c
}

//godiff:vjp wrt=alpha,x,y
//godiff:jvp wrt=alpha,x,y
func outer(alpha float64, x, y *mat.VecDense) *mat.Dense {
	var c mat.Dense
	c.Outer(alpha, x, y)
	return &c
}

//godiff:vjp wrt=a,alpha,x,y
//godiff:jvp wrt=a,alpha,x,y
func rankOne(a *mat.Dense, alpha float64, x, y *mat.VecDense) *mat.Dense {
	var c mat.Dense
	c.RankOne(a, alpha, x, y)
	return &c
}

//godiff:vjp wrt=a,b,c
//godiff:jvp wrt=a,b,c
func product(a, b, c *mat.Dense) *mat.Dense {
	var d mat.Dense
	d.Product(a, b.T(), c)
	return &d
}

// copies copies in every way.
//
//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func copies(a, b *mat.Dense) *mat.Dense {
	c := mat.DenseCopyOf(a)
	var d mat.Dense
	d.CloneFrom(b.T())
	c.Copy(&d)
	d.Reset()
	d.ReuseAs(2, 2)
	d.Set(0, 0, c.At(0, 0)*b.At(1, 1))
	c.Copy(&d)
	return c
}

// rows sets a row and a column.
//
//godiff:vjp wrt=a,x
//godiff:jvp wrt=a,x
func rows(a *mat.Dense, x []float64) *mat.Dense {
	var c mat.Dense
	c.CloneFrom(a)
	c.SetRow(1, x)
	c.SetCol(0, x[:2])
	var d mat.Dense
	d.MulElem(&c, a)
	return &d
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func zero(a *mat.Dense) float64 {
	var c mat.Dense
	c.CloneFrom(a)
	y := c.At(0, 1)
	c.Zero()
	c.Set(1, 0, y*a.At(1, 0))
	return y * c.At(1, 0)
}

// made makes what it works on of x.
//
//godiff:vjp wrt=x
//godiff:jvp wrt=x
func made(x []float64) float64 {
	m := mat.NewDense(2, 2, x)
	v := mat.NewVecDense(2, x[:2])
	s := mat.NewSymDense(2, x)
	var u, w mat.VecDense
	u.MulVec(m, v)
	w.MulVec(s, &u)
	return mat.Dot(&u, &w)
}

// raw reads the memory of matrices.
//
//godiff:vjp wrt=a,v
//godiff:jvp wrt=a,v
//godiff:hvp wrt=a,v
func raw(a *mat.Dense, v *mat.VecDense) float64 {
	y := 0.0
	for i, x := range a.RawRowView(1) {
		y += x * x * float64(i+1)
	}
	r := a.RawMatrix()
	return y * r.Data[r.Stride] * v.RawVector().Data[1]
}

// elements reads and sets elements.
//
//godiff:vjp wrt=a,v,s
//godiff:jvp wrt=a,v,s
func elements(a *mat.Dense, v *mat.VecDense, s *mat.SymDense) float64 {
	c := mat.NewDense(2, 2, nil)
	u := mat.NewVecDense(2, nil)
	r := mat.NewSymDense(2, nil)
	for i := range 2 {
		for j := range 2 {
			c.Set(i, j, a.At(i, j)*a.At(j, i))
			r.SetSym(i, j, s.At(j, i)*c.At(i, j))
		}
		u.SetVec(i, v.AtVec(i)*v.At(i, 0)*r.At(0, 1))
	}
	return u.AtVec(0) * u.At(1, 0) * c.At(0, 1) * r.At(1, 1)
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
//godiff:hvp wrt=a
func reduce(a *mat.Dense) float64 {
	return mat.Sum(a) * a.Trace() * mat.Trace(a.T())
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func norms(a mat.Matrix, order float64) float64 {
	return mat.Norm(a, order)
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func denseNorm(a *mat.Dense, order float64) float64 {
	return a.Norm(order)
}

//godiff:vjp wrt=v
//godiff:jvp wrt=v
func vecNorm(v *mat.VecDense, order float64) float64 {
	return v.Norm(order)
}

//godiff:vjp wrt=s
//godiff:jvp wrt=s
//godiff:hvp wrt=s
func symNorm(s *mat.SymDense, order float64) float64 {
	return s.Norm(order) * s.Trace()
}

//godiff:vjp wrt=x,y
//godiff:jvp wrt=x,y
//godiff:hvp wrt=x,y
func dot(x, y *mat.VecDense) float64 {
	return mat.Dot(x, y) * mat.Dot(x, x)
}

//godiff:vjp wrt=x,a,y
//godiff:jvp wrt=x,a,y
func innerProduct(x *mat.VecDense, a mat.Matrix, y *mat.VecDense) float64 {
	return mat.Inner(x, a, y)
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func addVec(a, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.AddVec(a, b)
	return &v
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func subVec(a, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.SubVec(a, b)
	return &v
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func mulElemVec(a, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.MulElemVec(a, b)
	return &v
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func divElemVec(a, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.DivElemVec(a, b)
	return &v
}

//godiff:vjp wrt=alpha,a
//godiff:jvp wrt=alpha,a
func scaleVec(alpha float64, a *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.ScaleVec(alpha, a)
	return &v
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func scaleVecA(alpha float64, a *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.ScaleVec(alpha, a)
	return &v
}

//godiff:vjp wrt=a,alpha,b
//godiff:jvp wrt=a,alpha,b
func addScaledVec(a *mat.VecDense, alpha float64, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.AddScaledVec(a, alpha, b)
	return &v
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func addScaledVecAB(a *mat.VecDense, alpha float64, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.AddScaledVec(a, alpha, b)
	return &v
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func mulVec(a mat.Matrix, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.MulVec(a, b)
	return &v
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func mulVecA(a mat.Matrix, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.MulVec(a, b)
	return &v
}

//godiff:vjp wrt=b
//godiff:jvp wrt=b
func mulVecB(a mat.Matrix, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	v.MulVec(a, b)
	return &v
}

// copiesVec copies in every way.
//
//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func copiesVec(a, b *mat.VecDense) *mat.VecDense {
	v := mat.VecDenseCopyOf(a)
	var w mat.VecDense
	w.CloneFromVec(b)
	w.SetVec(1, a.AtVec(0))
	v.CopyVec(&w)
	y := v.AtVec(1)
	w.Zero()
	w.SetVec(0, y*y)
	v.CopyVec(&w)
	w.Reset()
	w.ReuseAsVec(2)
	w.SetVec(1, v.AtVec(0))
	v.CopyVec(&w)
	return v
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func addSym(a, b *mat.SymDense) *mat.SymDense {
	var s mat.SymDense
	s.AddSym(a, b)
	return &s
}

//godiff:vjp wrt=x,a
//godiff:jvp wrt=x,a
func scaleSym(x float64, a *mat.SymDense) *mat.SymDense {
	var s mat.SymDense
	s.ScaleSym(x, a)
	return &s
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func scaleSymA(x float64, a *mat.SymDense) *mat.SymDense {
	var s mat.SymDense
	s.ScaleSym(x, a)
	return &s
}

//godiff:vjp wrt=a,alpha,x
//godiff:jvp wrt=a,alpha,x
func symRankOne(a *mat.SymDense, alpha float64, x *mat.VecDense) *mat.SymDense {
	var s mat.SymDense
	s.SymRankOne(a, alpha, x)
	return &s
}

//godiff:vjp wrt=a,alpha,x
//godiff:jvp wrt=a,alpha,x
func symRankK(a *mat.SymDense, alpha float64, x *mat.Dense) *mat.SymDense {
	var s mat.SymDense
	s.SymRankK(a, alpha, x)
	return &s
}

//godiff:vjp wrt=alpha,x
//godiff:jvp wrt=alpha,x
func symOuterK(alpha float64, x *mat.Dense) *mat.SymDense {
	var s mat.SymDense
	s.SymOuterK(alpha, x)
	return &s
}

// copiesSym copies in every way.
//
//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func copiesSym(a, b *mat.SymDense) *mat.SymDense {
	s := mat.NewSymDense(3, nil)
	s.CopySym(a)
	s.SetSym(2, 2, s.At(0, 1))
	s.CopySym(b)
	y := s.At(0, 0)
	var r mat.SymDense
	r.AddSym(s, s)
	r.Zero()
	r.SetSym(1, 2, y*y)
	s.CopySym(&r)
	r.Reset()
	return s
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func inverse(a mat.Matrix) *mat.Dense {
	var c mat.Dense
	if err := c.Inverse(a); err != nil {
		panic(err)
	}
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func solve(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	if err := c.Solve(a, b); err != nil {
		panic(err)
	}
	return &c
}

//godiff:vjp wrt=b
//godiff:jvp wrt=b
func solveB(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	if err := c.Solve(a, b); err != nil {
		panic(err)
	}
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func solveVec(a mat.Matrix, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	if err := v.SolveVec(a, b); err != nil {
		panic(err)
	}
	return &v
}

//godiff:vjp wrt=b
//godiff:jvp wrt=b
func solveVecB(a mat.Matrix, b *mat.VecDense) *mat.VecDense {
	var v mat.VecDense
	if err := v.SolveVec(a, b); err != nil {
		panic(err)
	}
	return &v
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func det(a mat.Matrix) float64 {
	return mat.Det(a)
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
//godiff:hvp wrt=a
func logDet(a *mat.Dense) float64 {
	y, sign := mat.LogDet(a)
	return y * sign * mat.Det(a.T())
}

// cholesky uses a factorization in every way. It is zero where there is none.
//
//godiff:vjp wrt=s,b,v
//godiff:jvp wrt=s,b,v
func cholesky(s *mat.SymDense, b *mat.Dense, v *mat.VecDense) float64 {
	var c mat.Cholesky
	if !c.Factorize(s) {
		return 0
	}
	var x mat.Dense
	if err := c.SolveTo(&x, b); err != nil {
		panic(err)
	}
	var u mat.VecDense
	if err := c.SolveVecTo(&u, v); err != nil {
		panic(err)
	}
	var inverse mat.SymDense
	if err := c.InverseTo(&inverse); err != nil {
		panic(err)
	}
	return mat.Norm(&x, 2)*mat.Dot(&u, v)*c.LogDet() + c.Det()*mat.Inner(&u, &inverse, v)
}

// factors takes the factors out.
//
//godiff:vjp wrt=s
//godiff:jvp wrt=s
func factors(s *mat.SymDense) *mat.Dense {
	var c mat.Cholesky
	c.Factorize(s)
	var l, u mat.TriDense
	c.LTo(&l)
	c.UTo(&u)
	var p mat.Dense
	p.Mul(&l, &l)
	var q mat.Dense
	q.Mul(u.T(), &p)
	q.Set(0, 0, q.At(0, 0)*l.At(0, 0)*u.At(0, 1))
	return &q
}

//godiff:vjp wrt=a,b,v
//godiff:jvp wrt=a,b,v
func luSolve(a, b *mat.Dense, v *mat.VecDense, trans bool) float64 {
	var lu mat.LU
	lu.Factorize(a)
	var x mat.Dense
	if err := lu.SolveTo(&x, trans, b); err != nil {
		panic(err)
	}
	var u mat.VecDense
	if err := lu.SolveVecTo(&u, trans, v); err != nil {
		panic(err)
	}
	y, _ := lu.LogDet()
	return mat.Norm(&x, 2)*u.AtVec(0) + mat.Dot(&u, v)*y + lu.Det()
}

//godiff:vjp wrt=a,b,v
//godiff:jvp wrt=a,b,v
func qrSolve(a, b *mat.Dense, v *mat.VecDense, trans bool) float64 {
	var qr mat.QR
	qr.Factorize(a)
	var x mat.Dense
	if err := qr.SolveTo(&x, trans, b); err != nil {
		panic(err)
	}
	var u mat.VecDense
	if err := qr.SolveVecTo(&u, trans, v); err != nil {
		panic(err)
	}
	return mat.Norm(&x, 2)*u.AtVec(0) + mat.Dot(&u, &u)
}

// recurrent uses vectors again and again, and writes a matrix between.
//
//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func recurrent(a *mat.Dense, b *mat.VecDense) float64 {
	var h, t mat.VecDense
	h.CloneFromVec(b)
	for i := range 4 {
		t.MulVec(a, &h)
		h.AddVec(&t, b)
		if i == 2 {
			a.Set(0, 1, h.AtVec(0))
			h.MulElemVec(&t, &t)
		}
	}
	return mat.Dot(&h, &t)
}

// shapes gives a matrix other sizes.
//
//godiff:vjp wrt=a
//godiff:jvp wrt=a
func shapes(a *mat.Dense) float64 {
	var c mat.Dense
	y := 0.0
	for i := range 2 {
		c.Mul(a, a.T())
		y += c.At(0, 1)
		c.Reset()
		c.Mul(a.T(), a)
		y += c.At(2, 1) * y
		if i == 0 {
			c.Reset()
		}
		c.Reset()
	}
	return y
}

// newton factorizes again and again.
//
//godiff:vjp wrt=s,b
//godiff:jvp wrt=s,b
func newton(s *mat.SymDense, b *mat.VecDense) float64 {
	var c mat.Cholesky
	var lu mat.LU
	var x mat.VecDense
	a := mat.NewSymDense(2, nil)
	a.CopySym(s)
	for range 3 {
		c.Factorize(a)
		if err := c.SolveVecTo(&x, b); err != nil {
			panic(err)
		}
		a.SetSym(0, 0, a.At(0, 0)+x.AtVec(0)*x.AtVec(0))
		lu.Factorize(a)
		if err := lu.SolveVecTo(&x, false, b); err != nil {
			panic(err)
		}
		a.SetSym(1, 1, a.At(1, 1)+x.AtVec(1)*x.AtVec(1))
	}
	return x.AtVec(0) * c.LogDet()
}

// views multiplies views.
//
//godiff:vjp wrt=a,v
//godiff:jvp wrt=a,v
func views(a *mat.Dense, v *mat.VecDense) float64 {
	var c mat.Dense
	c.Mul(a.Slice(0, 2, 1, 3), a.Slice(1, 3, 0, 2))
	var u mat.VecDense
	u.MulVec(&c, v.SliceVec(1, 3))
	return mat.Dot(a.RowView(0), a.ColView(1)) * mat.Dot(&u, v.SliceVec(0, 2)) * c.Slice(0, 1, 0, 2).(*mat.Dense).At(0, 1)
}

// listed has matrices in slices, of pointers and of values.
//
//godiff:vjp wrt=a
//godiff:jvp wrt=a
func listed(a *mat.Dense) float64 {
	ps := make([]*mat.Dense, 3)
	vs := make([]mat.Dense, 3)
	for i := range ps {
		ps[i] = new(mat.Dense)
		ps[i].Mul(a, a)
		vs[i].Mul(ps[i], a.T())
	}
	y := 1.0
	for i, p := range ps {
		y *= mat.Norm(p, 2)
		y += mat.Sum(&vs[i])
	}
	return y
}

// chosen gives memory to one of two matrices, or to both.
//
//godiff:vjp wrt=a
//godiff:jvp wrt=a
func chosen(a *mat.Dense) float64 {
	p := &mat.Dense{}
	q := p
	if a.At(0, 0) > 0 {
		q = &mat.Dense{}
	}
	p.Mul(a, a)
	y := p.At(0, 0)
	q.Sub(a, a.T())
	return y * mat.Sum(p) * q.At(0, 1)
}

// assigned assigns matrices, which share memory then.
//
//godiff:vjp wrt=a
//godiff:jvp wrt=a
func assigned(a *mat.Dense) float64 {
	var c, d mat.Dense
	c.Mul(a, a)
	d = c
	d.Set(0, 0, d.At(0, 0)*a.At(0, 1))
	c.Set(1, 1, d.At(0, 0)*a.At(1, 1))
	return c.At(0, 0) * d.At(1, 1) * c.At(0, 1)
}

// square hands on what it is given and what it makes.
func square(a, b *mat.Dense) (*mat.Dense, *mat.Dense) {
	c := new(mat.Dense)
	c.Mul(a, b)
	return c, a
}

// nested calls functions that make matrices, and loops over elements.
//
//godiff:vjp wrt=a
//godiff:jvp wrt=a
func nested(a *mat.Dense) float64 {
	c, d := square(a, a)
	e, _ := square(c, d)
	r, n := e.Dims()
	y := 0.0
	for i := range r {
		for j := range n {
			y += e.At(i, j) * e.At(j, i)
		}
	}
	return y
}

// A model has its weights in matrices.
type model struct {
	W1, W2 *mat.Dense
	B      *mat.VecDense
}

// loss is that of a network of two layers.
//
//godiff:vjp wrt=m
//godiff:jvp wrt=m
//godiff:grad wrt=m
func (m *model) loss(x *mat.Dense, y []float64) float64 {
	rows, _ := x.Dims()
	sum := 0.0
	for i := range rows {
		var h, out mat.VecDense
		h.MulVec(m.W1, x.RowView(i))
		var g mat.VecDense
		g.AddVec(&h, m.B)
		for j := range g.Len() {
			g.SetVec(j, math.Tanh(g.AtVec(j)))
		}
		out.MulVec(m.W2, &g)
		d := out.AtVec(0) - y[i]
		sum += d * d
	}
	return sum
}

// unsolvable hides that there is no solution.
//
//godiff:vjp wrt=a
func unsolvable(a *mat.Dense) (*mat.Dense, error) {
	var c mat.Dense
	err := c.Inverse(a)
	return &c, err
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func stack(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Stack(a, b)
	return &c
}

//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func augment(a, b mat.Matrix) *mat.Dense {
	var c mat.Dense
	c.Augment(a, b)
	return &c
}

// lines takes rows and columns out.
//
//godiff:vjp wrt=a,x
//godiff:jvp wrt=a,x
func lines(a *mat.Dense, x []float64) float64 {
	y := x[1]
	col := mat.Col(x, 1, a)
	row := mat.Row(nil, 1, a.T())
	v := mat.NewVecDense(len(row), row)
	return y * col[0] * v.AtVec(1) * x[1] * mat.Col(nil, 0, a)[1]
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func extremes(a mat.Matrix) float64 {
	if mat.Equal(a, a) && mat.EqualApprox(a, a, 1e-3) {
		return mat.Max(a) * mat.Min(a)
	}
	return 0
}

//godiff:vjp wrt=a
//godiff:jvp wrt=a
func luDet(a *mat.Dense) float64 {
	var lu mat.LU
	lu.Factorize(a)
	return lu.Det()
}

// overwritten writes what it is given.
//
//godiff:vjp wrt=a,b
//godiff:jvp wrt=a,b
func overwritten(a, b *mat.Dense, v *mat.VecDense) float64 {
	b.Set(0, 0, a.At(1, 1)*b.At(0, 0))
	a.Copy(b)
	y := mat.Sum(a)
	a.Zero()
	b.SetRow(1, []float64{y, v.AtVec(0)})
	return mat.Norm(b, 2)
}

// single multiplies one matrix, and a list of them.
//
//godiff:vjp wrt=a
//godiff:jvp wrt=a
func single(a *mat.Dense) float64 {
	list := []mat.Matrix{a, a.T()}
	var c, d mat.Dense
	c.Product(list...)
	d.Product(&c)
	return d.At(0, 1)
}

// into writes products to what it is given, in memory that is there.
//
//godiff:vjp wrt=a,c,v
//godiff:jvp wrt=a,c,v
func into(a, c *mat.Dense, v *mat.VecDense) float64 {
	y := c.At(0, 0) * v.AtVec(0)
	c.Mul(a, a.T())
	v.MulVec(c, mat.VecDenseCopyOf(v))
	y *= c.At(0, 1) * v.AtVec(1)
	c.Sub(a, a.T())
	return y * c.At(0, 1)
}

// A workspace has memory for what it computes.
type workspace struct {
	W    *mat.Dense
	h, g mat.VecDense
	chol *mat.SymDense
}

// loss computes in the workspace.
//
//godiff:vjp wrt=w
//godiff:jvp wrt=w
func (w *workspace) loss(xs []*mat.VecDense) float64 {
	y := 0.0
	for _, x := range xs {
		w.h.MulVec(w.W, x)
		w.g.MulElemVec(&w.h, x)
		y += mat.Dot(&w.g, &w.h)
	}
	w.chol.SymOuterK(y, w.W)
	var c mat.Cholesky
	if !c.Factorize(w.chol) {
		return 0
	}
	return c.LogDet() + y
}
