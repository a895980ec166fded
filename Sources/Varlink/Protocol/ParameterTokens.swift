// SPDX-License-Identifier: Apache-2.0

/// Where a call's parameters stand in its message.
///
/// Only the first nine are kept: no method takes more than eight, so that among nine of different names there is one
/// that is refused.
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
