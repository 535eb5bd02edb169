package randprog
import ("testing";"os";"fmt")
func TestDbg(t *testing.T){
	os.RemoveAll("/tmp/rp")
	r,err:=Check(programs(1,20,Options{}),Config{Root:root(t),Dir:"/tmp/rp",Generate:compiler(t)})
	for _,f:=range r.Failures { fmt.Printf("FAIL %d %.300s\n",f.Seed,f.Message) }
	for _,f:=range r.Refusals { fmt.Printf("REF %d %.300s\n",f.Seed,f.Message) }
	r.Failures,r.Refusals=nil,nil
	fmt.Println(r,err)
}
