// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Ceremony {
    /// Returns the only key that is plugged in, or of several the one that is touched.
    func chooseKey() async throws(SecurityKeyError) -> KeyHandle {
        let devices = try bus.devices()
        var keys: [KeyHandle] = []
        var failure = SecurityKeyError.noKey
        for device in devices {
            do throws(SecurityKeyError) {
                keys.append(try KeyHandle(device, patience: options.timeout))
            } catch {
                failure = error
            }
        }
        guard let first = keys.first else { throw failure }
        return keys.count == 1 ? first : try await chooseByTouch(keys)
    }

    /// Makes all keys blink and returns the one that is touched. Keys that are pulled out meanwhile are ignored.
    private func chooseByTouch(_ all: [KeyHandle]) async throws(SecurityKeyError) -> KeyHandle {
        var keys = all.filter { $0.beginTouch() }
        await prompts.show(.touchToChoose(among: keys.map(\.name)))
        while !Task.isCancelled {
            var left: [KeyHandle] = []
            for key in keys {
                switch key.pollTouch() {
                case .touched:
                    for other in keys where other !== key { other.endTouch() }
                    return key
                case .waiting: left.append(key)
                case .gone: continue
                }
            }
            guard !left.isEmpty else { throw .connectionLost(key: all[0].name) }
            keys = left
        }
        for key in keys { key.endTouch() }
        throw .cancelled
    }

    /// Asks which of the accounts that signed is meant, and returns the index of its answer.
    func chooseAccount(in assertion: KeyAssertion, on key: KeyHandle) async throws(SecurityKeyError) -> Int {
        let accounts = (0..<assertion.count).map { assertion.account(at: $0) }
        guard accounts.count > 1 else {
            guard accounts.count == 1 else { throw .noCredential(rpId: rpId, key: key.name) }
            return 0
        }
        let chosen = try await prompts.account(among: accounts, rpId: rpId)
        guard let index = accounts.firstIndex(of: chosen) else { throw .cancelled }
        return index
    }
}
