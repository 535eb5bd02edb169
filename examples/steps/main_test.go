package main

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what README.md shows")

// TestReadme checks that README.md shows what the program prints, and network.svg what it draws.
func TestReadme(t *testing.T) {
	const begin, end = "```\n", "```\n\n![" // around the output
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	shown, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md shows no output")
	}
	step := take()
	text, svg := step.String(), string(step.SVG())
	if *update {
		page := before + begin + text + end + after
		if err := os.WriteFile("README.md", []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("network.svg", []byte(svg), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if shown != text {
		t.Errorf("README.md shows\n%swant\n%s(go test ./examples/steps -update rewrites it)", shown, text)
	}
	if drawn, err := os.ReadFile("network.svg"); err != nil || string(drawn) != svg {
		t.Errorf("network.svg is not what is drawn (%v; go test ./examples/steps -update rewrites it)", err)
	}
}
