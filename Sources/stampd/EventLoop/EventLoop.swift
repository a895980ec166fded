// SPDX-License-Identifier: Apache-2.0
import CLinux
import CSystemd
import Glibc
import SignerCore

/// The single-threaded event loop: sd-event's sources (listening sockets, timers, signals), and beside them the
/// connections.
///
/// The thread sleeps in an epoll(7) of the connections, of which sd-event's own epoll is one member. A call then costs
/// only the system calls of a bare loop, while sd-event alone would make a turn for each descriptor that is ready.
@safe final class EventLoop {
    let event: OpaquePointer
    let connections: Poller
    private var exitCode: Int32?
    /// Whether sd-event waits for its sources (sd_event_prepare(3) was called).
    private var isArmed = false
    /// Whether a timer was set since sd-event armed its timers.
    var mustRearm = true

    /// The most sources that are dispatched before the connections get their turn.
    private static let sourcesPerTurn = 8
    /// The id of sd-event's epoll among the connections, whose ids begin at 1.
    private static let sourcesId: UInt64 = 0

    init() throws(SystemError) {
        connections = try Poller()
        var event: OpaquePointer?
        try unsafe checkSystemd(sd_event_new(&event), "sd_event_new")
        guard let event = unsafe event else { throw SystemError(call: "sd_event_new", code: ENOMEM) }
        unsafe self.event = event
        try unsafe connections.add(sd_event_get_fd(event), events: CLinuxReadable, id: Self.sourcesId)
    }

    deinit { unsafe sd_event_unref(event) }

    /// Runs until `exit`, and returns its code.
    ///
    /// `onReady` gets a connection's id, epoll(7)'s bits, and the time at which the loop woke up. `onTurn` is called
    /// after all connections that were ready, and returns whether it left work to do, so that the loop does not sleep.
    func run(
        onReady: (_ id: UInt64, _ events: UInt32, _ now: BootInstant) -> Void,
        onTurn: () -> Bool
    ) throws(SystemError) -> Int32 {
        var isBusy = false
        while true {
            if mustRearm { try dispatchSources() }
            if let exitCode { return exitCode }
            var areSourcesReady = false
            connections.wait(isBusy: isBusy || mustRearm) { id, events, now in
                if id == Self.sourcesId { areSourcesReady = true } else { onReady(id, events, now) }
            }
            if areSourcesReady { try dispatchSources() }
            isBusy = onTurn()
        }
    }

    /// Ends `run` with this code.
    func exit(_ code: Int32) {
        exitCode = code
        mustRearm = true
    }

    private func dispatchSources() throws(SystemError) {
        for _ in 0..<Self.sourcesPerTurn where exitCode == nil {
            mustRearm = false
            if isArmed {
                isArmed = false
                try unsafe dispatchPending(sd_event_wait(event, 0), "sd_event_wait")
            }
            let isPending = try unsafe dispatchPending(sd_event_prepare(event), "sd_event_prepare")
            isArmed = !isPending
            if isArmed, !mustRearm { return }
        }
        mustRearm = true
    }

    @discardableResult
    private func dispatchPending(_ result: Int32, _ call: StaticString) throws(SystemError) -> Bool {
        try checkSystemd(result, call)
        guard result > 0 else { return false }
        try unsafe checkSystemd(sd_event_dispatch(event), "sd_event_dispatch")
        return true
    }
}
