module example.com/stamponce

go 1.19

require (
	example.com/socketstamper v0.0.0
	github.com/tkhq/go-sdk/v2 v2.0.0
)

replace (
	example.com/socketstamper => ../../../examples/go
	github.com/tkhq/go-sdk/v2 => ./turnkey
)
