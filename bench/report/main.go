// Report measures the derivatives of package bench and prints two tables in Markdown: what each function and its
// derivatives cost, with the reason where the generated one falls short, and how the cost grows with the size. It draws the ratios in an SVG file.
//
//	go run ./report [-svg FILE] [-rounds N]
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/godiff/godiff/bench"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("report: ")
	svg := flag.String("svg", "report.svg", "draw the ratios in this `file`")
	rounds := flag.Int("rounds", 41, "take the median of `n` rounds, an odd number")
	flag.Parse()
	if flag.NArg() > 0 || *rounds < 1 || *rounds%2 == 0 {
		flag.Usage()
		os.Exit(2)
	}

	var rows []row
	var growth []series
	for _, c := range bench.Cases {
		rows = append(rows, measure(c, *rounds))
		if c.Sizes != nil {
			growth = append(growth, measureGrowth(c, *rounds))
		}
	}
	fmt.Println(costTable(rows))
	if list := shortfalls(rows); list != "" {
		fmt.Println("Where the derivative by hand is better by more than a tenth, or allocates less:\n\n" + list)
	}
	fmt.Println(growthTable(growth))
	if err := os.WriteFile(*svg, chart(rows), 0o666); err != nil {
		log.Fatal(err)
	}
}
