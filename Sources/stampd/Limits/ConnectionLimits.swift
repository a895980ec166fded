// SPDX-License-Identifier: Apache-2.0
import Varlink

/// What keeps one peer from being in another's way. Each member is a setting of the configuration's file.
struct ConnectionLimits: Equatable, Sendable {
    /// The longest call, in bytes without its NUL. `Connection`'s scanner enforces it.
    var maximumMessageBytes = MessageScanner.defaultLimitBytes
    /// Objects and arrays inside one another, in a call; no call of ours needs more than two. `CallHandler` enforces it.
    var maximumNesting = JSONReader.defaultMaximumDepth
    /// Memory of unfinished messages, all connections together, beside the first piece of each. `ConnectionTable` enforces
    /// it, with a share for each account.
    var maximumReadingBytes = 32 * 1024 * 1024
    /// Memory of replies and events that peers have not taken. `ConnectionTable` enforces it: the account that holds most
    /// loses a connection first.
    var maximumOutputBytes = 32 * 1024 * 1024
    /// Connections in all: two descriptors each, the socket and the peer's process. `ConnectionTable` enforces it, lowered
    /// to what the process has descriptors for.
    var maximumConnections = 768
    /// Connections of one account. `ConnectionTable` enforces it.
    var maximumConnectionsPerUser = 512
    /// Of `maximumConnections`: kept for root and for the control socket. `ConnectionTable` enforces it.
    var reservedConnections = 32
    /// A message must be whole so long after its first byte, while the frame reads. `ConnectionFlow` enforces it.
    var messageTimeoutSeconds: Int64 = 2
    /// A connection ends whose replies are not taken for so long. `ConnectionFlow` enforces it.
    var replyTimeoutSeconds: Int64 = 5
    /// A connection without a call ends after so long, and one with events that are not taken. `ConnectionFlow` enforces it.
    var idleTimeoutSeconds: Int64 = 300
    /// How long a stop waits for calls that are on their way. `Server` enforces it.
    var drainTimeoutSeconds: Int64 = 2
    /// Peers that are told why they are refused, at once; beside `maximumConnections`. `Server` enforces it.
    var maximumRefusedConnections = 64
    /// A watcher that is so far behind is ended. `Server` enforces it.
    var maximumEventBytes = 256 * 1024
    /// Calls of one connection that are answered before the next connection has its turn. `Server` enforces it.
    var maximumCallsPerTurn = 8

    /// How many descriptors the process needs with the most connections that can be configured, so that a reload has room.
    static let mostDescriptors = 2 * 16_384 + 256 + 64

    /// The least that `maximumReadingBytes` may be: one account's share.
    var minimumReadingBytes: Int { readingShareBytes }

    /// What each of the first accounts may hold of `maximumReadingBytes` whatever the others do.
    var readingShareBytes: Int { 2 * maximumMessageBytes }

    /// How many accounts have such a share at once.
    var readingShareCount: Int { max(1, maximumReadingBytes / readingShareBytes) }

    /// What one recv(2) takes at most.
    static let readByteCount = 16 * 1024
    /// Replies are sent once there are so many bytes of them.
    static let sendByteCount = 32 * 1024
    /// SO_SNDBUF of a connection. The kernel doubles it, and holds so much of replies that a peer does not read.
    static let sendBufferByteCount = 8 * 1024
    /// An account with fewer connections finds a place as one without any does, beside one with four times as many.
    static let modestConnections = 4
    /// What all connections together have of it at a stop, and what one has of that: the kernel's own default.
    static let drainBufferByteCount = 12 * 1024 * 1024
    static let largestSendBufferByteCount = 106_496
    /// Accepting goes on so long after descriptors or memory ran out, unless a connection ended before.
    static let acceptPauseMilliseconds: Int64 = 100
    /// How long turns go on before the loop looks for new bytes: what a call of root's waits for at most, about twice.
    static let turnNanoseconds: Int64 = 1_500_000
}
