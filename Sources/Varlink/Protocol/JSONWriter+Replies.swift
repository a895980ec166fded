// SPDX-License-Identifier: Apache-2.0

/// Varlink messages, each ended by one NUL byte.
extension JSONWriter {
    /// One reply to a call. `continues` says that more replies to it follow; only for a call that asked for `more`.
    package mutating func reply(continues: Bool = false, _ writeParameters: (inout JSONWriter) -> Void = { _ in }) {
        object { message in
            message.objectMember("parameters", writeParameters)
            if continues { message.member("continues", true) }
        }
        bytes.append(0)
    }

    /// One error as the reply to a call.
    package mutating func reply(_ error: ErrorReply) {
        object { message in
            message.member("error", error.name.rawValue)
            message.objectMember("parameters", error.writeParameters)
        }
        bytes.append(0)
    }
}
