// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// One host's connection to a software key: the transport, and waiting for the user.
struct KeyConnection {
    private static let initialiseAnswer = Data([2, 1, 0, 0])
    private let reports: Reports
    private let key: SoftwareKey
    private let channel = Data([0, 0, 0, 1])

    init(_ reports: Reports, of key: SoftwareKey) {
        self.reports = reports
        self.key = key
    }

    func run() {
        while let message = reports.receive() {
            switch message.command {
            case Reports.Command.initialise:
                // Capabilities: CBOR 0x04, no U2F messages 0x08.
                let capabilities: UInt8 = key.state.withLock { $0.settings.speaksCTAP2 } ? 0x0C : 0x00
                let answer = message.payload + channel + Self.initialiseAnswer + Data([capabilities])
                reports.send(Reports.Command.initialise, answer, on: message.channel)
            case Reports.Command.cbor:
                guard let answer = answer(message.payload) else { return }
                reports.send(Reports.Command.cbor, answer, on: channel)
            case Reports.Command.cancel:
                // Nothing is under way: CTAP 2.1, §11.2.9.1.5 wants it ignored.
                continue
            default:
                reports.send(Reports.Command.error, Data([1]), on: message.channel)
            }
        }
    }

    /// Status and CBOR; `nil` where the key was pulled out.
    private func answer(_ request: Data) -> Data? {
        do throws(KeyStatus) {
            if request.first != KeyCommandCode.information, let status = key.state.withLock({ $0.settings.status }) {
                throw KeyStatus(status)
            }
            let result = try key.execute(request) { () throws(KeyStatus) in try waitForUser() }
            return Data([0]) + (result?.encoded ?? Data())
        } catch {
            return error == .pulledOut ? nil : Data([error.code])
        }
    }

    private func waitForUser() throws(KeyStatus) {
        switch key.state.withLock({ $0.settings.user }) {
        case .touchesAtOnce: return
        case .refuses: throw .operationDenied
        case .sleeps: throw .userActionTimeout
        case .pullsOut:
            key.unplug()
            throw .pulledOut
        case .waits: try blink()
        }
    }

    /// Says every few milliseconds that it waits for a touch, until it is touched or told to stop.
    private func blink() throws(KeyStatus) {
        key.noteBlink()
        while !key.state.withLock({ state in exchange(&state.isTouched, with: false) }) {
            reports.send(Reports.Command.keepalive, Data([2]), on: channel)
            guard reports.isReadable(withinMilliseconds: 10) else { continue }
            guard let message = reports.receive() else { throw .pulledOut }
            guard message.command == Reports.Command.cancel else { continue }
            key.noteCancel()
            throw .keepaliveCancel
        }
    }
}

private func exchange<Value>(_ value: inout Value, with new: Value) -> Value {
    defer { value = new }
    return value
}
