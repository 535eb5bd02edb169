package blas32rule_test

// tolerance is that of comparisons with differences.
const tolerance = 5e-2
