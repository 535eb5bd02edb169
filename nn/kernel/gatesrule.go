package kernel

// The rules of cells go through the steps of the functions backwards, each by the rule of its kernel. Where a function overwrites what it
// is given, the adjoint of that takes the place of the result's.

// RNNCellAdjoint is the reverse rule of RNNCell.
//
//godiff:derivative of=RNNCell writes=h
func RNNCellAdjoint[T Float](h, x []T, at, ldx, m, n int, dh, dx []T) {
	TanhAdjoint(h, nil, dh, dh)
	for i := range m {
		Axpy(1, dh[i*n:(i+1)*n], dx[at+i*ldx:at+i*ldx+n])
	}
}

// RNNCellTangent is the forward rule of RNNCell.
//
//godiff:derivative of=RNNCell mode=jvp
func RNNCellTangent[T Float](h, x []T, at, ldx, m, n int, dh, dx []T) {
	RNNCell(h, x, at, ldx, m, n)
	for i := range m {
		dstate, dinput := dh[i*n:(i+1)*n], dx[at+i*ldx:at+i*ldx+n]
		for j, y := range h[i*n : (i+1)*n] {
			dstate[j] = (dstate[j] + dinput[j]) * (1 - y*y)
		}
	}
}

// LSTMCellAdjoint is the reverse rule of LSTMCell.
//
//godiff:derivative of=LSTMCell writes=h,c,squashed,gates
func LSTMCellAdjoint[T Float](h, c, squashed, gates, x []T, at, ldx int, before []T, m, n int, dh, dc, dsquashed, dgates, dx, dbefore []T) {
	for i := range m {
		row, drow := gates[4*n*i:4*n*(i+1)], dgates[4*n*i:4*n*(i+1)]
		in, forget, cand, out := row[:n], row[n:2*n], row[2*n:3*n], row[3*n:]
		din, dforget, dcand, dout := drow[:n], drow[n:2*n], drow[2*n:3*n], drow[3*n:]
		dstate, dsquash, squash := dh[i*n:(i+1)*n], dsquashed[i*n:(i+1)*n], squashed[i*n:(i+1)*n]
		MulAdd(dout, dstate, squash)
		MulAdd(dsquash, dstate, out)
		clear(dstate)

		dcell, last := dc[i*n:(i+1)*n], before[i*n:(i+1)*n]
		TanhAdjoint(squash, nil, dsquash, dcell)
		MulAdd(din, dcell, cand)
		MulAdd(dcand, dcell, in)
		MulAdd(dforget, dcell, last)
		MulAdd(dbefore[i*n:(i+1)*n], dcell, forget)
		clear(dcell)

		SigmoidAdjoint(row[:2*n], nil, drow[:2*n], drow[:2*n])
		TanhAdjoint(cand, nil, dcand, dcand)
		SigmoidAdjoint(out, nil, dout, dout)
		Axpy(1, drow, dx[at+i*ldx:at+i*ldx+4*n])
	}
}

// LSTMCellTangent is the forward rule of LSTMCell.
//
//godiff:derivative of=LSTMCell mode=jvp
func LSTMCellTangent[T Float](h, c, squashed, gates, x []T, at, ldx int, before []T, m, n int, dh, dc, dsquashed, dgates, dx, dbefore []T) {
	LSTMCell(h, c, squashed, gates, x, at, ldx, before, m, n)
	for i := range m {
		row, drow, dinput := gates[4*n*i:4*n*(i+1)], dgates[4*n*i:4*n*(i+1)], dx[at+i*ldx:at+i*ldx+4*n]
		for j := range n {
			in, forget, cand, out, squash := row[j], row[n+j], row[2*n+j], row[3*n+j], squashed[i*n+j]
			din := (drow[j] + dinput[j]) * in * (1 - in)
			dforget := (drow[n+j] + dinput[n+j]) * forget * (1 - forget)
			dcand := (drow[2*n+j] + dinput[2*n+j]) * (1 - cand*cand)
			dout := (drow[3*n+j] + dinput[3*n+j]) * out * (1 - out)
			dcell := dforget*before[i*n+j] + forget*dbefore[i*n+j] + din*cand + in*dcand
			dsquash := dcell * (1 - squash*squash)
			drow[j], drow[n+j], drow[2*n+j], drow[3*n+j] = din, dforget, dcand, dout
			dc[i*n+j], dsquashed[i*n+j], dh[i*n+j] = dcell, dsquash, dout*squash+out*dsquash
		}
	}
}

