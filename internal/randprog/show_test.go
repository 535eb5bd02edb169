package randprog
import ("testing";"os")
func TestShow(t *testing.T){ os.WriteFile("/tmp/rp_one/p.go",[]byte(Generate(*seed).Source),0o666) }
