package plot_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/godiff/godiff/nn/plot"
)

func ExampleChart() {
	chart := plot.Chart{Title: "Cross entropy", X: "epoch", Log: true, Curves: []plot.Curve{
		{Name: "training", Y: []float64{0.9, 0.4, 0.2, 0.1}},
		{Name: "validation", Y: []float64{1, 0.5, 0.3, 0.25}},
	}}
	file := filepath.Join(os.TempDir(), "loss.svg")
	if err := os.WriteFile(file, chart.SVG(), 0o666); err != nil {
		log.Fatal(err)
	}
	defer os.Remove(file)
	fmt.Println("see", filepath.Base(file))
	// Output: see loss.svg
}