// GRUCellAdjoint is the reverse rule of GRUCell.
//
//godiff:derivative of=GRUCell writes=h,candidate,gates
func GRUCellAdjoint[T Float](h, candidate, gates, x []T, at, ldx int, before []T, m, n int, dh, dcandidate, dgates, dx, dbefore []T) {
	for i := range m {
		row, drow, dinput := gates[3*n*i:3*n*(i+1)], dgates[3*n*i:3*n*(i+1)], dx[at+i*ldx:at+i*ldx+3*n]
		reset, update, product := row[:n], row[n:2*n], row[2*n:]
		dreset, dupdate, dproduct := drow[:n], drow[n:2*n], drow[2*n:]
		cand, dcand, dstate := candidate[i*n:(i+1)*n], dcandidate[i*n:(i+1)*n], dh[i*n:(i+1)*n]
		MulAdd(dupdate, dstate, before[i*n:(i+1)*n])
		MulAdd(dbefore[i*n:(i+1)*n], dstate, update)
		Axpy(1, dstate, dcand)
		Scale(dstate, -1, dstate) // for what 1−z contributes
		MulAdd(dupdate, dstate, cand)
		MulAdd(dcand, dstate, update)
		clear(dstate)

		TanhAdjoint(cand, nil, dcand, dcand)
		MulAdd(dreset, dcand, product)
		MulAdd(dproduct, dcand, reset)
		Axpy(1, dcand, dinput[2*n:])
		clear(dcand)

		SigmoidAdjoint(row[:2*n], nil, drow[:2*n], drow[:2*n])
		Axpy(1, drow[:2*n], dinput[:2*n])
	}
}

// GRUCellTangent is the forward rule of GRUCell.
//
//godiff:derivative of=GRUCell mode=jvp
func GRUCellTangent[T Float](h, candidate, gates, x []T, at, ldx int, before []T, m, n int, dh, dcandidate, dgates, dx, dbefore []T) {
	GRUCell(h, candidate, gates, x, at, ldx, before, m, n)
	for i := range m {
		row, drow, dinput := gates[3*n*i:3*n*(i+1)], dgates[3*n*i:3*n*(i+1)], dx[at+i*ldx:at+i*ldx+3*n]
		for j := range n {
			reset, update, product, cand, last := row[j], row[n+j], row[2*n+j], candidate[i*n+j], before[i*n+j]
			dreset := (drow[j] + dinput[j]) * reset * (1 - reset)
			dupdate := (drow[n+j] + dinput[n+j]) * update * (1 - update)
			dcand := (dinput[2*n+j] + dreset*product + reset*drow[2*n+j]) * (1 - cand*cand)
			drow[j], drow[n+j], dcandidate[i*n+j] = dreset, dupdate, dcand
			dh[i*n+j] = (1-update)*dcand + update*dbefore[i*n+j] + dupdate*(last-cand)
		}
	}
}

// CopyRowsAdjoint: dst = x.
//
//godiff:derivative of=CopyRows writes=dst
func CopyRowsAdjoint[T Float](dst []T, at, ldd int, x []T, m, n int, ddst, dx []T) {
	for i := range m {
		row := ddst[at+i*ldd : at+i*ldd+n]
		Axpy(1, row, dx[i*n:(i+1)*n])
		clear(row)
	}
}

// CopyRowsTangent is the forward rule of CopyRows.
//
//godiff:derivative of=CopyRows mode=jvp
func CopyRowsTangent[T Float](dst []T, at, ldd int, x []T, m, n int, ddst, dx []T) {
	CopyRows(ddst, at, ldd, dx, m, n)
	CopyRows(dst, at, ldd, x, m, n)
}
