// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Testing

@testable import TurnkeyClient

@Suite("What is no file of ours is not read, waited for or replaced", .timeLimit(.minutes(15)))
struct FileKindTests {
    /// What can be where a file is expected.
    enum Kind: String, Sendable, CaseIterable {
        case directory, pipe, socket, device, link, danglingLink, loop, huge

        func make(_ path: String) throws {
            switch self {
            case .directory: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            case .pipe: mkfifo(path, 0o600)
            case .socket:
                let listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                _ = withSocketAddress(path) { bind(listener, $0, $1) }
                close(listener)
            case .device: symlink("/dev/zero", path)
            case .link:
                try Data("{}".utf8).write(to: URL(filePath: path + ".real"))
                chmod(path + ".real", 0o600)
                symlink(path + ".real", path)
            case .danglingLink: symlink("/nonexistent", path)
            case .loop: symlink(path, path)
            case .huge:
                _ = FileManager.default.createFile(
                    atPath: path,
                    contents: nil,
                    attributes: [.posixPermissions: 0o600]
                )
                truncate(path, 1 << 40)
            }
        }
    }

    @Test("the configuration's file may be a link to a file, and nothing else", arguments: Kind.allCases)
    func configuration(_ kind: Kind) throws {
        let path = FakeFrame.makeDirectory() + "/turnkey.json"
        try kind.make(path)
        guard kind != .link else {
            #expect(try ConfigurationFile(path).values.isEmpty)
            return
        }
        #expect {
            try ConfigurationFile(path)
        } throws: { error in
            guard case .configuration(.unreadableFile(path, let detail))? = error as? TurnkeyError else { return false }
            let words =
                switch kind {
                case .huge: "is larger than 1048576 bytes"
                case .danglingLink: "is a link that leads nowhere"
                case .loop: "cannot be read: Too many levels of symbolic links"
                case .socket: "cannot be read: No such device or address"
                default: "is not a file, but a directory, a pipe or a device"
                }
            // Never chmod, which would follow the link.
            return detail == words && (error as? TurnkeyError)?.hint?.contains("chmod") == false
        }
    }

    @Test("the store is a file, and a link in its place stays as it is", arguments: Kind.allCases)
    func store(_ kind: Kind) async throws {
        let store = try SessionStore(socketDirectory: "/run/x", stateDirectory: FakeFrame.makeDirectory() + "/stampd")
        try await store.update { $0.selectedSession = "work" }
        try FileManager.default.removeItem(atPath: store.path)
        try kind.make(store.path)
        await #expect {
            try await store.update { $0.selectedSession = "other" }
        } throws: { error in
            switch error as? StoreError {
            case .notAFile(store.path)?: kind != .huge
            case .damaged(store.path, "it is larger than 4194304 bytes")?: kind == .huge
            default: false
            }
        }
        var status = stat()
        #expect(lstat(store.path, &status) == 0)
        #expect((status.st_mode & S_IFMT == S_IFREG) == (kind == .huge))
    }

    @Test("the directory of the store may be a link to one, and a relative one is below where we are")
    func directories() async throws {
        let base = FakeFrame.makeDirectory()
        try FileManager.default.createDirectory(
            atPath: base + "/real",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        symlink(base + "/real", base + "/link")
        let store = try SessionStore(socketDirectory: "/run/x", stateDirectory: base + "/link")
        try await store.update { $0.selectedSession = "work" }
        #expect(try store.read().selectedSession == "work")
        // Open to others is the directory that counts, not the link, whose mode says nothing.
        chmod(base + "/real", 0o755)
        await #expect(throws: StoreError.exposed(path: base + "/link")) { try await store.update { _ in } }
        let up = String(repeating: "../", count: FileManager.default.currentDirectoryPath.split(separator: "/").count)
        let relative = try SessionStore(
            socketDirectory: "/run/x",
            stateDirectory: String((up + base.dropFirst() + "/relative"))
        )
        try await relative.update { $0.selectedSession = "work" }
        #expect(
            FileManager.default.fileExists(atPath: base + "/relative/" + (relative.path as NSString).lastPathComponent)
        )
    }

    @Test(
        "a store that names what no session is called is damaged",
        arguments: [
            #"{"version":1,"socketDirectory":"x","sessions":[],"selectedSession":"a b"}"#,
            #"{"version":1,"socketDirectory":"x","sessions":[],"selectedSession":""}"#,
            #"{"version":1,"socketDirectory":"x","sessions":[],"selectedSession":"\u001b[31m"}"#,
            #"{"version":0,"socketDirectory":"x","sessions":[]}"#,
            #"{"version":-1,"socketDirectory":"x","sessions":[]}"#,
            #"{"version":1.5,"socketDirectory":"x","sessions":[]}"#,
            #"{"version":18446744073709551616,"socketDirectory":"x","sessions":[]}"#,
        ]
    )
    func damaged(_ text: String) throws {
        let store = try SessionStore(socketDirectory: "/run/x", stateDirectory: FakeFrame.makeDirectory())
        _ = FileManager.default.createFile(
            atPath: store.path,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        #expect {
            try store.read()
        } throws: { error in
            if case .damaged(store.path, _)? = error as? StoreError { true } else { false }
        }
    }

    @Test(
        "a certificate is read from files alone, and a directory's other things are passed by",
        arguments: Kind.allCases
    )
    func certificates(_ kind: Kind) throws {
        let directory = FakeFrame.makeDirectory()
        try kind.make(directory + "/x.pem")
        #expect(throws: TurnkeyError.self) { try TrustedCertificates.load(["SSL_CERT_FILE": directory + "/x.pem"]) }
        #expect(throws: TurnkeyError.self) { try TrustedCertificates.load(["SSL_CERT_DIR": directory]) }
    }
}
