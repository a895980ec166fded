// SPDX-License-Identifier: Apache-2.0
package import CFIDO2

/// Where keys are plugged in.
package protocol SecurityKeyBus: Sendable {
    /// The keys that are there now, each a device file or what stands for it.
    ///
    /// - Throws: `noKey` and `notPermitted`.
    func devices() throws(SecurityKeyError) -> [SecurityKeyDevice]
}

/// A key that is plugged in.
package struct SecurityKeyDevice: Sendable {
    package let name: SecurityKeyName
    /// How reports of 64 bytes go to it and come from it. `nil`: libfido2's own way, hidraw.
    package let port: (@Sendable () -> fido_dev_io_t)?

    package init(name: SecurityKeyName, port: (@Sendable () -> fido_dev_io_t)? = nil) {
        self.name = name
        self.port = port
    }
}
