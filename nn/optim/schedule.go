package optim

import "math"

// A Schedule returns the learning rate of a step; the first is step 0.
type Schedule func(step int) float64

// Constant returns the schedule with one rate.
func Constant(rate float64) Schedule { return func(int) float64 { return rate } }

// Stepwise returns the schedule that multiplies the rate by a factor every so many steps: rate·factor^⌊step/every⌋.
func Stepwise(rate, factor float64, every int) Schedule {
	return func(step int) float64 { return rate * math.Pow(factor, float64(step/every)) }
}

// Exponential returns the schedule that multiplies the rate by a factor each step: rate·factor^step.
func Exponential(rate, factor float64) Schedule {
	return func(step int) float64 { return rate * math.Pow(factor, float64(step)) }
}

// Inverse returns the schedule rate/(1 + step/scale): half of the rate after scale steps, and then as 1/t, which sums to infinity while its
// squares do not, as stochastic approximation wants it. Robbins and Monro, "A Stochastic Approximation Method", 1951.
func Inverse(rate, scale float64) Schedule {
	return func(step int) float64 { return rate / (1 + float64(step)/scale) }
}

// Cosine returns the schedule that rises evenly for warmup steps, to the peak in step warmup−1, and then falls to low by half a cosine:
// in step total it is low, and remains that. Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017; for the
// rise, Goyal et al., "Accurate, Large Minibatch SGD", 2017.
func Cosine(peak, low float64, warmup, total int) Schedule {
	return func(step int) float64 {
		switch {
		case step < warmup:
			return peak * float64(step+1) / float64(warmup)
		case step >= total:
			return low
		}
		share := float64(step-warmup) / float64(total-warmup)
		return low + (peak-low)*(1+math.Cos(math.Pi*share))/2
	}
}
