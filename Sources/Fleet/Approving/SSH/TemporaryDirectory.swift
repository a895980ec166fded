// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A directory of this run alone (mkdtemp(3), mode 0700), for files that a program reads and writes by name. None is secret.
struct TemporaryDirectory: Sendable {
    let path: String

    init() throws(SSHKeygen.Fault) {
        let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        var template = Array("\(base)/stampctl-fleet-XXXXXX".utf8CString)
        let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        guard isMade else { throw .files(reason: "\(base): \(unsafe String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a new file.
    ///
    /// - Returns: the file's path.
    func write(_ bytes: [UInt8], as name: String) throws(SSHKeygen.Fault) -> String {
        let file = "\(path)/\(name)"
        do { try Data(bytes).write(to: URL(filePath: file), options: .withoutOverwriting) } catch {
            throw .files(reason: "\(file): it cannot be written")
        }
        return file
    }

    /// Reads a file; returns `nil` where it is missing, longer than `limitBytes`, or not UTF-8.
    func read(_ file: String, limitBytes: Int) -> String? {
        guard let data = try? Data(contentsOf: URL(filePath: file)), data.count <= limitBytes else { return nil }
        return String(validating: data, as: UTF8.self)
    }

    func remove(_ names: [String]) {
        for name in names { unsafe unlink("\(path)/\(name)") }
    }

    func removeAll() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
