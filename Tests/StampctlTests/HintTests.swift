// SPDX-License-Identifier: Apache-2.0
import ClientLiterals
import FakeFrame
import Foundation
import StampClient
import Testing
import TurnkeyClient

@testable import stampctl

@Suite("What stampctl says to do", .timeLimit(.minutes(15)))
struct HintTests {
    @Test(
        "a bundle that something happened to is told by what that was",
        arguments: [
            ("\"bundle\"", "quotation marks"), ("'bundle'\n", "quotation marks"), ("“bundle”", "quotation marks"),
            ("bundle\r", "CR LF"), ("bun\r\ndle", "CR LF"), ("bun\ndle", "wrapped"), ("bun dle", "wrapped"),
            (" bundle", "white space around it"), ("bundle\n", "white space around it"), ("", "nothing in it"),
            (#"{"credentialBundle":"x"}"#, "jq -r .credentialBundle"),
            (
                #"{"version":"v1.0.0","data":"7b","dataSignature":"30","enclaveQuorumPublic":"04"}"#,
                "envelope of an export"
            ),
            (#"{"encappedPublic":"04","ciphertext":"00"}"#, "envelope of an export"), (#"["x"]"#, "it is JSON"),
            ("a+b/c==", "base64"), ("bündle", "a character that no bundle has"),
            ("\u{FEFF}bundle", "a character that no bundle has"),
        ]
    )
    func bundles(_ text: String, _ expected: String) {
        #expect(BundleText(text: text).hint?.contains(expected) == true, "\(BundleText(text: text).hint ?? "none")")
    }

    @Test("a bundle that nothing visible happened to has no such hint")
    func bundle() {
        #expect(BundleText(text: "2PaQNPF1qXqVDvHC9MUpAKm").hint == nil)
    }

    @Test("the frame's refusal of a bundle comes with it")
    func injected() async throws {
        let frame = FakeFrame(socket: "control.sock") { peer in
            guard peer.readCall() != nil else { return }
            peer.send(#"{"error":"io.stampd.Control.InvalidBundle","parameters":{"reason":"encoding","message":"d"}}"#)
            _ = peer.readCall()
        }
        defer { frame.stop() }
        let run = try await StampctlProcess(["inject", "--socket-directory", frame.directory], input: Data("'b'".utf8))
        #expect(run.status == 5)
        #expect(run.errors.contains("\nhint: it is in quotation marks: give the text between them\n"))
    }

    @Test("an empty organization is a shell's variable that is not set, and not asked for")
    func emptyOrganization() async throws {
        for command in [["whoami"], ["activity", "wait", "a"]] {
            let run = try await StampctlProcess(command + ["--organization-id", ""])
            #expect(run.status == 64)
            #expect(run.errors.contains("it is empty"), "\(run.errors)")
        }
    }

    @Test("a session that nothing says whose it is cannot be refreshed, and the way to say it is named")
    func refreshOfUnknown() async throws {
        let key: PublicKey = "02\(String(repeating: "ab", count: 32))"
        let script: @Sendable (Peer) -> Void = { peer in
            while let call = peer.readCall() {
                call.method.hasSuffix(".ActivateSession")
                    ? peer.send(
                        #"{"error":"io.stampd.Control.UnknownSessionKey","parameters":{"publicKey":"\#(key)"}}"#
                    )
                    : peer.send(
                        #"{"parameters":{"session":{"name":"default","publicKey":"\#(key)","origin":"generated","#
                            + #""expiresInMilliseconds":900000}}}"#
                    )
            }
        }
        let frame = FakeFrame(script: script)
        let control = FakeFrame(directory: frame.directory, socket: "control.sock", script: script)
        defer {
            frame.stop()
            control.stop()
        }
        let run = try await StampctlProcess(
            ["refresh", "--socket-directory", frame.directory, "--api-base-url", "http://127.0.0.1:1"],
            environment: ["XDG_STATE_HOME": FakeFrame.makeDirectory()]
        )
        #expect(run.status == 64)
        #expect(run.errors.contains("whose organization's the session is, is not known"), "\(run.errors)")
        #expect(run.errors.contains("hint: set TURNKEY_ORGANIZATION_ID"))
    }

    @Test("a body that names no organization is what an unknown key is blamed on")
    func noOrganization() {
        let refusal = APIError(httpStatus: 401, code: 16, message: "m", turnkeyErrorCode: "PUBLIC_KEY_NOT_FOUND")
        let unnamed = TurnkeyError.unknownKey(organizationId: "", refusal)
        #expect(unnamed.message == "the API does not know this key, and the body names no organization")
        #expect(
            TurnkeyError.unknownKey(organizationId: "o", refusal).message == "organization o does not know this key"
        )
    }

    @Test("a refusal of who asks says where to ask from")
    func peer() async throws {
        let frame = FakeFrame { peer in
            guard peer.readCall() != nil else { return }
            peer.send(#"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"peer","fallback":"never"}}"#)
            _ = peer.readCall()
        }
        defer { frame.stop() }
        let run = try await StampctlProcess(["status", "--socket-directory", frame.directory])
        #expect(run.status == 5)
        #expect(run.errors.contains("another container's process or user namespace"))
        #expect(run.errors.contains("\"authorization\" in its configuration"))
    }

    @Test(
        "where no frame is found and none of one's own was looked for, that is said",
        .enabled(if: !FileManager.default.fileExists(atPath: "/run/stampd"), "a frame of the system's is here"),
        arguments: [
            ([:], "XDG_RUNTIME_DIR is not set here"),
            (["XDG_RUNTIME_DIR": "/nonexistent"], "XDG_RUNTIME_DIR is /nonexistent, which is not there"),
            (["XDG_RUNTIME_DIR": "run"], "XDG_RUNTIME_DIR is not an absolute path"),
        ] as [([String: String], String)]
    )
    func runtime(_ environment: [String: String], _ expected: String) async throws {
        let run = try await StampctlProcess(["status"], environment: environment)
        #expect(run.status == 69)
        #expect(run.errors.contains("hint: start stampd") && run.errors.contains(expected), "\(run.errors)")
    }

    @Test("a line's end at the end of a path is said")
    func path() async throws {
        let run = try await StampctlProcess(["status"], environment: ["STAMPD_SOCKET_DIRECTORY": "/nonexistent\r"])
        #expect(run.status == 69)
        #expect(run.errors.contains(#"/nonexistent\u{D}"#) && run.errors.contains("a line's end or another control"))
    }

    @Test("a passkey that was made and could not be registered is named, with what to do")
    func unregistered() {
        let passkey = UnregisteredPasskey(
            user: PasskeyUser(userId: "u", userName: "ada"),
            rpId: "localhost",
            credentialId: Data([1, 2, 3])
        )
        let refusal = APIError(httpStatus: 400, code: 3, message: "no", turnkeyErrorCode: "")
        let refused = passkey.lines(after: .api(refusal), atSecurityKey: false)
        #expect(
            refused[0]
                == "stampctl: the passkey of ada at localhost was made (credential id AQID), and could not be registered"
        )
        #expect(refused[1].hasPrefix("hint: delete it where it is kept"))
        let lost = passkey.lines(after: .timedOut(url: "u", after: .seconds(1)), atSecurityKey: true)
        #expect(lost[0].hasSuffix("whether it is registered is not known"))
        #expect(lost[1].contains("fido2-token -D"))
    }
}
