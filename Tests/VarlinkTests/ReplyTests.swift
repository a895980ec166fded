// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("Replies") struct ReplyTests {
    static let denial = Denial(
        payload: "i",
        reason: "limit.day",
        at: "/parameters",
        retryAfterMilliseconds: 1,
        isTransient: true
    )

    static let errors: [ErrorReply] = [
        .interfaceNotFound(interface: "i"), .methodNotFound(method: "m"), .methodNotImplemented(method: "m"),
        .invalidParameter(parameter: "p"), .permissionDenied, .expectedMore, .noEmbeddedKey, .noSession(session: "s"),
        .sessionExpired(session: "s"), .publicKeyMismatch(publicKey: "k"), .denied(Self.denial), .locked,
        .rateLimited(retryAfterMilliseconds: 1), .tooLarge(limitBytes: 2),
        .tooManySessions(limit: 3, retryAfterMilliseconds: 4),
        .invalidBundle(reason: .scalar, message: "m"), .unknownSessionKey(publicKey: "k"),
        .unknownConfirmation(id: "i"), .parcelRefused(reason: .otherCard), .notConfigured,
    ]

    @Test("a reply, a continued reply and an error are each one message ended by NUL") func messages() {
        var writer = JSONWriter()
        writer.reply()
        writer.reply(continues: true) { $0.member("a", 1) }
        writer.reply(.noSession(session: "d\""))
        writer.reply(.permissionDenied)
        let messages = [
            #"{"parameters":{}}"#, #"{"parameters":{"a":1},"continues":true}"#,
            #"{"error":"io.stampd.Stamper.NoSession","parameters":{"session":"d\"","fallback":"passkey"}}"#,
            #"{"error":"org.varlink.service.PermissionDenied","parameters":{}}"#,
        ]
        #expect(writer.bytes == messages.flatMap { Array($0.utf8) + [0 as UInt8] })
    }

    @Test("every error is written with exactly the fields of the interface's text, in their order")
    func errorFields() throws {
        #expect(Self.errors.map(\.name) == ErrorName.allCases)
        for error in Self.errors {
            var writer = JSONWriter()
            writer.reply(error)
            let fields = try #require(InterfaceText.all.errors[error.name.rawValue])
            #expect(try parameterNames(Array(writer.bytes.dropLast())) == fields, "\(error.name)")
        }
    }

    @Test("TooManySessions says to try again where it says when, and never where it does not") func tooManySessions() {
        var writer = JSONWriter()
        writer.reply(.tooManySessions(limit: 64, retryAfterMilliseconds: 1200))
        writer.reply(.tooManySessions(limit: 4096, retryAfterMilliseconds: nil))
        let messages = [
            #"{"error":"io.stampd.Stamper.TooManySessions","parameters":{"limit":64,"retryAfterMilliseconds":1200,"fallback":"retry"}}"#,
            #"{"error":"io.stampd.Stamper.TooManySessions","parameters":{"limit":4096,"fallback":"never"}}"#,
        ]
        #expect(writer.bytes == messages.flatMap { Array($0.utf8) + [0 as UInt8] })
    }

    @Test("Denied tells of a payload what failed and whether time helps, and of a peer its rule alone") func denials() {
        var writer = JSONWriter()
        writer.reply(.denied(Self.denial))
        writer.reply(
            .denied(Denial(payload: nil, reason: "rule.none", at: nil, retryAfterMilliseconds: nil, isTransient: false))
        )
        writer.reply(.denied(rule: "mayName"))
        let messages = [
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"payload","id":"i","reason":"limit.day","at":"/parameters","retryAfterMilliseconds":1,"fallback":"retry"}}"#,
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"payload","reason":"rule.none","fallback":"never"}}"#,
            #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"mayName","fallback":"never"}}"#,
        ]
        #expect(writer.bytes == messages.flatMap { Array($0.utf8) + [0 as UInt8] })
    }

    @Test("the service answers its name and the text of the interfaces that the socket serves") func service() throws {
        let info = ServiceInfo(
            vendor: "v",
            product: "p",
            version: "1",
            url: "u",
            interfaces: [.service, .stamper]
        )
        #expect(
            try answer(info, "GetInfo", "{}")
                == #"{"parameters":{"vendor":"v","product":"p","version":"1","url":"u","interfaces":["org.varlink.service","io.stampd.Stamper"]}}"#
        )
        let text = try answer(info, "GetInterfaceDescription", #"{"interface":"io.stampd.Stamper"}"#)
        var expected = JSONWriter()
        expected.object {
            $0.objectMember("parameters") { $0.member("description", Interface.stamper.text) }
        }
        #expect(text == String(decoding: expected.bytes, as: UTF8.self))
        #expect(throws: ErrorReply.interfaceNotFound(interface: "io.stampd.Control")) {
            try answer(info, "GetInterfaceDescription", #"{"interface":"io.stampd.Control"}"#)
        }
        #expect(throws: ErrorReply.invalidParameter(.interface)) { try answer(info, "GetInterfaceDescription", "{}") }
    }

    private func answer(_ info: ServiceInfo, _ method: String, _ parameters: String) throws -> String {
        let message = Array(#"{"method":"org.varlink.service.\#(method)","parameters":\#(parameters)}"#.utf8)
        let call = try Call(message.span)
        guard case .service(let method) = try call.method(among: info.interfaces, in: message.span) else { return "" }
        var writer = JSONWriter()
        try info.reply(to: method, call.parameters(in: message.span), in: &writer)
        #expect(writer.bytes.last == 0)
        return String(decoding: writer.bytes.dropLast(), as: UTF8.self)
    }

    /// The names of a message's parameters, in their order.
    private func parameterNames(_ message: [UInt8]) throws -> [String] {
        var reader = JSONReader(message.span)
        var object = try reader.beginObject()
        var names: [String] = []
        while let member = try reader.nextName(in: &object) {
            guard reader.equals(member, "parameters") else {
                _ = try reader.value()
                continue
            }
            var parameters = try reader.beginObject()
            while let name = try reader.nextName(in: &parameters) {
                names.append(try reader.text(name, maximumByteCount: 64))
                _ = try reader.value()
            }
        }
        return names
    }
}
