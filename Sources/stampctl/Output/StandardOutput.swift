// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the results go.
enum StandardOutput {
    /// The bytes, and a newline where they do not end in one.
    static func write(_ data: Data) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: data.last == 0x0A ? data : data + [0x0A])
        } catch {
            throw Failure("cannot write the result: \(error.localizedDescription)", status: .never)
        }
    }
}
