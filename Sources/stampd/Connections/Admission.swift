// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Rules
import SignerCore
import Varlink

/// Accepts connections, asks the kernel who connected, and decides whether their calls are answered.
struct Admission: ~Copyable {
    /// The check before any rule of the configuration.
    private let ownAuthorization = Authorization(ownUid: geteuid())
    /// Whether /proc tells the units of peers.
    let areUnitsTold = PeerUnit.isTold()
    /// Reserved for the pidfd of the next peer, so that a peer that is accepted can be identified.
    private var spareDescriptor = SpareDescriptor()
    /// The owners of subordinate uids.
    var ranges = SubordinateRanges()

    /// A peer that was accepted. The caller owns the descriptor.
    struct Accepted {
        let descriptor: CInt
        let peer: Peer
        let found: PeerProcess.Found
        /// Why its calls are refused; nil if the rules let it in.
        let refusal: AuthorizationRefusal?
    }

    enum Result {
        case accepted(Accepted)
        /// The peer was gone already, or the kernel tells nothing about it.
        case passed
        /// No peer waits.
        case nobody
        /// Descriptors or memory ran out. The peers wait in the kernel.
        case shortage(SystemError)
    }

    /// Accepts the next connection at a socket with its rules on payloads. `needsUnits` says that the peer's unit is
    /// needed even if no rule asks for it.
    mutating func accept(
        at socket: any FrameSocket,
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
        // Replies that a peer does not read lie in the kernel's memory, charged to the frame. The size is set for each
        // connection, since it is not inherited from the listener.
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

    /// Asks the kernel what the rules of the socket and the audit need to know about a peer.
    ///
    /// - Throws: `SystemError` if the kernel tells nothing, since there is then no peer to answer.
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

    /// Returns why a peer that was served is not served any more; nil if it still is. Looks up what was not needed when
    /// it connected.
    func refusal(of connection: Connection, _ authorization: AuthorizationRules) -> AuthorizationRefusal? {
        guard let rule = authorization.sockets[connection.socket.name] else { return nil }
        var peer = connection.peer
        peer.account = ranges.account(of: peer.uid)
        if rule.gids != nil { peer.readGroups(from: connection.descriptor, naming: nil) }
        if areUnitsTold, rule.units != nil, peer.unit == nil { peer.readUnit(of: connection.process) }
        return rule.refusal(of: peer)
    }

    /// Looks up what the rules on payloads and names need to know about a connected peer.
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

    /// Reads the owners of subordinate uids again.
    ///
    /// - Returns: A line about what could not be read; what was known before is then kept.
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
