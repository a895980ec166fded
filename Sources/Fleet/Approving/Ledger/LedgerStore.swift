// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import TurnkeyClient

/// Stores a ledger, which is read once, and written whole or not at all.
package protocol LedgerStorage: Sendable {
    /// Where a person finds the ledger.
    var path: String { get }
    func read() throws(LedgerFault) -> Ledger
    func write(_ ledger: Ledger) throws(LedgerFault)
}

/// The ledger of one fleet in a file of this user. While this lives, it locks the file against the user's other commands.
///
/// The file is `$XDG_STATE_HOME/stampd/fleet-NAME.json`, mode 0600, in the directory of the client's sessions (mode 0700).
package final class LedgerStore: LedgerStorage {
    package let path: String
    private let fleet: FleetName
    private let lock: FileLock

    /// Locks the fleet's ledger, and makes its directory where it is missing.
    ///
    /// - Throws: `.underWay` where another command has the lock.
    package init(fleet: FleetName, directory: String) throws(LedgerFault) {
        self.fleet = fleet
        path = Self.path(fleet: fleet, directory: directory)
        let lock: FileLock?
        do throws(StoreError) {
            try FileSystem.makePrivateDirectory(directory)
            lock = try FileLock.take(path + ".lock")
        } catch {
            throw .store(error)
        }
        guard let lock else { throw .underWay(path: path) }
        self.lock = lock
    }

    /// Returns the stored ledger; an empty one where none is stored.
    package func read() throws(LedgerFault) -> Ledger {
        try Self.read(path, fleet)
    }

    /// Returns the stored ledger without taking its lock, for a command that only reads.
    package static func look(fleet: FleetName, directory: String) throws(LedgerFault) -> Ledger {
        try read(path(fleet: fleet, directory: directory), fleet)
    }

    package static func path(fleet: FleetName, directory: String) -> String { "\(directory)/fleet-\(fleet).json" }

    private static func read(_ path: String, _ fleet: FleetName) throws(LedgerFault) -> Ledger {
        let data: Data?
        do throws(StoreError) { data = try FileSystem.read(path, limitBytes: Ledger.limitBytes) } catch {
            throw .store(error)
        }
        guard let data else { return Ledger(fleet: fleet) }
        let ledger: Ledger
        do throws(StrictJSONError) { ledger = try StrictJSON.decode(Ledger.self, from: data) } catch {
            throw .damaged(path: path, detail: error.detail ?? "a member is missing or of another type")
        }
        if let fault = ledger.findFault(of: fleet) { throw .damaged(path: path, detail: fault) }
        return ledger
    }

    package func write(_ ledger: Ledger) throws(LedgerFault) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(ledger), data.count < Ledger.limitBytes else {
            throw .damaged(path: path, detail: "it cannot be written")
        }
        do throws(StoreError) { try FileSystem.replace(path, with: data + Data("\n".utf8)) } catch {
            throw .store(error)
        }
    }
}
