// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A client, as a fake frame sees it.
package final class Peer: Sendable {
    private let socket: CInt

    init(socket: CInt) {
        self.socket = socket
    }

    deinit { close(socket) }

    /// Ends the connection; the descriptor is closed once nobody has the peer.
    func end() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// The next call, or `nil` when the client has gone.
    package func readCall() -> ReceivedCall? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(socket, &byte, 1) == 1 {
            guard byte != 0 else { return ReceivedCall(bytes) }
            bytes.append(byte)
        }
        return nil
    }

    package func send(_ text: String) {
        sendBytes(Array(text.utf8) + [0])
    }

    package func sendBytes(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Sends it as a process of its own, which has ended when this returns.
    package func sendFromAnotherProcess(_ text: String) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO)
        let program = "/usr/bin/printf"
        var words: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(#"%s\0"#), strdup(text), nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        precondition(posix_spawn(&pid, program, &actions, nil, &words, nil) == 0, "posix_spawn: \(errno)")
        while waitpid(pid, nil, 0) < 0, errno == EINTR {}
    }

    /// A stamp whose value is `value`, so that a caller can tell whose reply it got.
    package func sendStamp(_ value: String) {
        send(Peer.stampReply(value))
    }

    package static func stampReply(_ value: String) -> String {
        #"{"parameters":{"stampHeaderName":"X-Stamp","stampHeaderValue":"\#(value)"}}"#
    }

    /// Answers every Stamp with its own payload, until the client goes.
    package func echoStamps() {
        while let call = readCall() { sendStamp(call.payload) }
    }
}

/// A call as it arrived, with the exact JSON.
package struct ReceivedCall {
    package let json: String
    package let method: String
    package let parameters: [String: Any]
    package let more: Bool

    init(_ bytes: [UInt8]) {
        json = String(decoding: bytes, as: UTF8.self)
        let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        method = object?["method"] as? String ?? "not a call: \(json)"
        parameters = object?["parameters"] as? [String: Any] ?? [:]
        more = object?["more"] as? Bool ?? false
    }

    package var payload: String { parameters["payload"] as? String ?? "" }
}
