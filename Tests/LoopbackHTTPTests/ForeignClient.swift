// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A request by a process that has become another user.
enum ForeignClient {
    private static let script = """
        import os, socket, sys
        os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
        isPath = sys.argv[1].startswith("/")
        connection = socket.socket(socket.AF_UNIX if isPath else socket.AF_INET)
        connection.connect(sys.argv[1] if isPath else (b"127.0.0.1", int(sys.argv[1])))
        try:
            connection.sendall(b"GET /one HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n")
            while piece := connection.recv(4096): sys.stdout.write(piece.decode())
        except OSError: pass
        print("and closed")
        """

    /// - Returns: What was answered, and that the connection was closed.
    static func get(port: Int, userId: UInt32) async throws -> String { try await get(path: "\(port)", userId: userId) }

    /// As above, at a Unix socket.
    static func get(path: String, userId: UInt32) async throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, path, "\(userId)"]
        process.standardOutput = output
        try process.run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
                try? output.fileHandleForReading.close()
                process.waitUntilExit()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
