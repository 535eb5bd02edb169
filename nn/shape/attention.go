package shape

// Attention panics with an *[Error] unless queries are batch × steps × heads·d, keys batch × sources × heads·d, and values batch × sources ×
// heads·e.
func Attention(queries, keys, values []int, heads int) {
	Check(heads > 0 && len(queries) == 3 && queries[2]%heads == 0, "Attend heads", queries, []int{heads})
	Check(len(keys) == 3 && keys[0] == queries[0] && keys[2] == queries[2], "Attend keys", keys, queries)
	Check(len(values) == 3 && values[0] == keys[0] && values[1] == keys[1], "Attend values", values, keys)
	Check(values[2]%heads == 0, "Attend heads", values, []int{heads})
}
