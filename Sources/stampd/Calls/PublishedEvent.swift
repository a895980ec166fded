// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// An event for watchers: the interface's type Event.
enum PublishedEvent {
    case frame(FrameEvent)
    case confirmationWanted(WaitingStamp, expiresInMilliseconds: Int64)
    case confirmationEnded(WaitingStamp)

    /// Whether watchers at a socket of this kind get the event.
    func isTold(at kind: SocketKind) -> Bool {
        switch self {
        case .frame: true
        case .confirmationWanted, .confirmationEnded: kind == .control
        }
    }

    /// Writes the members of the event.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .frame(let event): event.write(to: &writer)
        case .confirmationWanted(let stamp, let milliseconds):
            Self.write(.confirmationWanted, stamp, milliseconds, to: &writer)
        case .confirmationEnded(let stamp): Self.write(.confirmationEnded, stamp, nil, to: &writer)
        }
    }

    private static func write(
        _ kind: EventKind,
        _ stamp: WaitingStamp,
        _ milliseconds: Int64?,
        to writer: inout JSONWriter
    ) {
        writer.member("kind", kind.rawValue)
        writer.member("session", stamp.wanted.session.description)
        writer.member("publicKey", stamp.wanted.publicKey.description)
        writer.member("expiresInMilliseconds", ifPresent: milliseconds)
        writer.member("confirmationId", stamp.id.text)
    }
}
