// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import TurnkeyClient

/// The arguments of a request that a session stamps: which frame, session, API and socket, which end point and body.
struct RequestOptions: ParsableArguments {
    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var relyingParty: RelyingPartyOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var socket: SocketOptions

    @Argument(help: "The end point's name, PATH above.")
    var path: String

    @Argument(help: "The body's file, or - for standard input. Every byte counts, a newline at its end too.")
    var file = InputFile.standardInput

    var passkeyHint: String? { relyingParty.makeHint() }

    /// Reads the body and has `post` send it; tells a person when the stamp waits for a confirmation.
    func send<Answer: Sendable>(
        _ post: @escaping @Sendable (APIClient, _ path: String, _ body: Data) async throws -> Answer
    ) async throws -> Answer {
        let (turnkey, client) = try makeClient()
        let (path, body) = (path, try file.read())
        return try await ConfirmationNotice.telling(turnkey.frame) { try await post(client, path, body) }
    }

    /// Makes the session's client, and the clients that it is one of.
    private func makeClient() throws -> (turnkey: Turnkey, client: APIClient) {
        let turnkey = try api.makeTurnkey(frame, stampingAt: socket.socket)
        let name = try turnkey.resolve(session)
        return (turnkey, turnkey.sessionClient(session: name, socket: socket.sessionSocket))
    }
}
