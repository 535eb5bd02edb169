package train

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// WriteFile writes a file so that, whenever it is interrupted, the name leads to what was there or to all that is written. It goes by way of
// a file with .tmp at the end of its name, in the same folder; what an interruption leaves there is overwritten the next time. After an
// error of write, or another, what was there remains.
func WriteFile(name string, write func(io.Writer) error) (err error) {
	temporary := name + ".tmp"
	f, err := os.Create(temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temporary)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temporary, name); err != nil {
		return err
	}
	syncFolder(filepath.Dir(name))
	return nil
}

// syncFolder makes a new name last, where the system can: some cannot open folders, and their files are as good.
func syncFolder(name string) {
	if dir, err := os.Open(name); err == nil {
		dir.Sync()
		dir.Close()
	}
}
