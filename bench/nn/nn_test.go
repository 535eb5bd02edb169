package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestLearning checks that steps make the loss less.
func TestLearning(t *testing.T) {
	for i := range tasks {
		training := tasks[i].start(&tasks[i])
		_, first, _ := training.run(1)
		if _, last, _ := training.run(5); !(last < first) {
			t.Errorf("%s: the loss is %v at first and %v after some steps", tasks[i].name, first, last)
		}
	}
}

// TestSteady checks that what a step allocates does not grow with the batch.
func TestSteady(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, task := range tasks {
		var bytes [2]uint64
		for i, batch := range [...]int{4, 12} {
			task.batch = batch
			training := task.start(&task)
			training.run(3)
			bytes[i] = training.bytesPerStep()
		}
		if bytes[0] != bytes[1] {
			t.Errorf("%s: a step allocates %d bytes, and %d with a batch that is three times as large", task.name, bytes[0], bytes[1])
		}
	}
}

// TestTorch checks that PyTorch gets the same losses.
func TestTorch(t *testing.T) {
	peer, err := findTorch("python3,/usr/bin/python3", 1)
	if err != nil {
		t.Fatal(err)
	}
	if peer == nil {
		t.Skip("there is no PyTorch")
	}
	defer peer.close()
	for i := range tasks {
		training := tasks[i].start(&tasks[i])
		if err := peer.load(&tasks[i], training); err != nil {
			t.Fatal(err)
		}
		if err := agree(&tasks[i], training, peer); err != nil {
			t.Error(err)
		}
	}
}
