// SPDX-License-Identifier: Apache-2.0

package socketstamper

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

const (
	callLimitBytes  = 1 << 20 // what a frame reads of one call
	replyLimitBytes = 1 << 16 // far more than a stamp or an error has
)

// writeCall returns the call with its NUL.
func writeCall(body []byte, session string) ([]byte, error) {
	if !utf8.Valid(body) { // encoding/json would repair it: other bytes would be signed than sent
		return nil, &Error{Name: "notUTF8", Fallback: "never"}
	}
	var call bytes.Buffer
	encoder := json.NewEncoder(&call)
	encoder.SetEscapeHTML(false)
	parameters := map[string]string{"payload": string(body), "session": session}
	err := encoder.Encode(map[string]any{"method": "io.stampd.Stamper.Stamp", "parameters": parameters})
	if err != nil || call.Len() > callLimitBytes+1 {
		return nil, &Error{Name: "tooLarge", Fallback: "never", Cause: err}
	}
	call.Bytes()[call.Len()-1] = 0 // in the place of Encode's newline
	return call.Bytes(), nil
}

// readReply reads a reply with its NUL, or nil, of a connection that ended.
func readReply(reply []byte) (*Stamp, error) {
	if reply == nil {
		return nil, &Error{Name: "connectionLost", Fallback: "retry"}
	}
	violation := &Error{Name: "protocolViolation", Fallback: "never"}
	var message map[string]any
	if len(reply) > replyLimitBytes || !utf8.Valid(reply) || json.Unmarshal(reply[:len(reply)-1], &message) != nil {
		return nil, violation
	}
	parameters, isObject := message["parameters"].(map[string]any)
	name, isError := message["error"].(string)
	if isObject && isError && len(message) == 2 {
		fallback, _ := parameters["fallback"].(string)
		if fallback != "passkey" && fallback != "retry" {
			fallback = "never"
		}
		return nil, &Error{Name: name, Fallback: fallback, Parameters: parameters}
	}
	value, isText := parameters["stampHeaderValue"].(string)
	if isObject && isText && len(message) == 1 && parameters["stampHeaderName"] == "X-Stamp" {
		return &Stamp{HeaderName: "X-Stamp", HeaderValue: value}, nil
	}
	return nil, violation
}
