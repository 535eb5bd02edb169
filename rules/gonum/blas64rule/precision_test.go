package blas64rule_test

// tolerance is that of comparisons with differences.
const tolerance = 1e-6

// factors are those that products and sums are multiplied by.
var factors = []struct{ alpha, beta float64 }{{1, 0}, {-1.5, 1}, {0, 0.7}, {0.8, -2}}
