package runtime

// StopGradient returns x. Its derivative is zero: to the derivative of the
// function that calls it, the result is a constant.
//
//	loss := sq(q - godiff.StopGradient(target))
//
//godiff:nodiff
func StopGradient[T any](x T) T { return x }

// WithGradient returns x and does not call hook. In the reverse sweep the
// adjoint of x becomes hook(adjoint of the result): clip it, log it, replace it,
// set a breakpoint. For a slice or a pointer the hook is given the shadow of
// the result, which holds what comes by way of that alone, and may change it in
// place; a slice that it returns must not be shorter. Variables that the hook
// captures have the values that they had when WithGradient was called. Where
// nothing depends on the result the hook is not called. Forward mode passes
// tangents through unchanged.
//
//	h = godiff.WithGradient(h, func(dh float64) float64 { return max(-1, min(dh, 1)) })
func WithGradient[T any](x T, hook func(dx T) T) T { return x }
