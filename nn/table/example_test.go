package table_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/godiff/godiff/nn/table"
)

const iris = `sepal length,sepal width,petal length,petal width,species
5.1,3.5,1.4,0.2,setosa
7.0,3.2,4.7,1.4,versicolor
6.3,3.3,6.0,2.5,virginica
4.9,3.0,1.4,0.2,setosa
`

// The class of each row is in the last column.
func ExampleRead() {
	t, err := table.Read[float32](strings.NewReader(iris), table.Format{Header: true, Labels: "-1"})
	if err != nil {
		log.Fatal(err)
	}
	names := table.Classes(t.Labels)
	classes, err := table.Index(t.Labels, names)
	if err != nil {
		log.Fatal(err)
	}
	for i, row := range t.Rows {
		fmt.Println(row, classes[i], names[classes[i]])
	}
	// Output:
	// [5.1 3.5 1.4 0.2] 0 setosa
	// [7 3.2 4.7 1.4] 1 versicolor
	// [6.3 3.3 6 2.5] 2 virginica
	// [4.9 3 1.4 0.2] 0 setosa
}

// The petal's width is to be predicted; the species is left out.
func ExampleRead_target() {
	t, err := table.Read[float64](strings.NewReader(iris), table.Format{Header: true, Target: "petal width", Ignore: []string{"species"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.Names)
	fmt.Println(t.Rows[1], t.Targets[1])
	// Output:
	// [sepal length sepal width petal length]
	// [7 3.2 4.7] 1.4
}

// An error says where it is.
func ExampleRead_error() {
	_, err := table.Read[float64](strings.NewReader("x,y\n1,2\n3,four\n"), table.Format{Header: true})
	fmt.Println(err)
	// Output: table: parse error on line 3, column 3: field 2 (y): "four" is no number
}
