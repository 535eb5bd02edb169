package blas32rule_test

// tolerance is that of comparisons with differences.
const tolerance = 5e-2

// factors are those that products and sums are multiplied by. An alpha of 0 is for
// double precision: what a small one adds is lost in single.
var factors = []struct{ alpha, beta float32 }{{1, 0}, {-1.5, 1}, {0.5, 0.7}, {0.8, -2}}
