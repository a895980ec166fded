// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization

/// A process of Python beside this one that does the same with another implementation: `Fuzz/peer.py`.
///
/// A question is its kind, one byte, then its length, four bytes, big-endian, then so many bytes; an answer the same without
/// a kind.
final class PythonPeer: Sendable {
    private static let shared = Mutex<PythonPeer?>(nil)
    private let input: FileHandle
    private let output: FileHandle

    enum Kind: UInt8 {
        case json = 0x6A
        case bundle = 0x62
        case decision = 0x64
    }

    /// Starts the process at the first question.
    static func ask(_ kind: Kind, _ question: [UInt8]) throws(BrokenClaim) -> [UInt8] {
        let answer = shared.withLock { peer -> [UInt8]? in
            if peer == nil { peer = try? PythonPeer() }
            return peer?.ask(kind, question)
        }
        guard let answer else { throw BrokenClaim(claim: "Python answers: run make .venv/installed") }
        return answer
    }

    private init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        let (questions, answers, process) = (Pipe(), Pipe(), Process())
        process.executableURL = root.appending(path: ".venv/bin/python")
        process.arguments = ["-B", root.appending(path: "Fuzz/peer.py").path]
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
        (input, output) = (questions.fileHandleForWriting, answers.fileHandleForReading)
    }

    private func ask(_ kind: Kind, _ question: [UInt8]) -> [UInt8]? {
        let length = withUnsafeBytes(of: UInt32(question.count).bigEndian) { Array($0) }
        guard write([kind.rawValue] + length + question), let head = read(4) else { return nil }
        return read(head.reduce(0) { $0 << 8 | Int($1) })
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(input.fileDescriptor, $0.baseAddress, $0.count) }
            guard count > 0 || Self.isInterrupted(count) else { return false }
            rest = rest.dropFirst(max(count, 0))
        }
        return true
    }

    private func read(_ wanted: Int) -> [UInt8]? {
        var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: wanted))
        while bytes.count < wanted {
            let count = part.withUnsafeMutableBytes { [left = wanted - bytes.count] in
                Glibc.read(output.fileDescriptor, $0.baseAddress, left)
            }
            guard count > 0 || Self.isInterrupted(count) else { return nil }
            bytes += part.prefix(max(count, 0))
        }
        return bytes
    }

    /// Whether libFuzzer's alarm came while the call waited; Foundation takes that for the end.
    private static func isInterrupted(_ count: Int) -> Bool { count < 0 && errno == EINTR }
}
