package kernel

// EachWay is for the tests of rules, which are in a package of their own since they need generated code.
var EachWay = eachWay
