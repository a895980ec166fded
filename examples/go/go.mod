module example.com/socketstamper

go 1.19
