// SPDX-License-Identifier: Apache-2.0

/// A command to a key that needs its user's consent.
protocol KeyCommand: AnyObject {
    /// The name of the libfido2 function.
    var call: String { get }

    /// Sets whether the key itself verifies its user. Not to be combined with a PIN.
    func setVerifiesByItself(_ verifies: Bool)

    /// Sends the command and blocks until the key answers. `pin` ends in a zero byte, or is `nil`.
    func send(to device: OpaquePointer?, pin: UnsafePointer<CChar>?) -> CInt
}
