package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// ink is the largest value of a pixel in the data.
const ink = 16

// A dataset is a list of images, pixels from 0 to 1, and the digit that each shows.
type dataset struct {
	images [][]float64
	labels []int
}

func (d dataset) len() int { return len(d.images) }

// slice returns the examples from the first index up to the second, sharing memory with d.
func (d dataset) slice(from, to int) dataset {
	return dataset{d.images[from:to], d.labels[from:to]}
}

// shuffle puts the examples in random order, in place.
func (d dataset) shuffle(random *rand.Rand) {
	random.Shuffle(d.len(), func(i, j int) {
		d.images[i], d.images[j] = d.images[j], d.images[i]
		d.labels[i], d.labels[j] = d.labels[j], d.labels[i]
	})
}

// split shuffles the data and holds a fifth back for the test. It is the same fifth in every run, so that
// runs with other seeds can be compared.
func (d dataset) split() (training, test dataset) {
	d.shuffle(rand.New(rand.NewPCG(1, 1)))
	held := d.len() / 5
	return d.slice(held, d.len()), d.slice(0, held)
}

// parse reads examples from r, a csv file that may be compressed with gzip: on each line the 64 pixels of an
// 8×8 image, by rows, from 0 for paper to 16 for ink, and its label from 0 to 9. Errors carry the name of the
// file and the line.
func parse(name string, r io.Reader) (dataset, error) {
	buffered := bufio.NewReader(r)
	r = buffered
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return dataset{}, fmt.Errorf("%s: %w", name, err)
		}
		r = unzipped
	}

	var d dataset
	lines := bufio.NewScanner(r)
	line := 0
	for lines.Scan() && lines.Err() == nil { // after an error, the line is only a part of one
		line++
		image, label, err := parseLine(lines.Text())
		if err != nil {
			return dataset{}, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		d.images = append(d.images, image)
		d.labels = append(d.labels, label)
	}
	if err := lines.Err(); err == bufio.ErrTooLong {
		return dataset{}, fmt.Errorf("%s:%d: a line of more than %d bytes", name, line+1, bufio.MaxScanTokenSize)
	} else if err != nil {
		return dataset{}, fmt.Errorf("%s:%d: %w", name, line+1, err)
	}
	if d.len() < labels {
		return dataset{}, fmt.Errorf("%s:%d: the file ends after %d digits; at least %d are needed", name, line+1, d.len(), labels)
	}
	return d, nil
}

// parseLine reads one example.
func parseLine(line string) (image []float64, label int, err error) {
	columns := strings.Split(line, ",")
	if len(columns) != pixels+1 {
		return nil, 0, fmt.Errorf("%d columns; want %d pixels and a label", len(columns), pixels)
	}
	image = make([]float64, pixels)
	for i := range image {
		text := strings.TrimSpace(columns[i])
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, 0, fmt.Errorf("column %d: pixel %q is not a number", i+1, text)
		}
		if !(0 <= v && v <= ink) {
			return nil, 0, fmt.Errorf("column %d: pixel %s is not between 0 and %d", i+1, text, ink)
		}
		image[i] = v / ink
	}
	text := strings.TrimSpace(columns[pixels])
	label, err = strconv.Atoi(text)
	if err != nil {
		return nil, 0, fmt.Errorf("column %d: label %q is not a whole number", pixels+1, text)
	}
	if label < 0 || label >= labels {
		return nil, 0, fmt.Errorf("column %d: label %d is not between 0 and %d", pixels+1, label, labels-1)
	}
	return image, label, nil
}
