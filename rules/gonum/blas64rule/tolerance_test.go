package blas64rule_test

// tolerance is that of comparisons with differences.
const tolerance = 1e-6
