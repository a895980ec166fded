// SPDX-License-Identifier: Apache-2.0

/// Which key is meant, for people: what it calls itself and where it is.
public struct SecurityKeyName: Sendable, Hashable, CustomStringConvertible {
    /// Manufacturer and product as the key says them; may be empty.
    public let product: String
    /// Its device file, such as `/dev/hidraw3`.
    public let path: String

    package init(product: String, path: String) {
        self.product = product
        self.path = path
    }

    /// On one line, without what a terminal would take for a command.
    public var description: String {
        product.isEmpty ? "\(PromptText(path))" : "\(PromptText(product)) (\(PromptText(path)))"
    }
}
