// Package train has what a loop of training needs beside the step itself: batches in an order that a seed decides, means and confusion
// matrices, a rule for when to stop, and checkpoints.
//
// The loop stays the user's own, and so does the step. It is a for statement over batches:
//
//	batches := train.NewBatches(training, 32, seed)
//	for batches.Epoch < epochs {
//		var loss train.Mean
//		for batch := range batches.Next() {
//			space.Reset()
//			loss.Add(float64(model.LossVJP(batch.X.In(space), batch.Labels, gradient, 1)), batch.Len())
//			optimizer.Step()
//		}
//		fmt.Printf("epoch %d  loss %.4f\n", batches.Epoch, loss.Value())
//	}
//
// # Going on after an interruption
//
// A [State] lists what a run is made of: the model, the optimiser, the batches, means that are not finished, sources of random numbers.
// It is saved to one file, at any place of the loop where a step is complete, and loaded before it:
//
//	state := train.State{"model": model, "optimizer": optimizer, "batches": batches, "loss": &loss}
//	if err := state.Load(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
//		return err
//	}
//
// A run that was killed then goes on where it was saved last, and every bit is what it would have been without the interruption. That
// holds because the order of an epoch depends only on the seed and the epoch, and because batches count the one that is being worked on as
// done.
package train
