// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// Lets a test write a session's name as a literal. A text that is none ends the test's process.
extension SessionName: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) {
        do { self = try SessionName(text) } catch { preconditionFailure(error.description) }
    }
}

/// Lets a test write a public key as a literal. A text that is none ends the test's process.
extension PublicKey: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) {
        do { self = try PublicKey(text) } catch { preconditionFailure(error.description) }
    }
}
