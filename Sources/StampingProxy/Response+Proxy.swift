// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import NIOCore
import NIOHTTP1
import StampClient
import TurnkeyClient
import Varlink

extension Response {
    init(_ refusal: ProxyRefusal) {
        self.init(
            status: HTTPResponse.Status(code: refusal.status),
            headers: refusal.fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: refusal.envelope))
        )
    }

    /// Creates the API's answer with only those header fields that a client of the API reads.
    init(_ answer: HTTPAnswer) {
        var fields = HTTPFields()
        for (name, value) in answer.passedFields {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        self.init(
            status: HTTPResponse.Status(code: answer.status),
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }
}

extension ProxyRefusal {
    fileprivate var fields: HTTPFields {
        var fields: HTTPFields = [.contentType: "application/json"]
        fields[.stampdFallback] = fallback.rawValue
        if let seconds = retryAfterSeconds { fields[.retryAfter] = "\(seconds)" }
        return fields
    }

    /// The refusal in Turnkey's error envelope. The header field `Stampd-Fallback` says what to do about it.
    fileprivate var envelope: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("code", Int64(code))
            writer.member("message", message)
            writer.arrayMember("details") { _ in }
            writer.member("turnkeyErrorCode", "")
        }
        return writer.bytes
    }
}

extension ConnectionSettings {
    /// The rules for connections to a proxy: as many connections as a frame takes.
    static func proxy(for audience: Audience) -> ConnectionSettings {
        ConnectionSettings(isOneRequestAConnection: true, audience: audience, places: 768, placesPerUser: 512) {
            fault in
            let refusal = ProxyRefusal.head(fault)
            let fields = refusal.fields.map { ($0.name.rawName, $0.value) }
            return HeadRefusal(fields: HTTPHeaders(fields), body: refusal.envelope)
        }
    }
}

extension HTTPField.Name {
    static let stampdFallback = Self(constant: "Stampd-Fallback")
    static let stamp = Self(constant: "X-Stamp")

    /// Converts a constant that is a token (RFC 9110 §5.6.2).
    private init(constant text: String) {
        guard let name = Self(text) else { preconditionFailure("\(text) is no token") }
        self = name
    }
}
