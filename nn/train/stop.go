package train

// A Stop decides when a run has learned what it can: when the loss on examples that it is not trained with has not become less for some
// epochs (L. Prechelt, Early Stopping – But When?, 1998). The zero value with a patience is ready for use, and a [State] keeps it.
type Stop struct {
	Patience int     // the epochs without progress after which to stop; 0 for never
	Delta    float64 // what counts as progress is a loss that is less than Best by more than this
	Best     float64 // the least loss
	At       int     // its epoch, counted from 1; 0 if there is none
	Epochs   int     // the epochs seen
}

// Better takes the loss after an epoch and reports whether it is progress, so that the weights are worth keeping. A NaN never is.
func (s *Stop) Better(loss float64) bool {
	s.Epochs++
	if loss != loss || s.At > 0 && !(loss < s.Best-s.Delta) {
		return false
	}
	s.Best, s.At = loss, s.Epochs
	return true
}

// Now reports whether to stop.
func (s *Stop) Now() bool { return s.Patience > 0 && s.Epochs-s.At >= s.Patience }
