// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What keeps one peer from being in another's way; each has a member of the configuration's file.
struct ConnectionLimits: Equatable, Sendable {
    /// One call without its NUL.
    var maximumMessageBytes = MessageScanner.defaultLimitBytes
    /// Objects and arrays inside one another, in a call; no call of ours needs more than two.
    var maximumNesting = JSONReader.defaultMaximumDepth
    /// Bytes of messages that are not whole yet, all connections together; then reading waits.
    var maximumReadingBytes = 32 * 1024 * 1024
    /// Two descriptors each, the socket and the peer's process, in a process that may have 2048.
    var maximumConnections = 768
    var maximumConnectionsPerUser = 512
    /// Of `maximumConnections`: kept for root and for the control socket.
    var reservedConnections = 32
    /// A message must be whole so long after its first byte.
    var messageTimeoutSeconds: Int64 = 2
    /// A connection without a call, or with a reply that is not taken, ends.
    var idleTimeoutSeconds: Int64 = 300
    /// How long a stop waits for calls that are on their way.
    var drainTimeoutSeconds: Int64 = 2
    /// Peers that are told why they are refused, at once; beside `maximumConnections`.
    var maximumRefusedConnections = 64
    /// A watcher that is so far behind is ended.
    var maximumEventBytes = 256 * 1024
    /// Calls of one connection that are answered before the next connection has its turn.
    var maximumCallsPerTurn = 8

    /// What the process needs: two for each connection, one for each that is refused, and its own.
    var descriptorCount: Int { 2 * maximumConnections + maximumRefusedConnections + Self.ownDescriptorCount }

    /// What the limit on reading must at least be: a piece of each connection, and one whole message.
    var minimumReadingBytes: Int { (maximumConnections + 1) * Self.readByteCount + maximumMessageBytes }

    /// More than what a frame holds beside its connections, with sixteen sockets.
    static let ownDescriptorCount = 64
    /// What one recv(2) takes at most.
    static let readByteCount = 16 * 1024
    /// Replies are sent once there are so many bytes of them.
    static let sendByteCount = 64 * 1024
    /// Accepting goes on so long after descriptors or memory ran out, unless a connection ended before.
    static let acceptPauseMilliseconds: Int64 = 100
}
