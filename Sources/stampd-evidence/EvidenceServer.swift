// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Gives evidence to every process that connects, one connection after the other. It reads nothing from them.
struct EvidenceServer {
    /// A listening Unix socket. The caller closes it.
    let listener: CInt
    let source: CardSource
    let signer: HostSigner
    /// The longest time for one connection, from its acceptance.
    var deadlineMilliseconds: Int64 = 20_000
    /// Takes a line about each event.
    var log: (String) -> Void = { _ in }

    /// Serves until no process has connected for this long.
    ///
    /// - Throws: `.system` if no connection can be accepted any more.
    func run(idleMilliseconds: CInt) throws(EvidenceFault) {
        while true {
            var ready = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&ready, 1, idleMilliseconds)
            if count == 0 { return }
            if count > 0 { try serveNext() }
        }
    }

    /// Serves the next connection, if there is one, to its end.
    func serveNext() throws(EvidenceFault) {
        let connection = CLinuxAccept(listener)
        guard connection >= 0 else {
            guard [EAGAIN, EINTR, ECONNABORTED].contains(errno) else {
                throw .system(SystemFault(call: "accept4", code: errno))
            }
            return
        }
        defer { close(connection) }
        // Nothing is read: the client gets an error if it sends.
        shutdown(connection, CInt(SHUT_RD))
        guard !Self.hasHungUp(connection) else { return }
        do throws(EvidenceFault) {
            let deadline = Deadline(after: deadlineMilliseconds)
            let card = try source.card(by: deadline)
            let evidence = try signer.sign(card, by: deadline)
            try Self.give(Envelope.write(card: card, evidence: evidence), to: connection)
            log("evidence for a card of \(source.unit), given to \(Self.name(of: connection))")
        } catch {
            log("no evidence for \(Self.name(of: connection)): \(error.message(unit: source.unit))")
        }
    }

    /// Hands the envelope to the kernel at once, so that a client that does not read delays no other.
    private static func give(_ envelope: [UInt8], to connection: CInt) throws(EvidenceFault) {
        CLinuxSetSendBuffer(connection, 1 << 16)
        let sent = unsafe send(connection, envelope, envelope.count, CLinuxNoSignal | CLinuxDontWait)
        guard sent == envelope.count else { throw .notTaken }
    }

    /// Whether the client has closed the connection.
    private static func hasHungUp(_ connection: CInt) -> Bool {
        var state = pollfd(fd: connection, events: 0, revents: 0)
        return unsafe poll(&state, 1, 0) > 0 && Int32(state.revents) & POLLHUP != 0
    }

    /// Names the client's process and its present unit, for a line of the log.
    private static func name(of connection: CInt) -> String {
        var credentials = CLinuxPeerCredentials()
        guard unsafe CLinuxGetPeerCredentials(connection, &credentials) == 0, credentials.pid > 0 else {
            return "a process that cannot be told"
        }
        return "process \(credentials.pid) of \(ProcessUnit.name(of: credentials.pid) ?? "no unit")"
    }
}
