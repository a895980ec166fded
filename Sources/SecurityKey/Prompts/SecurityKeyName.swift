// SPDX-License-Identifier: Apache-2.0

/// The name of a security key, to show to a person: the product text that it reports, and its device file, which tells
/// two keys of one model apart.
public struct SecurityKeyName: Sendable, Hashable, CustomStringConvertible {
    /// The manufacturer and product that the key reports; may be empty.
    public let product: String
    /// The key's device file, such as `/dev/hidraw3`.
    public let path: String

    /// Creates a name.
    package init(product: String, path: String) {
        self.product = product
        self.path = path
    }

    /// The name on one line, with unprintable characters escaped.
    public var description: String {
        product.isEmpty ? "\(PromptText(path))" : "\(PromptText(product)) (\(PromptText(path)))"
    }
}
