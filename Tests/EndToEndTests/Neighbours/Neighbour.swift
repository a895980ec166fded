// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A hostile process of another user at a frame's socket, until it is ended (python/neighbour.py).
final class Neighbour {
    private let process: ChildProcess

    /// Begins to do what the script calls `mode`, over `count` connections, as user `uid`.
    ///
    /// - Throws: Where it does not begin.
    init(_ mode: String, _ count: Int, at path: String, as uid: UInt32) throws {
        process = try ChildProcess(Self.launcher(uid) + ["neighbour.py", path, mode, "\(count)"].python)
        try process.output.wait("a neighbour") { $0.contains("there") }
    }

    deinit { process.end() }

    static func launcher(_ uid: UInt32) -> [String] {
        uid == 0 ? [] : ["setpriv", "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups"]
    }
}

/// What an honest caller saw (python/honest.py).
struct HonestCaller: Decodable {
    let answered: Int
    let other: [String]
    let milliseconds: [Double]

    /// Calls `count` times with a payload of each size, in turn; 0 is a call without one.
    static func call(
        _ method: String = "io.stampd.Stamper.Stamp",
        count: Int,
        sizes: [Int],
        at path: String,
        as uid: UInt32
    ) throws -> HonestCaller {
        let arguments = ["honest.py", path, method, "\(count)"] + sizes.map { "\($0)" }
        let process = try ChildProcess(Neighbour.launcher(uid) + arguments.python)
        defer { process.end() }
        guard try process.wait() == .exited(0) else { throw POSIXError(.EIO) }
        try process.output.waitForEnd()
        return try JSONDecoder().decode(HonestCaller.self, from: Data(process.output.text.utf8))
    }
}

extension [String] {
    /// A script of python/ with its arguments, run by the distribution's own Python, which every user can.
    fileprivate var python: [String] {
        let script = try? String(contentsOf: repository("Tests/EndToEndTests/python/\(self[0])"), encoding: .utf8)
        return ["/usr/bin/python3", "-c", script ?? ""] + dropFirst()
    }
}
