// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Foundation
import Passkeys
import StampClient
import Varlink

/// The file with the sessions of one frame and the user of the last login.
///
/// It is `$XDG_STATE_HOME/stampd/HASH.json`, mode 0600 in a directory of mode 0700; HASH is the first 16 hex digits of
/// the SHA-256 of the frame's socket directory. It is replaced completely or not at all, by one writer at a time.
public struct SessionStore: Sendable {
    /// The path of the store's file. Without a file the store is empty; the first session makes it.
    public let path: String
    private let directory: String
    private let socketDirectory: String

    /// Finds the store of a frame.
    ///
    /// - Parameters:
    ///   - socketDirectory: The directory of the frame's sockets.
    ///   - stateDirectory: The directory in place of `$XDG_STATE_HOME/stampd`.
    ///   - environment: The environment variables.
    /// - Throws: `.configuration(.noBaseDirectory)` if neither the directory nor the environment tells where.
    public init(
        socketDirectory: String,
        stateDirectory: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(TurnkeyError) {
        if let stateDirectory {
            directory = stateDirectory
        } else {
            directory = try BaseDirectory.state.path(environment)
        }
        let hash = Hexadecimal.encode(SHA256.hash(data: Data(socketDirectory.utf8)).prefix(8))
        path = "\(directory)/\(hash).json"
        self.socketDirectory = socketDirectory
    }

    /// Reads the store; an empty state if there is no file.
    func read() throws(StoreError) -> StoredState {
        guard let data = try FileSystem.read(path) else { return StoredState(socketDirectory: socketDirectory) }
        let json: StrictJSON
        do throws(JSONError) { json = try StrictJSON(data) } catch {
            throw .damaged(path: path, detail: error.message)
        }
        guard let version = (try? json.decode(Version.self))?.version, version > 0 else {
            throw .damaged(path: path, detail: "no version")
        }
        guard version <= StoredState.currentVersion else {
            throw .newerVersion(path: path, found: version, known: StoredState.currentVersion)
        }
        guard let state = try? json.decode(StoredState.self) else {
            throw .damaged(path: path, detail: "a member is missing, or has a value that it cannot have")
        }
        return state
    }

    /// Changes the store, excluding other writers.
    ///
    /// - Throws: `StoreError`; then nothing has changed.
    @discardableResult
    func update<Result>(_ change: (inout StoredState) -> Result) async throws(StoreError) -> Result {
        try FileSystem.makePrivateDirectory(directory)
        let lock = try await FileLock.wait(for: path + ".lock")
        defer { withExtendedLifetime(lock) {} }
        var state = try read()
        let result = change(&state)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(state) else { throw .damaged(path: path, detail: "it cannot be written") }
        try FileSystem.replace(path, with: data + Data("\n".utf8))
        return result
    }

    /// Checks that a login could store its session, before an approval is asked for.
    func checkWritable() async throws(StoreError) {
        try await update { _ in }
    }

    /// Takes the lock for a login of the session.
    ///
    /// - Throws: `.loginUnderWay` if another holds it.
    func lockLogin(of session: SessionName) throws(StoreError) -> FileLock {
        try FileSystem.makePrivateDirectory(directory)
        guard let lock = try FileLock.take("\(path).login-\(session)") else { throw .loginUnderWay(session: session) }
        return lock
    }

    private struct Version: Decodable {
        let version: Int
    }
}
