// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import KernelUser
import StampClient

/// Reads `turnkey.json`: one JSON object whose members are texts, read strictly.
///
/// A member that is unknown, misspelled or of another type is an error, because it would be a setting without effect.
struct ConfigurationFile {
    /// The settings, as file and code spell them.
    enum Member: String, CaseIterable {
        case apiBaseUrl
        case defaultOrganizationId
        case rpId
        case socketDirectory
        case notarizerPublicKey

        static let list = allCases.map(\.rawValue).joined(separator: ", ")

        /// The environment variable of the same setting.
        var variable: String {
            switch self {
            case .apiBaseUrl: "TURNKEY_API_BASE_URL"
            case .defaultOrganizationId: "TURNKEY_ORGANIZATION_ID"
            case .rpId: "TURNKEY_RP_ID"
            case .socketDirectory: "STAMPD_SOCKET_DIRECTORY"
            case .notarizerPublicKey: "TURNKEY_NOTARIZER_PUBLIC_KEY"
            }
        }
    }

    let values: [Member: String]

    /// Reads the file at `path`; a missing file has no members.
    ///
    /// - Throws: `.configuration`: `.invalidFile`, `.unreadableFile`; `.writableFile` and `.foreignFile` if others
    ///   could choose the API by it.
    init(_ path: String) throws(TurnkeyError) {
        guard let data = try Self.read(path) else {
            values = [:]
            return
        }
        let object: [String: Value]
        do throws(StrictJSONError) {
            object = try StrictJSON.decode([String: Value].self, from: data)
        } catch {
            let detail = error.detail.map { ": \($0)" } ?? ""
            throw .configuration(.invalidFile(path: path, detail: "is not one JSON object\(detail)"))
        }
        var values: [Member: String] = [:]
        for (name, value) in object {
            guard let member = Member(rawValue: name) else {
                throw .configuration(.invalidFile(path: path, detail: "has an unknown member \"\(name)\""))
            }
            guard let text = value.text else {
                throw .configuration(.invalidFile(path: path, detail: "has a \"\(name)\" that is not a text"))
            }
            guard !text.isEmpty else {
                throw .configuration(.invalidFile(path: path, detail: "has a \"\(name)\" that is empty"))
            }
            values[member] = text
        }
        self.values = values
    }

    /// A member's value; `nil` unless it is a text.
    private struct Value: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    /// The largest file that is read, in bytes.
    private static let limitBytes = 1 << 20

    /// Reads the file's bytes; `nil` if there is no file.
    private static func read(_ path: String) throws(TurnkeyError) -> Data? {
        let file: RegularFile
        do throws(RegularFile.Fault) { file = try RegularFile(path, limitBytes: limitBytes) } catch .missing {
            guard !isLink(path) else {
                throw .configuration(.unreadableFile(path: path, detail: "is a link that leads nowhere"))
            }
            return nil
        } catch {
            throw .configuration(.unreadableFile(path: path, detail: error.message))
        }
        try check(file.status, path)
        return file.data
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func check(_ status: stat, _ path: String) throws(TurnkeyError) {
        guard KernelUser.trusted.contains(status.st_uid) else {
            throw .configuration(.foreignFile(path: path, userId: status.st_uid))
        }
        guard status.st_mode & 0o022 == 0 else {
            throw .configuration(.writableFile(path: path, mode: status.st_mode & 0o7777))
        }
    }
}
