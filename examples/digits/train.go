package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// How the model is trained: found by trying.
const (
	batchSize = 32
	momentum  = 0.9
	rate      = 0.2 // in the first step; it falls to zero along half a cosine
)

// A result is a trained model and its losses after each epoch.
type result struct {
	model          *Model
	training, test []float64
}

// train trains m on the training set, in place: stochastic gradient descent with momentum, the digits shuffled
// anew in each epoch. Of the test set it only reports the loss. After each epoch report is given its number, from 1,
// and the mean losses.
func train(m *Model, training, test dataset, epochs int, seed uint64, report func(epoch int, training, test float64)) result {
	random := rand.New(rand.NewPCG(seed, 2))
	r := result{model: m}
	speed := make([][]float64, len(m.slices()))
	for i, w := range m.slices() {
		speed[i] = make([]float64, len(w))
	}
	for epoch := range epochs {
		training.shuffle(random)
		for from := 0; from < training.len(); from += batchSize {
			batch := training.slice(from, min(from+batchSize, training.len()))
			_, dm := m.LossValueGrad(batch.images, batch.labels)

			done := (float64(epoch) + float64(from)/float64(training.len())) / float64(epochs)
			descend(m.slices(), dm.slices(), speed, rate*(1+math.Cos(math.Pi*done))/2)
		}
		r.training = append(r.training, m.Loss(training.images, training.labels))
		r.test = append(r.test, m.Loss(test.images, test.labels))
		report(epoch+1, r.training[epoch], r.test[epoch])
	}
	return r
}

// descend moves each weight along its speed, after the gradient has changed that.
func descend(weights, gradient, speed [][]float64, rate float64) {
	for i, w := range weights {
		for j := range w {
			speed[i][j] = momentum*speed[i][j] - rate*gradient[i][j]
			w[j] += speed[i][j]
		}
	}
}

// A matrix of counts: by the digit that an image shows, and by the model's answer.
type matrix [labels][labels]int

// confusion returns how often m gave each answer to each digit of the set.
func confusion(m *Model, set dataset) matrix {
	var counts matrix
	for i, x := range set.images {
		z := m.Outputs(x)
		answer := 0
		for k, v := range z {
			if v > z[answer] {
				answer = k
			}
		}
		counts[set.labels[i]][answer]++
	}
	return counts
}

// accuracy returns the share of right answers.
func (m matrix) accuracy() float64 {
	right, all := 0, 0
	for digit, row := range m {
		right += row[digit]
		for _, n := range row {
			all += n
		}
	}
	return float64(right) / float64(all)
}

// String returns the counts as a table: a row for each digit, a column for each answer, a dot for none.
func (m matrix) String() string {
	var b strings.Builder
	b.WriteString("digit │ answered\n      │")
	for answer := range m {
		fmt.Fprintf(&b, "%4d", answer)
	}
	b.WriteString("\n──────┼" + strings.Repeat("─", 4*labels) + "\n")
	for digit, row := range m {
		fmt.Fprintf(&b, "%5d │", digit)
		for _, n := range row {
			if n == 0 {
				b.WriteString("   ·")
			} else {
				fmt.Fprintf(&b, "%4d", n)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
