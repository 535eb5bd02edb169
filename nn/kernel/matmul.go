package kernel

import "fmt"

// MatMul sets c to the product a·b of an m×k and a k×n matrix, which lie row by row without gaps, as do those of the functions below.
// They are [Gemm] without its strides and factors, and what is said there holds.
//
// Each panics before it writes anything if a size is negative or a slice has another length than its matrix has elements.
func MatMul[T Float](c, a, b []T, m, k, n int) {
	checkMatMul("MatMul", len(c), len(a), len(b), m, k, n)
	gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n)
}

// MatMulAdd adds a·b to c, for a that is m×k and b that is k×n. See [MatMul].
func MatMulAdd[T Float](c, a, b []T, m, k, n int) {
	checkMatMul("MatMulAdd", len(c), len(a), len(b), m, k, n)
	gemm(false, false, m, n, k, 1, a, k, b, n, 1, c, n)
}

// MatMulTA sets c, which is m×n, to aᵀ·b, for a that is k×m and b that is k×n. See [MatMul].
func MatMulTA[T Float](c, a, b []T, m, k, n int) {
	checkMatMul("MatMulTA", len(c), len(a), len(b), m, k, n)
	gemm(true, false, m, n, k, 1, a, m, b, n, 0, c, n)
}

// MatMulTAAdd adds aᵀ·b to c, which is m×n, for a that is k×m and b that is k×n. See [MatMul].
func MatMulTAAdd[T Float](c, a, b []T, m, k, n int) {
	checkMatMul("MatMulTAAdd", len(c), len(a), len(b), m, k, n)
	gemm(true, false, m, n, k, 1, a, m, b, n, 1, c, n)
}

// MatMulTB sets c, which is m×n, to a·bᵀ, for a that is m×k and b that is n×k. See [MatMul].
func MatMulTB[T Float](c, a, b []T, m, k, n int) {
	checkMatMul("MatMulTB", len(c), len(a), len(b), m, k, n)
	gemm(false, true, m, n, k, 1, a, k, b, k, 0, c, n)
}

// MatMulTBAdd adds a·bᵀ to c, which is m×n, for a that is m×k and b that is n×k. See [MatMul].
func MatMulTBAdd[T Float](c, a, b []T, m, k, n int) {
	checkMatMul("MatMulTBAdd", len(c), len(a), len(b), m, k, n)
	gemm(false, true, m, n, k, 1, a, k, b, k, 1, c, n)
}

func checkMatMul(name string, c, a, b, m, k, n int) {
	if m < 0 || k < 0 || n < 0 || a != m*k || b != k*n || c != m*n {
		panic(fmt.Sprintf("kernel: %s: m×k is %d×%d and a has %d elements, k×n is %d×%d and b has %d, m×n is %d×%d and c has %d",
			name, m, k, a, k, n, b, m, n, c))
	}
}
