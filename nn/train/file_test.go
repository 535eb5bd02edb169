package train

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWriteFile checks that a file is the old one until the new one is complete.
func TestWriteFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	content := func() string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	write := func(text string, during func() error) error {
		return WriteFile(name, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, during())
		})
	}
	if err := write("first", func() error { return nil }); err != nil || content() != "first" {
		t.Fatalf("the file holds %q (%v)", content(), err)
	}
	long := strings.Repeat("second", 1<<18)
	err := write(long, func() error {
		if content() != "first" {
			t.Error("the file has changed while the next one is being written")
		}
		return nil
	})
	if err != nil || content() != long {
		t.Errorf("the file has not been replaced (%v)", err)
	}
	full := errors.New("full")
	if err := write("third", func() error { return full }); !errors.Is(err, full) || content() != long {
		t.Errorf("after a failure the error is %v", err)
	}
	if _, err := os.Stat(name + ".tmp"); err == nil {
		t.Error("a failure leaves what was written")
	}
	if err := os.WriteFile(name+".tmp", []byte(long+long), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := write("fourth", func() error { return nil }); err != nil || content() != "fourth" {
		t.Errorf("what an interruption left is in the way: %v", err)
	}
}
