package judge

import (
	"fmt"
	"math"
	"reflect"
)

// matrix returns what FJacobian or FHessian returned: rows, or the one number that the second derivative by a number is.
func (p *point) matrix(name string, fn any) ([][]float64, error) {
	args := copies(p.args, nil)
	rest, err := p.returned(name, call(reflect.ValueOf(fn), args, args), false)
	if err != nil {
		return nil, err
	}
	if p.fallible() {
		if last := rest[len(rest)-1]; !last.IsNil() {
			return nil, fmt.Errorf("%s: error %v where F returns none", name, last.Interface())
		}
	}
	if rest[0].Kind() != reflect.Slice {
		return [][]float64{{rest[0].Float()}}, nil
	}
	rows := make([][]float64, rest[0].Len())
	for i := range rows {
		row := rest[0].Index(i)
		for j := range row.Len() {
			rows[i] = append(rows[i], row.Index(j).Float())
		}
	}
	return rows, nil
}

// compareJacobian compares FJacobian, which has a row for each number in the results, with the columns of J.
func (p *point) compareJacobian(m *measured) error {
	if p.Jacobian == nil || m.columns == nil {
		return nil
	}
	rows, err := p.matrix("Jacobian", p.Jacobian)
	if err != nil {
		return err
	}
	if got, want := len(rows), p.countResults(); got != want {
		return fmt.Errorf("the Jacobian has %d rows, want %d", got, want)
	}
	for j, row := range rows {
		if len(row) != len(p.x) {
			return fmt.Errorf("row %d of the Jacobian has %d elements, want %d", j, len(row), len(p.x))
		}
		for i, got := range row {
			if want := m.columns[i][j]; !p.agree(got, want, math.Abs(want)) && !p.rounding(m, i, got-want) {
				return contradiction(fmt.Sprintf("Jacobian: output %d by %s is %v, forward mode %v", j, p.label(i), got, want), got, want)
			}
		}
	}
	return nil
}

// times returns FHessian times a direction.
func (p *point) times(u []float64) ([]float64, error) {
	rows, err := p.matrix("Hessian", p.Hessian)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(p.x) {
		return nil, fmt.Errorf("the Hessian has %d rows, want %d", len(rows), len(p.x))
	}
	hu := make([]float64, len(rows))
	for i, row := range rows {
		if len(row) != len(p.x) {
			return nil, fmt.Errorf("row %d of the Hessian has %d elements, want %d", i, len(row), len(p.x))
		}
		hu[i], _ = dot(row, u)
	}
	return hu, nil
}
