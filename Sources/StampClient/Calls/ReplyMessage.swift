// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import NIOCore
import Varlink

/// A reply as it comes over the wire: its parameters, or an error's name with the error's parameters.
struct ReplyMessage: Sendable {
    private let data: Data
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

    /// Checks each byte of it; what is read of it later has one reading.
    ///
    /// - Throws: `.protocolViolation` where it is not a JSON object of a reply's shape.
    init(_ message: ByteBuffer) throws(StampError) {
        data = Data(message.readableBytesView)
        do throws(StrictJSONError) {
            envelope = try JSONDecoder().decodeStrictly(Envelope.self, from: data)
        } catch {
            let detail = error.detail.map { ": \($0)" } ?? ""
            throw .protocolViolation(detail: "a reply that is no JSON object\(detail)")
        }
    }

    /// Whether more replies to the same call follow.
    var continues: Bool { envelope.continues ?? false }

    /// - Throws: the error that the frame replied, or `.protocolViolation` where a field is missing or of another type.
    func read<Parameters: Decodable>(_ type: Parameters.Type) throws(StampError) -> Parameters {
        if let name = envelope.error { throw readError(name) }
        do {
            return try JSONDecoder().decode(Body<Parameters>.self, from: data).parameters
        } catch {
            throw .protocolViolation(detail: "a reply lacks a parameter, or has one of another type")
        }
    }

    /// The reply of a method that answers nothing: its parameters may be absent.
    func readNothing() throws(StampError) {
        if let name = envelope.error { throw readError(name) }
    }

    private func readError(_ name: String) -> StampError {
        guard let kind = ErrorName(rawValue: name) else { return .protocolViolation(detail: "unknown error \(name)") }
        guard let body = try? JSONDecoder().decode(ErrorBody.self, from: data),
            let error = kind.make(body.parameters ?? ErrorParameters())
        else { return .protocolViolation(detail: "\(name) lacks a parameter, or has one of another type") }
        return error
    }
}
