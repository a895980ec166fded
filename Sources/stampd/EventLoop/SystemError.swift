// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A system call that failed, with its errno.
struct SystemError: Error {
    let call: String
    let code: Int32

    init(call: StaticString, code: Int32) {
        self.call = call.description
        self.code = code
    }

    /// The error as the end of a sentence: `bind: Address already in use`.
    var message: String { unsafe "\(call): \(String(cString: strerror(code)))" }
}

/// Throws if `result` is negative, libsystemd's sign of an error.
func checkSystemd(_ result: Int32, _ call: StaticString) throws(SystemError) {
    guard result >= 0 else { throw SystemError(call: call, code: -result) }
}

/// Throws if `result` is negative, libc's sign of an error. Reads errno before anything else can change it.
@discardableResult
func checkLibc(_ result: Int32, _ call: StaticString) throws(SystemError) -> Int32 {
    let code = errno
    guard result >= 0 else { throw SystemError(call: call, code: code) }
    return result
}
