// SPDX-License-Identifier: Apache-2.0
import Crypto
public import Foundation
import StampClient
import Varlink

/// The sessions of one frame and the user of the last login, in a file of this user's.
///
/// The file is `$XDG_STATE_HOME/stampd/HASH.json`, mode 0600 in a directory of mode 0700, HASH being the first 16 hex
/// digits of the SHA-256 of the frame's socket directory. It is replaced whole or not at all, by one writer at a time.
public struct SessionStore: Sendable {
    /// Where the file is, or will be.
    public let path: String
    private let directory: String
    private let socketDirectory: String

    /// The store of the frame at `socketDirectory`. `stateDirectory` is in `$XDG_STATE_HOME/stampd`'s place.
    ///
    /// - Throws: `.configuration(.noBaseDirectory)` where neither it nor the environment says where.
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

    /// What is stored; an empty state where nothing is.
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
            throw .damaged(path: path, detail: "a member is missing or of another type")
        }
        guard state.names.allSatisfy(isSessionName) else {
            throw .damaged(path: path, detail: "a session's name that no session has")
        }
        return state
    }

    /// Changes what is stored, while no other writer does.
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

    /// Fails now where a login would fail to store its session, before anybody is asked to approve.
    func checkWritable() async throws(StoreError) {
        try await update { _ in }
    }

    /// - Throws: `.loginUnderWay` where another has the lock.
    func lockLogin(of session: String) throws(StoreError) -> FileLock {
        try FileSystem.makePrivateDirectory(directory)
        guard let lock = try FileLock.take("\(path).login-\(session)") else { throw .loginUnderWay(session: session) }
        return lock
    }

    private struct Version: Decodable {
        let version: Int
    }
}
