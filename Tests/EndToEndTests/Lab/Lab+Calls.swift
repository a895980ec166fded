// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension Lab {
    static let stampSocket = "/run/stampd/stamp.sock"
    static let controlSocket = "/run/stampd/control.sock"

    /// One call on a socket in the lab, as one of its users; the reply's text, or in `errors` what the system refused.
    func attemptCall(
        _ method: String,
        _ parameters: [String: Any] = [:],
        at socket: String = stampSocket,
        as user: String = "root"
    ) throws -> Run {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: parameters), as: UTF8.self)
        return try attempt(tool: "call.py", [socket, "io.stampd.\(method)", text], as: user)
    }

    /// The reply to it.
    @discardableResult
    func call(
        _ method: String,
        _ parameters: [String: Any] = [:],
        at socket: String = controlSocket,
        as user: String = "root"
    ) throws -> Message {
        let run = try attemptCall(method, parameters, at: socket, as: user)
        try #require(run.code == 0, "\(method): \(run.errors)")
        return try Message(Array(run.output.utf8.dropLast()))
    }

    /// Injects a credential as the default session.
    func startSession(
        _ credential: Credential = Credential(),
        seconds: Int = 900,
        at socket: String = controlSocket,
        as user: String = "root"
    ) throws -> Credential {
        let key = try #require(try call("Control.InitEmbeddedKey", at: socket, as: user)["publicKey"])
        let parameters: [String: Any] = [
            "bundle": try credential.bundle(sealedTo: key), "expirationSeconds": seconds,
        ]
        let reply = try call("Control.InjectCredentialBundle", parameters, at: socket, as: user)
        #expect(reply.summary == "ok")
        return credential
    }

    /// Whether the default session stamps, by this credential.
    func stamps(with credential: Credential, at socket: String = stampSocket, as user: String = "root") throws -> Bool {
        // A query, which the packaged service stamps at each of its sockets.
        let payload = #"{"organizationId":"in the lab"}"#
        return try call("Stamper.Stamp", ["payload": payload], at: socket, as: user)
            .isStamp(of: payload, by: credential.publicKey)
    }

    /// Between which microseconds of CLOCK_BOOTTIME the default session ends.
    func deadline(at socket: String = stampSocket, as user: String = "root") throws -> ClosedRange<Int> {
        let run = try attempt(tool: "deadline.py", [socket], as: user)
        let bounds = run.output.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        try #require(run.code == 0 && bounds.count == 2 && bounds[0] <= bounds[1], "\(run.output)\(run.errors)")
        return bounds[0]...bounds[1]
    }
}
