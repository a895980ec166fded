// SPDX-License-Identifier: Apache-2.0

/// Writes Varlink messages, each ended by one NUL byte.
extension JSONWriter {
    /// Writes one reply to a call.
    ///
    /// - Parameters:
    ///   - continues: Whether more replies to the call follow; only for a call that asked for `more`.
    ///   - writeParameters: Writes the members of the reply's parameters.
    package mutating func reply(continues: Bool = false, _ writeParameters: (inout JSONWriter) -> Void = { _ in }) {
        object { message in
            message.objectMember("parameters", writeParameters)
            if continues { message.member("continues", true) }
        }
        bytes.append(0)
    }

    /// Writes one error as the reply to a call.
    package mutating func reply(_ error: ErrorReply) {
        object { message in
            message.member("error", error.name.rawValue)
            message.objectMember("parameters", error.writeParameters)
        }
        bytes.append(0)
    }
}
