package randprog
import ("testing";"os";"fmt";"strings")
func TestDbg(t *testing.T){
	os.RemoveAll("/tmp/rp")
	o:=Options{Statements:3, Depth:2, Helpers:-1, Hostile:-1, Weight: map[string]int{}}
	for _,c:=range strings.Split(*without,","){ o.Weight[c]=0 }
	r,err:=Check(programs(*seed,*count,o),Config{Root:root(t),Dir:"/tmp/rp",Generate:compiler(t)})
	for _,f:=range r.Failures { fmt.Printf("FAIL %d %.300s\n",f.Seed,f.Message) }
	for _,f:=range r.Refusals { fmt.Printf("REF %d %.300s\n",f.Seed,f.Message) }
	r.Failures,r.Refusals=nil,nil
	fmt.Printf("%+v %v\n",r,err)
}
func TestDbgMin(t *testing.T){
	o:=Options{Statements:3, Depth:2, Helpers:-1, Hostile:-1, Weight: map[string]int{}}
	for _,c:=range strings.Split(*without,","){ o.Weight[c]=0 }
	ps:=programs(*seed,*count,o)
	c:=Config{Root:root(t),Generate:compiler(t)}
	r,_:=Check(ps,c)
	for _,f:=range r.Failures { fmt.Printf("FAIL %d %.300s\n%s\n",f.Seed,f.Message,Minimised(ps[f.Index],f.Message,c).Source) }
}
