//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// stopWithChildren lets a command that takes too long end with all that it has started.
func stopWithChildren(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}
