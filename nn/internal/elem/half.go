package elem

import (
	"math"
	"math/bits"
)

// Half returns the value of an IEEE 754 binary16 number given by its bits: 1 of sign, 5 of exponent, 10 of significand.
// It is exact; the payload of a NaN is kept.
func Half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch {
	case exponent == 0x1f: // infinite or NaN
		exponent = 0xff
	case exponent != 0:
		exponent += 127 - 15
	case fraction != 0: // subnormal: 0.fraction · 2⁻¹⁴ is 1.rest · 2^(−14−shift)
		shift := uint32(bits.LeadingZeros16(uint16(fraction))) - 5
		fraction = fraction << shift & 0x3ff
		exponent = 127 - 14 - shift
	}
	return math.Float32frombits(sign | exponent<<23 | fraction<<13)
}

// Brain returns the value of a bfloat16 number given by its bits, the upper half of a float32. It is exact.
func Brain(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }
