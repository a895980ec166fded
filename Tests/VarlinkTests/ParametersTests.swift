// SPDX-License-Identifier: Apache-2.0
import Testing
import Varlink

@Suite("A call's parameters") struct ParametersTests {
    private func message(_ method: String, _ parameters: String) -> [UInt8] {
        Array(#"{"parameters":\#(parameters),"method":"\#(method)"}"#.utf8)
    }

    /// Reads an InjectCredentialBundle as its handler would.
    private func readInjection(_ parameters: String) throws -> (String, String?, Int64?) {
        let bytes = message("io.stampd.Control.InjectCredentialBundle", parameters)
        let call = try Call(bytes.span)
        _ = try call.method(among: [.control], in: bytes.span)
        let parameters = call.parameters(in: bytes.span)
        return (
            try parameters.text(.bundle, maximumByteCount: 8),
            try parameters.optionalText(.session, maximumByteCount: 8),
            try parameters.optionalInt(.expirationSeconds)
        )
    }

    @Test("present, absent and null are told apart") func reads() throws {
        #expect(try readInjection(#"{"bundle":"b","session":"s","expirationSeconds":-5}"#) == ("b", "s", -5))
        #expect(try readInjection(#"{"bundle":""}"#) == ("", nil, nil))
        #expect(try readInjection(#"{"session":null,"expirationSeconds":null,"bundle":"b"}"#) == ("b", nil, nil))
        #expect(try readInjection(#"{"s\u0065ssion":"\u0073","bundle":"12345678"}"#) == ("12345678", "s", nil))
    }

    @Test(
        "whatever is wrong with a parameter is answered with its name",
        arguments: [
            (#"{}"#, "bundle"), (#"{"bundle":null}"#, "bundle"), (#"{"bundle":1}"#, "bundle"),
            (#"{"bundle":["b"]}"#, "bundle"), (#"{"bundle":"123456789"}"#, "bundle"),
            (#"{"bundle":"\u00e9éé\ud83d\ude00"}"#, "bundle"), (#"{"bundle":"b","session":{}}"#, "session"),
            (#"{"bundle":"b","session":false}"#, "session"), (#"{"bundle":"b","session":"123456789"}"#, "session"),
            (#"{"bundle":"b","expirationSeconds":"900"}"#, "expirationSeconds"),
            (#"{"bundle":"b","expirationSeconds":900.0}"#, "expirationSeconds"),
            (#"{"bundle":"b","expirationSeconds":9e2}"#, "expirationSeconds"),
            (#"{"bundle":"b","expirationSeconds":9223372036854775808}"#, "expirationSeconds"),
            (#"{"bundle":"b","payload":"p"}"#, "payload"), (#"{"bundle":"b","Session":null}"#, "Session"),
            (#"{"bundle":"b","":0}"#, ""), (#"{"bundle":"b","a\u0007\ud83d\ude00":0}"#, "a?????"),
            (#"{"zz":1,"yy":2,"bundle":"b"}"#, "zz"),
        ]
    ) func refuses(_ parameters: String, _ name: String) {
        #expect(throws: ErrorReply.invalidParameter(parameter: name)) { try readInjection(parameters) }
    }

    @Test("an unknown parameter's name is echoed in 64 bytes at most") func echo() {
        let name = String(repeating: "n", count: 1000)
        #expect(throws: ErrorReply.invalidParameter(parameter: String(repeating: "n", count: 64))) {
            try readInjection(#"{"\#(name)":0}"#)
        }
    }

    @Test("an unknown parameter is found wherever it stands among many", arguments: 6...40) func many(_ count: Int) {
        let known = ["bundle", "session", "expirationSeconds", "organizationId", "userId", "expectPublicKey"]
        let names = known + (6..<count).map { "n\($0)" }
        let parameters = "{" + names.map { "\"\($0)\":\"s\"" }.joined(separator: ",") + "}"
        let wrong = count == 6 ? "expirationSeconds" : "n6"
        #expect(throws: ErrorReply.invalidParameter(parameter: wrong)) { try readInjection(parameters) }
    }

    @Test("strings are read into buffers that keep their capacity") func buffers() throws {
        let bytes = message(
            "io.stampd.Stamper.Stamp",
            #"{"payload":"{\"é\":\"\ud83d\ude00\"}","expectPublicKey":"02ab"}"#
        )
        let call = try Call(bytes.span)
        #expect(try call.method(among: [.stamper], in: bytes.span) == .stamper(.stamp))
        let parameters = call.parameters(in: bytes.span)
        var (payload, session, key): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        try parameters.string(.payload, into: &payload)
        #expect(payload == Array(#"{"é":"😀"}"#.utf8))
        #expect(try !parameters.optionalString(.session, into: &session) && session.isEmpty)
        #expect(try parameters.optionalString(.expectPublicKey, into: &key, maximumByteCount: 4))
        #expect(key == Array("02ab".utf8))
        #expect(throws: ErrorReply.invalidParameter(.expectPublicKey)) {
            try parameters.optionalString(.expectPublicKey, into: &key, maximumByteCount: 3)
        }
        #expect(key == Array("02ab".utf8), "a string that is too long leaves nothing")
    }
}
