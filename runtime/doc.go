// Package runtime holds what differentiated Go code may call while it runs:
// marks for the compiler in primal code, shadows of values whose sharing is
// known only at run time, and the checks at the entry of a derivative.
//
// Most derivatives need none of it. The derivative of plain code allocates its
// shadows with make and new and imports nothing of godiff.
//
// # Who calls what
//
// The user, in primal code: [StopGradient] and [WithGradient].
//
// Generated code, where the shape of a shadow is known only at run time
// (pointers, maps, interfaces, slices that may overlap):
//
//	func (m *Model) LossGrad(x []float64) (dm *Model) {
//		dm = godiff.Shadow(m)
//		…
//
// Generated code, where the primal writes through one of several arguments. An
// argument that shares memory with another has a shadow that shares in the same
// way, so that an adjoint is found where the value was written:
//
//	func AxpyGrad(x, y []float64) (dx, dy []float64) {
//		m := godiff.NewMirror(x, y)
//		dx, dy = godiff.ShadowIn(m, x), godiff.ShadowIn(m, y)
//		…
//
// Or the derivative is made for arguments that share nothing, and says so:
//
//	if !godiff.Disjoint(x, y) {
//		panic("Axpy: x and y share memory")
//	}
//
// And where the caller gives the shadows:
//
//	if !godiff.Mirrors(godiff.Pair(x, dx), godiff.Pair(y, dy)) {
//		panic("Axpy: dx and dy do not share memory as x and y do")
//	}
//
// And where the caller gives them while the primal appends to slices that a
// parameter leads to. Into spare capacity it appends in place, where all see it
// who share the array. A given shadow may lack that capacity, so the derivative
// computes with a wider one, and puts the results back:
//
//	func PushJVP(m, dm *Stack, v, dv float64) {
//		wide := godiff.Widen(m, dm)
//		defer wide.Narrow()
//		dm = wide.Shadow
//		… m.Items = append(m.Items, v) …
//
// Generated code, where an interface holds floats by value. Nobody can add to
// what an interface holds, so while the derivative runs its shadow holds a pointer:
//
//	dshapes = godiff.Shadow(shapes)
//	defer godiff.Unbox(godiff.Box(dshapes))
//	…
//	case Circle:
//		dshape.(*Circle).R += dr
//
// Where the primal lets the interface hold another value, what the caller gave
// for the old one is the adjoint of the new one ([BoxGiven], [Renew]).
//
// Generated code, where the primal sorts. What compares as equal must come out as
// the library leaves it, so the library is asked for its order ([Order]) or for
// its steps ([Sorter]).
//
// # Shadows
//
// The shadow of a value has its type and shape: every slice has the same length
// and capacity, nil is nil, a map has the same keys, an interface holds the same
// dynamic type. Its floats and complex numbers are zero, and so is everything
// that carries no derivative: integers, strings, functions, channels, errors,
// and slices, pointers and maps that lead to no float ([]int becomes nil).
// What lies behind the types of sync and sync/atomic or behind an unsafe.Pointer
// carries none. Unexported fields are followed like the others.
//
// Memory is a set of places. A shadow maps the places that a value reaches
// one-to-one to fresh places, so everything that shares memory with the value's
// parts shares in the same way in the shadow:
//
//	value                            shadow
//	y = x[2:5]                       dy = dx[2:5]
//	p = &x[3]                        dp = &dx[3]
//	p = &m.Bias                      dp = &dm.Bias
//	a[:4] and a[2:]                  da[:4] and da[2:]
//	m.Encoder == m.Decoder           dm.Encoder == dm.Decoder
//	n.Next == n                      dn.Next == dn
//
// # How it is done
//
// A walk collects the pieces of memory that a value reaches: runs of elements of
// one type, arrays of arrays flattened, slices up to their capacity. A variable
// of Go is a tree of arrays and structs; a pointer or slice denotes a node of it
// or neighbouring elements of one array. Hence, of the pieces that overlap,
// the outermost are elements of one array, and all others lie inside of an
// element. Pieces sorted by address fall into blocks; a block gets one fresh
// allocation of the outermost element type, and a pointer to address a becomes
// the block's shadow plus a's offset in the block. Memory that was given two
// unrelated types with package unsafe is mirrored if it holds no pointers, and
// refused with a panic otherwise.
//
// [Wide.Narrow] is the same translation backwards, from the wide shadow to the
// memory that the given one has up to the lengths of its slices. A link is
// translated if it is not what it was at first, which a copy of the links tells.
//
// The cost is n log n in the number of pieces, plus the size of the memory that
// is cleared. The common cases, slices of floats, take no detour through
// reflection, and for them the checks allocate nothing.
//
// Nothing here has state that outlives a call, and no value is written to; nor is
// a shadow, except by AddShadow, Narrow, Box, Unbox and Renew.
// Functions are safe for concurrent use as long as nobody writes the slice
// headers, pointers, maps and interfaces of the values meanwhile.
package runtime
