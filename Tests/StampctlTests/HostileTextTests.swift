// SPDX-License-Identifier: Apache-2.0
import Crypto
import FakeFrame
import Foundation
import HTTPTypes
import HummingbirdCore
import LoopbackHTTP
import NIOCore
import Testing

@Suite("Text from elsewhere on a terminal", .timeLimit(.minutes(15)))
struct HostileTextTests {
    /// One of each kind that a terminal obeys, or that hides something from a reader.
    static let hostile =
        "A\u{1B}[2J\u{1B}]0;t\u{7}\r\nuser    root\nhint: do\t\u{0B}\u{0C}\u{8}\u{7F}\u{80}\u{9B}31m\u{9D}\u{061C}\u{200E}\u{200F}"
        + "\u{202A}\u{202E}\u{2066}\u{2069}\u{2028}\u{2029}\u{200B}\u{200D}\u{2060}\u{FEFF}\u{00AD}\u{E0041}\u{FFF9}\u{3164}B"

    /// What may stand in a line for a person: none of the above, whoever says so.
    static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFEFF,
            0xFFF9...0xFFFB, 0xE0000...0xE007F:
            false
        default: true
        }
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let arguments: [String]
        /// The frame's answer to whatever it is asked, `NAME` in it being the text.
        var frame = #"{"parameters":{}}"#
        /// The API's.
        var api: (status: Int, body: String)?
        var input = ""
        /// Whether `--json` gives the text back as it is.
        var hasJSON = true

        init(
            _ arguments: String,
            _ note: String = "",
            frame: String = #"{"parameters":{}}"#,
            api: (status: Int, body: String)? = nil,
            input: String = "",
            hasJSON: Bool = true
        ) {
            testDescription = "\(arguments) \(note)"
            self.arguments = arguments.split(separator: " ").map(String.init)
            (self.frame, self.api, self.input, self.hasJSON) = (frame, api, input, hasJSON)
        }
    }

    static let session =
        #"{"name":"default","publicKey":"\#(AuditTests.key)","organizationId":"NAME","userId":"NAME","origin":"bundle","expiresInMilliseconds":900000}"#
    static let stamp = #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"dg"}}"#
    static let whoami = #"{"organizationId":"NAME","organizationName":"NAME","userId":"NAME","username":"NAME"}"#
    static let refusal = #"{"code":3,"message":"NAME","details":[],"turnkeyErrorCode":"NAME"}"#

    static func error(_ name: String, _ parameters: String) -> String {
        #"{"error":"\#(name)","parameters":\#(parameters)}"#
    }

    static let rows: [Row] = [
        Row("session show", frame: #"{"parameters":{"session":\#(session)}}"#),
        Row("session list", frame: #"{"parameters":{"sessions":[\#(session)]}}"#),
        Row("session create", "no key", frame: #"{"parameters":{"publicKey":"NAME"}}"#, hasJSON: false),
        Row("key show", frame: #"{"parameters":{"publicKey":"NAME","expiresInMilliseconds":1}}"#),
        Row("stamp", frame: #"{"parameters":{"stampHeaderName":"NAME","stampHeaderValue":"NAME"}}"#),
        Row("inject", frame: #"{"parameters":{"session":\#(session)}}"#),
        Row(
            "status",
            frame:
                #"{"parameters":{"status":{"version":"NAME","uptimeMilliseconds":1,"locked":false,"embeddedPublicKey":"NAME","#
                + #""sessions":1,"connections":1,"stamped":1,"denied":1,"failed":1,"auditLost":1}}}"#
        ),
        Row(
            "monitor",
            frame:
                #"{"continues":true,"parameters":{"event":{"kind":"embeddedKeyCreated","publicKey":"NAME","confirmationId":"NAME"}}}"#
        ),
        Row(
            "monitor",
            "no key",
            frame:
                #"{"continues":true,"parameters":{"event":{"kind":"sessionEnded","session":"default","publicKey":"NAME"}}}"#,
            hasJSON: false
        ),
        Row("whoami --organization-id o", frame: stamp, api: (200, whoami)),
        Row("request query whoami", frame: stamp, api: (200, whoami), input: #"{"organizationId":"o"}"#),
        Row("whoami --organization-id o", "refused", frame: stamp, api: (400, refusal), hasJSON: false),
        Row(
            "session show",
            "no session",
            frame: error("io.stampd.Stamper.NoSession", #"{"session":"NAME","fallback":"passkey"}"#),
            hasJSON: false
        ),
        Row(
            "stamp",
            "denied",
            frame: error("io.stampd.Stamper.Denied", #"{"rule":"NAME","fallback":"never"}"#),
            hasJSON: false
        ),
        Row(
            "stamp",
            "mismatch",
            frame: error("io.stampd.Stamper.PublicKeyMismatch", #"{"publicKey":"NAME","fallback":"never"}"#),
            hasJSON: false
        ),
        Row(
            "inject",
            "invalid",
            frame: error("io.stampd.Control.InvalidBundle", #"{"reason":"length","message":"NAME"}"#),
            hasJSON: false
        ),
        Row(
            "stamp",
            "denied by rules",
            frame: error(
                "io.stampd.Stamper.Denied",
                #"{"rule":"payload","id":"NAME","reason":"limit.NAME","at":"NAME","fallback":"never"}"#
            ),
            hasJSON: false
        ),
        Row(
            "rules explain",
            frame:
                #"{"parameters":{"explanation":{"effect":"deny","mode":"enforce","id":"NAME","reason":"limit.NAME","at":"NAME","#
                + #""steps":[{"id":"NAME","outcome":"failed","reason":"field.value","at":"NAME"}]}}}"#
        ),
        Row(
            "rules show",
            frame:
                #"{"parameters":{"ruleSets":[{"socket":"NAME","mode":"enforce","rules":1,"sha256":"NAME","allowed":1,"denied":1,"#
                + #""confirmed":1,"wouldDeny":1,"wouldConfirm":1}]}}"#
        ),
        Row(
            "confirm a --yes --payload-sha256 \(String(repeating: "00", count: 32))",
            frame: error("io.stampd.Control.UnknownConfirmation", #"{"id":"NAME"}"#),
            hasJSON: false
        ),
        Row("stamp", "unknown error", frame: error("NAME", "{}"), hasJSON: false),
        Row(
            "stamp",
            "parameter",
            frame: error("org.varlink.service.InvalidParameter", #"{"parameter":"NAME"}"#),
            hasJSON: false
        ),
    ]

    @Test(
        "each command shows one line where it shows one for an honest name, and nothing that a terminal obeys",
        arguments: rows
    )
    func people(_ row: Row) async throws {
        let honest = try await run(row, name: "A", json: false)
        let hostile = try await run(row, name: Self.hostile, json: false)
        #expect(hostile.status == honest.status)
        #expect(!(hostile.output + hostile.errors).isEmpty)
        for (shown, expected) in [(hostile.output, honest.output), (hostile.errors, honest.errors)] {
            #expect(shown.unicodeScalars.allSatisfy { $0 == "\n" || Self.isHarmless($0) }, "\(shown.debugDescription)")
            #expect(shown.split(separator: "\n").count == expected.split(separator: "\n").count, "\(shown)")
        }
    }

    @Test("with --json each text is the one that was said", arguments: rows.filter(\.hasJSON))
    func programs(_ row: Row) async throws {
        let run = try await run(row, name: Self.hostile, json: true)
        let line = run.output.split(separator: "\n").joined()
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        #expect(texts(in: object).contains(Self.hostile), "\(run.output)")
    }

    @Test("an answer of the API's says the same in the form for people")
    func answer() async throws {
        let row = Row("request query whoami", frame: Self.stamp, api: (200, Self.whoami), input: "{}")
        let shown = try await run(row, name: Self.hostile, json: false)
        let object = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
        #expect(object?["username"] as? String == Self.hostile)
    }

    @Test("doctor shows names of the API, the store and the frame on their own lines")
    func doctor() async throws {
        let row = Row("doctor --organization-id o", frame: Self.stamp, api: (401, Self.refusal))
        let hostile = try await run(row, name: Self.hostile, json: false, storesUser: true)
        #expect(hostile.status == 5)
        #expect(hostile.output.contains("logged in last"))
        #expect(hostile.output.unicodeScalars.allSatisfy { $0 == "\n" || Self.isHarmless($0) })
        #expect(
            hostile.output.split(separator: "\n").allSatisfy {
                $0.hasPrefix("ok ") || $0.hasPrefix("WRONG ") || $0.hasPrefix("? ") || $0.hasPrefix("       hint: ")
            }
        )
    }

    @Test("the stored user is shown on their own lines")
    func stored() async throws {
        let row = Row("whoami --stored --organization-id o", frame: Self.stamp)
        let shown = try await run(row, name: Self.hostile, json: false, storesUser: true)
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.output.split(separator: "\n").count == 2)
        #expect(shown.output.unicodeScalars.allSatisfy { $0 == "\n" || Self.isHarmless($0) })
    }

    @Test("text of a file, an argument or a variable is shown on its own line")
    func files() async throws {
        let base = FakeFrame.makeDirectory()
        try FileManager.default.createDirectory(atPath: base + "/stampd", withIntermediateDirectories: false)
        try JSONSerialization.data(withJSONObject: [Self.hostile: "x"])
            .write(to: URL(filePath: base + "/stampd/turnkey.json"))
        chmod(base + "/stampd/turnkey.json", 0o600)
        let file = try await StampctlProcess(["whoami"], environment: ["XDG_CONFIG_HOME": base])
        let argument = try await StampctlProcess(["status", Self.hostile])
        let option = try await StampctlProcess(["status", "--socket-directory", "/" + Self.hostile])
        let url = try await StampctlProcess(["whoami", "--organization-id", "o", "--api-base-url", Self.hostile])
        for run in [file, argument, option, url] {
            #expect(run.status != 0)
            #expect(run.errors.hasPrefix("stampctl: "))
            #expect(run.errors.unicodeScalars.allSatisfy { $0 == "\n" || Self.isHarmless($0) }, "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count <= 2, "\(run.errors)")
        }
    }

    private func texts(in value: Any) -> [String] {
        switch value {
        case let text as String: [text]
        case let list as [Any]: list.flatMap(texts)
        case let object as [String: Any]: object.values.flatMap(texts)
        default: []
        }
    }

    private func run(_ row: Row, name: String, json: Bool, storesUser: Bool = false) async throws -> StampctlProcess {
        let quoted = String(decoding: try JSONEncoder().encode(name), as: UTF8.self).dropFirst().dropLast()
        let reply = row.frame.replacing("NAME", with: quoted)
        let script: @Sendable (Peer) -> Void = { peer in
            while let call = peer.readCall() {
                peer.send(reply)
                if call.more { return }
            }
        }
        let frame = FakeFrame(script: script)
        let control = FakeFrame(directory: frame.directory, socket: "control.sock", script: script)
        defer {
            frame.stop()
            control.stop()
        }
        let state = FakeFrame.makeDirectory()
        let (status, body) = row.api ?? (500, "{}")
        let answer = body.replacing("NAME", with: quoted)
        let server = LoopbackServer(at: "127.0.0.1", port: 0, .api) { _, _ in
            Response(status: .init(code: status), body: ResponseBody(byteBuffer: ByteBuffer(string: answer)))
        }
        let port = try await server.start()
        if storesUser { try store(name, socketDirectory: frame.directory, api: "http://127.0.0.1:\(port)", in: state) }
        let run = try await StampctlProcess(
            row.arguments + (json ? ["--json"] : []),
            input: Data(row.input.utf8),
            environment: [
                "STAMPD_SOCKET_DIRECTORY": frame.directory, "XDG_STATE_HOME": state, "XDG_CONFIG_HOME": state,
                "TURNKEY_API_BASE_URL": "http://127.0.0.1:\(port)",
            ]
        )
        await server.stop()
        return run
    }

    /// Writes a store whose last login's user has this name.
    private func store(_ name: String, socketDirectory: String, api: String, in base: String) throws {
        let hash = SHA256.hash(data: Data(socketDirectory.utf8)).prefix(8).map { String(format: "%02x", $0) }.joined()
        let user: [String: Any] = [
            "userId": name, "username": name, "organization": ["organizationId": name, "organizationName": name],
        ]
        let login: [String: Any] = ["apiBaseUrl": api, "defaultOrganizationId": "o", "user": user]
        let state: [String: Any] = [
            "version": 1, "socketDirectory": socketDirectory, "login": login, "sessions": [Any](),
        ]
        try FileManager.default.createDirectory(
            atPath: base + "/stampd",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let path = "\(base)/stampd/\(hash).json"
        try JSONSerialization.data(withJSONObject: state).write(to: URL(filePath: path))
        chmod(path, 0o600)
    }
}
