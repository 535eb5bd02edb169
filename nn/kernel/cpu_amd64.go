package kernel

import "golang.org/x/sys/cpu"

//go:generate go -C ../../internal/kernelgen run . -out ../../nn/kernel/kernel_amd64.s -stubs ../../nn/kernel/kernel_amd64.go -pkg kernel

// accelerated says whether the assembly is used. Only tests change it.
var accelerated = cpu.X86.HasAVX2 && cpu.X86.HasFMA
