// SPDX-License-Identifier: Apache-2.0

package socketstamper

import (
	"math"
	"net"
	"os"
	"syscall"
)

// refuseStrangers refuses a listener who is neither root nor this user: SO_PEERCRED names who called listen(2)
// (unix(7)). 65534 and -1 stand for any user whom the kernel has no number for here (user_namespaces(7)).
func refuseStrangers(connection *net.UnixConn) error {
	uid := uint32(math.MaxUint32)
	raw, err := connection.SyscallConn()
	if err == nil {
		err = raw.Control(func(descriptor uintptr) {
			listener, err := syscall.GetsockoptUcred(int(descriptor), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
			if err == nil {
				uid = listener.Uid
			}
		})
	}
	isUnknown := err != nil || uid == 65534 || uid == math.MaxUint32
	if isUnknown || uid != 0 && uid != uint32(os.Geteuid()) {
		return &Error{Name: "untrustedListener", Fallback: "never", Parameters: map[string]any{"uid": uid}, Cause: err}
	}
	return nil
}
