// SPDX-License-Identifier: Apache-2.0
import Varlink

/// Limits that keep a peer from getting in others' way. Each member is a setting of the configuration's file.
struct ConnectionLimits: Equatable, Sendable {
    /// The longest call, in bytes without its NUL. `Connection`'s scanner enforces it.
    var maximumMessageBytes = MessageScanner.defaultLimitBytes
    /// How many objects and arrays may be nested in a call; our calls need three. `CallHandler` enforces it.
    var maximumNesting = JSONReader.defaultMaximumDepth
    /// Memory for incomplete messages of all connections, not counting the first piece of each. `ConnectionTable`
    /// enforces it, with a share for each account.
    var maximumReadingBytes = 32 * 1024 * 1024
    /// Memory for replies and events that peers have not taken. `ConnectionTable` enforces it; the account that holds
    /// most loses a connection first.
    var maximumOutputBytes = 32 * 1024 * 1024
    /// Connections in all. Each takes two descriptors: the socket, and the pidfd of the peer's process.
    /// `ConnectionTable` enforces it, lowered to what the process has descriptors for.
    var maximumConnections = 768
    /// Connections of one account. `ConnectionTable` enforces it.
    var maximumConnectionsPerUser = 512
    /// How many of `maximumConnections` are kept for root and the control socket. `ConnectionTable` enforces it.
    var reservedConnections = 32
    /// How long a message may take from its first byte, while the frame reads. `ConnectionFlow` enforces it.
    var messageTimeoutSeconds: Int64 = 2
    /// How long a peer may take no reply before its connection ends. `ConnectionFlow` enforces it.
    var replyTimeoutSeconds: Int64 = 5
    /// How long a connection may be without a call, or a watcher take no event, before it ends. `ConnectionFlow`
    /// enforces it.
    var idleTimeoutSeconds: Int64 = 300
    /// How long a stop waits for calls that are on their way. `Server` enforces it.
    var drainTimeoutSeconds: Int64 = 2
    /// How many peers may wait for their refusal at once, beside `maximumConnections`. `Server` enforces it.
    var maximumRefusedConnections = 64
    /// How far a watcher may be behind before its connection ends. `Server` enforces it.
    var maximumEventBytes = 256 * 1024
    /// How many calls of one connection are answered before the next connection's turn. `Server` enforces it.
    var maximumCallsPerTurn = 8

    /// How many descriptors the process needs for the most connections that can be configured, so that a reload has
    /// room.
    static let mostDescriptors = 2 * 16_384 + 256 + 64

    /// The least value of `maximumReadingBytes`: one account's share.
    var minimumReadingBytes: Int { readingShareBytes }

    /// How much of `maximumReadingBytes` each of the first accounts may hold whatever the others do.
    var readingShareBytes: Int { 2 * maximumMessageBytes }

    /// How many accounts have such a share at once.
    var readingShareCount: Int { max(1, maximumReadingBytes / readingShareBytes) }

    /// The most that one recv(2) takes.
    static let readByteCount = 16 * 1024
    /// Replies are sent as soon as they have this many bytes.
    static let sendByteCount = 32 * 1024
    /// SO_SNDBUF of a connection. The kernel doubles it, and holds that much of replies that a peer does not read.
    static let sendBufferByteCount = 8 * 1024
    /// An account with fewer connections than this takes a place from an account with four times as many.
    static let modestConnections = 4
    /// Send buffers at a stop: for all connections together. One has at most the kernel's default.
    static let drainBufferByteCount = 12 * 1024 * 1024
    static let largestSendBufferByteCount = 106_496
    /// The pause in accepting after descriptors or memory ran out. The end of a connection ends it earlier.
    static let acceptPauseMilliseconds: Int64 = 100
    /// The longest series of turns before the loop checks for new bytes. A call of root waits for at most two of them.
    static let turnNanoseconds: Int64 = 1_500_000
}
