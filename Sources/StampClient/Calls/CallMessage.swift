// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import NIOCore

/// A call on the wire: one JSON object, ended by one NUL byte (varlink.org/Wire).
struct CallMessage<Parameters: Encodable>: Encodable {
    let method: String
    let parameters: Parameters
    /// Asks for a stream of replies; absent for a single one.
    var more: Bool?

    /// Encodes the call.
    ///
    /// - Throws: `.protocolViolation` if the parameters cannot be encoded, which is the encoder's fault and never the
    ///   text's.
    func makeMessage() throws(StampError) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            var message = ByteBuffer(bytes: try encoder.encode(self))
            message.writeInteger(UInt8(0))
            return message
        } catch {
            throw .protocolViolation(detail: "\(method) has no JSON")
        }
    }
}

/// The parameters of a method that has none.
struct NoParameters: Codable {}
