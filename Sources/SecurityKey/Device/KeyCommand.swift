// SPDX-License-Identifier: Apache-2.0

/// What a key is asked to do with its user's consent.
protocol KeyCommand: AnyObject {
    /// libfido2's name of it.
    var call: String { get }

    /// Asks that the key itself verify its user; not together with a PIN.
    func setVerifiesByItself(_ verifies: Bool)

    /// Blocks until the key has answered. `pin`: ended by a zero, or `nil`.
    func send(to device: OpaquePointer?, pin: UnsafePointer<CChar>?) -> CInt
}
