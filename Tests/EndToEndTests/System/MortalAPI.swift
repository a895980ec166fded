// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// An API that dies at a moment of a test's choice, if it does: it hands requests on to a sandbox until then, and is down
/// ever after. `meddling` is told of each path once the API has done what it was asked, before its answer comes.
final class MortalAPI: Sendable {
    enum Moment: Sendable, Hashable {
        /// The request does not reach the API.
        case before(String)
        /// The API has done what it was asked, and its answer is lost.
        case after(String)
        case never
    }

    let port: Int
    private let sandboxPort: Int
    private let death: Moment
    private let meddle: @Sendable (String) -> Void
    private let paths = Mutex<[String]>([])

    var baseUrl: String { "http://127.0.0.1:\(port)" }
    /// The ends of the paths that were asked for, such as `whoami`, the last one's included.
    var asked: [String] { paths.withLock(\.self) }

    /// In front of the sandbox at `baseUrl`; dies at the first request for the path that `death` names the end of.
    init(
        inFrontOf baseUrl: String,
        dying death: Moment = .never,
        meddling meddle: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        port = try Self.listen(listener)
        sandboxPort = URLComponents(string: baseUrl)?.port ?? 0
        self.death = death
        self.meddle = meddle
        Thread.detachNewThread { [self] in
            while serve(listener) {}
            close(listener)
        }
    }

    /// Answers one connection; false: it is dead.
    private func serve(_ listener: CInt) -> Bool {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { return true }
        defer { close(peer) }
        guard let (head, body) = Self.read(peer), let path = head.first?.split(separator: " ").dropFirst().first else {
            return true
        }
        let name = String(path.split(separator: "/").last ?? "")
        paths.withLock { $0.append(name) }
        guard death != .before(name) else { return false }
        let kept = head.filter {
            !$0.lowercased().hasPrefix("connection:") && !$0.lowercased().hasPrefix("content-length:")
        }
        guard let answer = try? RawHTTP.exchange(port: sandboxPort, kept, body: body), death != .after(name) else {
            return false
        }
        meddle(name)
        // It does: a client that takes it for open sends its next request into nowhere.
        let closing = answer.text.replacing("\r\n", with: "\r\nConnection: close\r\n", maxReplacements: 1)
        let bytes = Array(closing.utf8)
        return send(peer, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }

    private static func read(_ peer: CInt) -> (head: [String], body: String)? {
        var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")
            let head = parts[0].components(separatedBy: "\r\n")
            let length = head.first { $0.lowercased().hasPrefix("content-length:") }?.split(separator: " ").last
            if parts.count > 1, parts[1].utf8.count >= length.flatMap({ Int($0) }) ?? 0 { return (head, parts[1]) }
            let count = recv(peer, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func listen(_ listener: CInt) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound, Foundation.listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
