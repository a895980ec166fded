// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A port of 127.0.0.1 and who listens there. Another test's socket may have the port as soon as it is free, and another inode.
struct LoopbackPort {
    let number: Int

    init?(_ baseURL: String) {
        guard let port = URLComponents(string: baseURL)?.port else { return nil }
        number = port
    }

    /// The inode of the socket that listens, by the kernel's table (proc_net(5)), or by one that was read before.
    func findListener(in table: String? = nil) throws -> String? {
        // Foundation takes the kernel's first page for the whole file.
        let text = try table ?? Program.run(["cat", "/proc/net/tcp"], [:]).text
        let (own, listening) = ("0100007F:" + String(format: "%04X", number), "0A")
        let columns = text.split(separator: "\n").map { $0.split(separator: " ") }
        return columns.first { $0.count > 9 && $0[1] == own && $0[3] == listening }.map { String($0[9]) }
    }
}
