// SPDX-License-Identifier: Apache-2.0
package import CFIDO2

/// The place where keys are plugged in.
package protocol SecurityKeyBus: Sendable {
    /// Lists the keys that are plugged in now.
    ///
    /// - Throws: `noKey` and `notPermitted`.
    func devices() throws(SecurityKeyError) -> [SecurityKeyDevice]
}

/// A key that is plugged in.
package struct SecurityKeyDevice: Sendable {
    /// The key's name.
    package let name: SecurityKeyName
    /// Functions that send and receive reports of 64 bytes; `nil` for libfido2's own, by hidraw.
    package let port: (@Sendable () -> fido_dev_io_t)?

    /// Creates a key.
    package init(name: SecurityKeyName, port: (@Sendable () -> fido_dev_io_t)? = nil) {
        self.name = name
        self.port = port
    }
}
