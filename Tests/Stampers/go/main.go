// SPDX-License-Identifier: Apache-2.0

// stamp_once SOCKET SESSION TIMEOUT_MILLISECONDS: stamps standard input, through the interface of Turnkey's client.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/socketstamper"
	"github.com/tkhq/go-sdk/v2"
)

// frameStamper is a frame as a stamper of turnkey.NewClient.
type frameStamper struct{ *socketstamper.SocketStamper }

func (f frameStamper) Stamp(ctx context.Context, body []byte) (*turnkey.Stamp, error) {
	stamp, err := f.SocketStamper.Stamp(ctx, body)
	return (*turnkey.Stamp)(stamp), err
}

func main() {
	socketStamper := socketstamper.New(os.Args[1])
	socketStamper.Session = os.Args[2]
	timeout, err := time.ParseDuration(os.Args[3] + "ms")
	if err != nil {
		panic(err)
	}
	socketStamper.Timeout = timeout
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	report(frameStamper{socketStamper}, body)
}

func report(stamper turnkey.Stamper, body []byte) {
	stamp, err := stamper.Stamp(context.Background(), body)
	var refusal *socketstamper.Error
	switch {
	case errors.As(err, &refusal):
		fmt.Println("refused", refusal.Name, refusal.Fallback)
	case err != nil:
		panic(err)
	default:
		fmt.Println("stamped", stamp.HeaderName, stamp.HeaderValue)
	}
}
