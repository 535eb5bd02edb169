//go:build !unix

package main

import "os/exec"

// stopWithChildren does nothing: trials need a shell of Unix anyway.
func stopWithChildren(*exec.Cmd) {}
