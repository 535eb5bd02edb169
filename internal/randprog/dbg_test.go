package randprog
import ("testing";"fmt";"os")
func TestDbg(t *testing.T){
	gen:=compiler(t)
	for i:=0;i<4;i++{
	ps:=programs(1,2+i%2,Options{})
	os.RemoveAll("/tmp/rp")
	c:=Config{Root:root(t),Generate:gen, Dir:"/tmp/rp"}
	r,_:=Check(ps[1:],c)
	for _,f:=range r.Failures { fmt.Println(i,f.Seed,f.Message) }
	r,_=Check(ps,c)
	for _,f:=range r.Failures { fmt.Println("both",i,f.Seed,f.Message) }
	}
}
