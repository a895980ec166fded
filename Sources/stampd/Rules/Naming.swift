// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// What a stamping proxy sends with a call: the delegate for whom it asks, and the API path to which it will send the
/// payload.
struct Naming: Equatable {
    var delegate: String?
    var path: String?

    /// The longest text, in bytes: as long as the party of a counter may be.
    static let maximumByteCount = 512

    init(delegate: String? = nil, path: String? = nil) {
        self.delegate = delegate
        self.path = path
    }

    /// Reads both parameters.
    ///
    /// - Throws: InvalidParameter for a text that the audit could not record: empty, of more than 512 bytes, or with a
    ///   character that is not printable ASCII.
    init(_ parameters: Parameters) throws(ErrorReply) {
        delegate = try Self.text(.delegate, of: parameters)
        path = try Self.text(.path, of: parameters)
    }

    private static func text(_ name: ParameterName, of parameters: Parameters) throws(ErrorReply) -> String? {
        guard let text = try parameters.optionalText(name, maximumByteCount: maximumByteCount) else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else { throw .invalidParameter(name) }
        return text
    }

    var isGiven: Bool { delegate != nil || path != nil }

    /// Whether a peer may name delegates.
    enum Belief {
        case believed
        case notBelieved
        /// It depends on something about the peer that cannot be told.
        case untold
    }
}

extension Caller.ProxyStatement {
    /// Converts a text that a peer sent or left out.
    init(_ text: String?, _ belief: Naming.Belief) {
        switch (text, belief) {
        case (let text?, .believed): self = .text(text)
        case (_, .notBelieved): self = .none
        case (nil, .believed), (_, .untold): self = .untold
        }
    }
}
