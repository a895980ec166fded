// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// What a stamping proxy says with a call: for whom it asks, and the API path that it will send to.
struct Naming: Equatable {
    var delegate: String?
    var path: String?

    /// As long as the party of a counter may be.
    static let maximumByteCount = 512

    init() {}

    /// - Throws: For a text that is empty, too long, or of no valid type.
    init(_ parameters: Parameters) throws(ErrorReply) {
        delegate = try Self.text(.delegate, of: parameters)
        path = try Self.text(.path, of: parameters)
    }

    private static func text(_ name: ParameterName, of parameters: Parameters) throws(ErrorReply) -> String? {
        guard let text = try parameters.optionalText(name, maximumByteCount: maximumByteCount) else { return nil }
        guard !text.isEmpty else { throw .invalidParameter(name) }
        return text
    }

    var isGiven: Bool { delegate != nil || path != nil }

    /// Whether what a peer says of a call is believed.
    enum Belief {
        case believed
        case notBelieved
        /// Of what decides it, something cannot be told.
        case untold
    }
}

extension Caller.Told {
    /// What a peer said, or left out.
    init(_ text: String?, _ belief: Naming.Belief) {
        switch (text, belief) {
        case (let text?, .believed): self = .text(text)
        case (_, .notBelieved): self = .none
        case (nil, .believed), (_, .untold): self = .untold
        }
    }
}
