// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Rules
import SignerCore
import Varlink

/// Lets peers in: accepts a connection, asks the kernel who is there, and decides whether its calls are answered.
struct Admission: ~Copyable {
    /// Whom the frame serves before any rule.
    private let ownAuthorization = Authorization(ownUid: geteuid())
    /// Whether /proc tells the units of peers.
    let areUnitsTold = PeerUnit.isTold()
    /// Held for the process of the next peer, so that whom accept4(2) found room for has room.
    private var spareDescriptor = SpareDescriptor()
    /// Whose subordinate uids are whose.
    var ranges = SubordinateRanges()

    /// A peer that was accepted. The descriptor is the caller's.
    struct Accepted {
        let descriptor: CInt
        let peer: Peer
        let found: PeerProcess.Found
        /// Why no call of it is answered; nil where the rules let it in.
        let refusal: AuthorizationRefusal?
    }

    enum Result {
        case accepted(Accepted)
        /// A peer that was gone, or of whom the kernel says nothing.
        case passed
        /// Nobody waits.
        case nobody
        /// Descriptors or memory ran out: peers wait in the kernel.
        case shortage(SystemError)
    }

    /// Accepts the next connection at a socket, with its rules on payloads; `needsUnits` says that somebody asks for a
    /// peer's unit, whatever any rules ask.
    mutating func accept(
        at socket: any DoorSocket,
        _ authorization: AuthorizationRules,
        _ rules: SocketRules?,
        needsUnits: Bool
    ) -> Result {
        do throws(SystemError) { try spareDescriptor.hold() } catch { return .shortage(error) }
        let descriptor = CLinuxAccept(socket.descriptor)
        let code = errno
        guard descriptor >= 0 else {
            switch code {
            case EAGAIN: return .nobody
            case EINTR, ECONNABORTED: return .passed
            default: return .shortage(SystemError(call: "accept4", code: code))
            }
        }
        // What a peer does not read is the kernel's memory, charged to the frame: a listener's size is not inherited.
        CLinuxSetSendBuffer(descriptor, CInt(ConnectionLimits.sendBufferByteCount))
        do throws(SystemError) {
            let rule = authorization.sockets[socket.ruleName]
            let (peer, found) = try identify(descriptor, asking: rule, rules?.set, needsUnits: needsUnits)
            let refusal =
                ownAuthorization.refusal(of: peer, isOpenToOthers: socket.isOpenToOthers) ?? rule?.refusal(of: peer)
            return .accepted(Accepted(descriptor: descriptor, peer: peer, found: found, refusal: refusal))
        } catch {
            close(descriptor)
            return .passed
        }
    }

    /// Asks the kernel whatever the rules of the socket and the audit need of a peer.
    ///
    /// - Throws: Where the kernel says nothing; then there is nobody to answer.
    private mutating func identify(
        _ descriptor: CInt,
        asking rule: AuthorizationRules.Rule?,
        _ set: RuleSet?,
        needsUnits: Bool
    ) throws(SystemError) -> (Peer, PeerProcess.Found) {
        var peer = try Peer.read(from: descriptor, ranges)
        guard peer.pid != 0 else { return (peer, .untold) }
        let found = try findProcess(at: descriptor, pid: peer.pid)
        if rule?.gids != nil || set?.asksGroups == true { peer.readGroups(from: descriptor, naming: set) }
        let isUnitAsked = needsUnits || rule?.asksUnits == true || set?.asksUnits == true
        if areUnitsTold, isUnitAsked { peer.readUnit(of: found.process) }
        return (peer, found)
    }

    private mutating func findProcess(at descriptor: CInt, pid: pid_t) throws(SystemError) -> PeerProcess.Found {
        do throws(SystemError) { return try PeerProcess.find(at: descriptor, pid: pid) } catch {
            guard spareDescriptor.release() else { throw error }
            return try PeerProcess.find(at: descriptor, pid: pid)
        }
    }

    /// Why a peer that was served is not any more; nil where it is. Looks up what nobody asked when it connected.
    func refusal(of connection: Connection, _ authorization: AuthorizationRules) -> AuthorizationRefusal? {
        guard let rule = authorization.sockets[connection.socket.name] else { return nil }
        var peer = connection.peer
        peer.account = ranges.account(of: peer.uid)
        if rule.gids != nil { peer.readGroups(from: connection.descriptor, naming: nil) }
        if areUnitsTold, rule.units != nil, peer.unit == nil { peer.readUnit(of: connection.process) }
        return rule.refusal(of: peer)
    }

    /// Looks up what rules on payloads, or on names, ask of a peer that is connected.
    func lookUp(_ connection: Connection, _ authorization: AuthorizationRules, _ rules: SocketRules?) {
        if let set = rules?.set, set.asksGroups {
            connection.peer.readGroups(from: connection.descriptor, naming: set)
            connection.peer.groups = []
        }
        let isUnitAsked =
            rules?.set.asksUnits == true || authorization.sockets[connection.socket.name]?.asksUnits == true
        if areUnitsTold, isUnitAsked, connection.peer.unit == nil {
            connection.peer.readUnit(of: connection.process)
        }
    }

    /// Reads again whose subordinate uids are whose.
    ///
    /// - Returns: A line about what could not be read; what was known is kept then.
    mutating func readRanges() -> String? {
        do throws(SubordinateRanges.Unread) {
            ranges = try SubordinateRanges.read()
        } catch {
            return "\(error.path): \(error.reason): subordinate users are told apart as before"
        }
        let count = ranges.unreadLineCount
        return count == 0 ? nil : "/etc/subuid: \(count) lines are no ranges, and are left out"
    }
}
