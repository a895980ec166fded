// SPDX-License-Identifier: Apache-2.0

/// The places of a call's parameters in its message.
///
/// Only the first nine are kept. No method takes more than eight, so among nine of different names there is one that
/// the method refuses.
struct ParameterTokens {
    struct Parameter {
        var name: JSONToken
        var value: JSONToken
    }

    static let maximumCount = 9
    private static let none = JSONToken(.null, 0, 0)
    private var kept = InlineArray<9, Parameter>(repeating: Parameter(name: none, value: none))
    private(set) var count = 0

    mutating func append(_ name: JSONToken, _ value: JSONToken) {
        guard count < Self.maximumCount else { return }
        kept[count] = Parameter(name: name, value: value)
        count += 1
    }

    subscript(index: Int) -> Parameter { kept[index] }
}
