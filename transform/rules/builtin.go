package rules

// BuiltinMax: the adjoint goes to the argument that the value was taken from; to the first where both are equal, to the
// NaN where there is one.
//
//godiff:derivative of=max
func BuiltinMax(x, y, z, dz float64) (dx, dy float64) {
	if x >= y || x != x {
		return dz, 0
	}
	return 0, dz
}

// BuiltinMaxX is [BuiltinMax] for x.
//
//godiff:derivative of=max wrt=x
func BuiltinMaxX(x, y, z, dz float64) (dx float64) {
	if x >= y || x != x {
		return dz
	}
	return 0
}

// BuiltinMaxY is [BuiltinMax] for y.
//
//godiff:derivative of=max wrt=y
func BuiltinMaxY(x, y, z, dz float64) (dy float64) {
	if x >= y || x != x {
		return 0
	}
	return dz
}

// BuiltinMin: the adjoint goes to the argument that the value was taken from; to the first where both are equal, to the
// NaN where there is one.
//
//godiff:derivative of=min
func BuiltinMin(x, y, z, dz float64) (dx, dy float64) {
	if x <= y || x != x {
		return dz, 0
	}
	return 0, dz
}

// BuiltinMinX is [BuiltinMin] for x.
//
//godiff:derivative of=min wrt=x
func BuiltinMinX(x, y, z, dz float64) (dx float64) {
	if x <= y || x != x {
		return dz
	}
	return 0
}

// BuiltinMinY is [BuiltinMin] for y.
//
//godiff:derivative of=min wrt=y
func BuiltinMinY(x, y, z, dz float64) (dy float64) {
	if x <= y || x != x {
		return 0
	}
	return dz
}
