// SPDX-License-Identifier: Apache-2.0

// Package turnkey stands in for Turnkey's client: what a stamper of its NewClient looks like.
package turnkey

import "context"

// Stamp is an HTTP header.
type Stamp struct {
	HeaderName  string
	HeaderValue string
}

// Stamper is what NewClient takes.
type Stamper interface {
	Stamp(ctx context.Context, body []byte) (*Stamp, error)
}
