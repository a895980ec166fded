// SPDX-License-Identifier: Apache-2.0

// Package socketstamper is a stamper for Turnkey's Go client that asks a frame: no private key in this process, no
// package but Go's own.
package socketstamper

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// Stamp is one HTTP header, in the shape of the Stamp of Turnkey's client: a pointer to one converts to the other.
type Stamp struct {
	HeaderName  string
	HeaderValue string
}

// Error says why there is no stamp. Fallback says what to do: "passkey" (ask for an approval), "retry" (later) or
// "never". Name is the frame's error, with its Parameters; or, without a dot, what this package found itself.
type Error struct {
	Name       string
	Fallback   string
	Parameters map[string]any
	Cause      error
}

func (e *Error) Error() string { return fmt.Sprintf("%q %q %v", e.Name, e.Parameters, e.Cause) }
func (e *Error) Unwrap() error { return e.Cause }

// SocketStamper has requests stamped over a stamp socket. Each stamp has a connection of its own, and goroutines may
// share one.
type SocketStamper struct {
	SocketPath string
	Session    string
	Timeout    time.Duration
}

// New returns a stamper for the session "default", which waits for 10 s.
func New(socketPath string) *SocketStamper {
	return &SocketStamper{SocketPath: socketPath, Session: "default", Timeout: 10 * time.Second}
}

// Stamp returns the header that stamps body, which is UTF-8: send exactly these bytes with it. Its errors are *Error; a
// time-out's cause is ctx's. A frame that goes away without an answer is asked once more: a second stamp does no harm.
func (s *SocketStamper) Stamp(ctx context.Context, body []byte) (*Stamp, error) {
	call, err := writeCall(body, s.Session)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	reply, err := s.exchange(ctx, call)
	if reply == nil && err == nil {
		reply, err = s.exchange(ctx, call)
	}
	if ctx.Err() != nil {
		return nil, &Error{Name: "timedOut", Fallback: "retry", Cause: ctx.Err()}
	}
	if err != nil {
		return nil, err
	}
	return readReply(reply)
}

// exchange returns the reply with its NUL, or nil where the connection ended before that.
func (s *SocketStamper) exchange(ctx context.Context, call []byte) ([]byte, error) {
	connection, err := new(net.Dialer).DialContext(ctx, "unix", s.SocketPath)
	if err != nil {
		return nil, &Error{Name: "noFrame", Fallback: "retry", Cause: err}
	}
	go func() { <-ctx.Done(); connection.Close() }() // at the time-out, or when Stamp returns
	if err := refuseStrangers(connection.(*net.UnixConn)); err != nil {
		return nil, err
	}
	_, _ = connection.Write(call) // where it is not read to its end, a refusal may have come
	reader := bufio.NewReaderSize(io.LimitReader(connection, replyLimitBytes+1), replyLimitBytes+1)
	reply, err := reader.ReadBytes(0)
	if err != nil && len(reply) <= replyLimitBytes {
		return nil, nil
	}
	rest, _ := reader.Peek(reader.Buffered())
	return append(reply, rest...), nil
}
