// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A call of the system that failed, with its errno.
struct SystemError: Error {
    let call: String
    let code: Int32

    init(call: StaticString, code: Int32) {
        self.call = call.description
        self.code = code
    }

    /// As a sentence's end: `bind: Address already in use`.
    var message: String { unsafe "\(call): \(String(cString: strerror(code)))" }
}

/// Throws unless `result` is libsystemd's zero or more.
func checkSystemd(_ result: Int32, _ call: StaticString) throws(SystemError) {
    guard result >= 0 else { throw SystemError(call: call, code: -result) }
}

/// Throws unless `result` is libc's zero or more; errno is read before anything else can change it.
@discardableResult
func checkLibc(_ result: Int32, _ call: StaticString) throws(SystemError) -> Int32 {
    let code = errno
    guard result >= 0 else { throw SystemError(call: call, code: code) }
    return result
}
