// SPDX-License-Identifier: Apache-2.0
//! The user at the other end of a socket.

use crate::{Fallback, StampError};
use std::os::unix::{io::AsRawFd, net::UnixStream};

extern "C" {
    fn getsockopt(socket: i32, level: i32, name: i32, value: *mut [u32; 3], length: *mut u32) -> i32;
    fn geteuid() -> u32;
}

/// Refuses a listener who is neither root nor this user: SO_PEERCRED names who called listen(2) (unix(7)).
///
/// 65534 and -1 stand for any user whom the kernel has no number for here (user_namespaces(7)).
pub fn refuse_strangers(connection: &UnixStream) -> Result<(), StampError> {
    const SOL_SOCKET: i32 = 1;
    const SO_PEERCRED: i32 = 17;
    let (mut credentials, mut length) = ([u32::MAX; 3], 12); // struct ucred: process, user, group
    let descriptor = connection.as_raw_fd();
    // SAFETY: `credentials` has the `length` bytes that the kernel may write.
    unsafe { getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &mut credentials, &mut length) };
    let uid = credentials[1];
    // SAFETY: geteuid(2) reads and writes no memory, and always succeeds.
    if uid == 65534 || uid == u32::MAX || uid != 0 && uid != unsafe { geteuid() } {
        return Err(StampError::new("untrustedListener", Fallback::Never, format!("uid {uid}")));
    }
    Ok(())
}
