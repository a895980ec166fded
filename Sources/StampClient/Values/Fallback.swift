// SPDX-License-Identifier: Apache-2.0

/// What to do after an error: ask the user's passkey, try again later, or give up.
///
/// A frame says it in the `fallback` field of its errors; an error without the field means `never`.
public enum Fallback: String, Codable, Sendable, Hashable, CaseIterable {
    case passkey
    case retry
    case never
}
