// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
package import NIOCore
import Varlink

/// A reply on the wire: its parameters, or an error's name with the error's parameters.
package struct ReplyMessage: Sendable {
    private let json: StrictJSON
    private let envelope: Envelope

    private struct Envelope: Decodable {
        let error: String?
        let continues: Bool?
    }

    private struct ErrorBody: Decodable {
        let parameters: ErrorParameters?
    }

    private struct Body<Parameters: Decodable>: Decodable {
        let parameters: Parameters
    }

    /// Reads a reply.
    ///
    /// - Throws: `.protocolViolation` if it is not a JSON object of a reply's shape.
    package init(_ message: ByteBuffer) throws(StampError) {
        do throws(JSONError) {
            json = try StrictJSON(Data(message.readableBytesView))
        } catch {
            throw .protocolViolation(detail: "a reply that is no JSON object: \(error.message)")
        }
        do throws(StrictJSONError) {
            envelope = try json.decode(Envelope.self)
        } catch {
            throw .protocolViolation(detail: "a reply that is no JSON object")
        }
    }

    /// Whether more replies to the same call follow.
    package var continues: Bool { envelope.continues ?? false }

    /// Decodes the reply's parameters.
    ///
    /// - Throws: The error that the frame replied, or `.protocolViolation` if a field is missing or has another type.
    package func read<Parameters: Decodable>(_ type: Parameters.Type) throws(StampError) -> Parameters {
        if let name = envelope.error { throw readError(name) }
        do throws(StrictJSONError) {
            return try json.decode(Body<Parameters>.self).parameters
        } catch {
            throw .protocolViolation(detail: "a reply lacks a parameter, or has one of another type")
        }
    }

    /// Checks the reply of a method without results, whose parameters may be absent.
    package func readNothing() throws(StampError) {
        if let name = envelope.error { throw readError(name) }
    }

    private func readError(_ name: String) -> StampError {
        guard let kind = ErrorName(rawValue: name) else { return .protocolViolation(detail: "unknown error \(name)") }
        guard let body = try? json.decode(ErrorBody.self),
            let error = kind.make(body.parameters ?? ErrorParameters())
        else { return .protocolViolation(detail: "\(name) lacks a parameter, or has one of another type") }
        return error
    }
}
