module github.com/tkhq/go-sdk/v2

go 1.19
