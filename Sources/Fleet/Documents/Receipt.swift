// SPDX-License-Identifier: Apache-2.0
import Varlink

/// A report of what a frame did with a parcel, by the frame's courier. It is information, and proves nothing.
package struct Receipt: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case started
        /// The frame started no session; `reason` says why, such as `tooLate`: 1 to 64 letters, digits and dots.
        case refused(reason: String)
    }

    package let fleet: FleetName
    package let frame: FrameID
    package let card: CardHash
    package let outcome: Outcome
    package let time: DocumentTime

    private static let names = ["v", "fleet", "frame", "card", "state", "reason", "at"]

    /// Makes a receipt. A reason of another form becomes `unknown`.
    package init(fleet: FleetName, frame: FrameID, card: CardHash, outcome: Outcome, time: DocumentTime) {
        (self.fleet, self.frame, self.card, self.time) = (fleet, frame, card, time)
        if case .refused(let reason) = outcome, !DocumentText.isReason(reason) {
            self.outcome = .refused(reason: "unknown")
        } else {
            self.outcome = outcome
        }
    }

    package init(reading bytes: [UInt8]) throws(DocumentFault) {
        let members = try DocumentMembers(document: bytes, names: Self.names)
        fleet = try members.fleet()
        frame = try members.frame()
        card = try members.card()
        let isStarted = try members.text("state", "\"started\" or \"refused\"") { text in
            ["started": true, "refused": false][text]
        }
        let reason = try members.optionalText("reason", "1 to 64 letters, digits and dots") { text in
            DocumentText.isReason(text) ? text : nil
        }
        switch (isStarted, reason) {
        case (true, nil): outcome = .started
        case (false, let reason?): outcome = .refused(reason: reason)
        case (true, _): throw .member("reason", expected: "null, as the state is \"started\"")
        case (false, nil): throw .member("reason", expected: "a text, as the state is \"refused\"")
        }
        time = try members.time("at")
    }

    /// Writes the receipt's bytes, its members in their order.
    package func write() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members in
            members.member("v", 1)
            members.member("fleet", fleet.description)
            members.member("frame", frame.description)
            members.member("card", card.description)
            switch outcome {
            case .started:
                members.member("state", "started")
                members.name("reason")
                members.null()
            case .refused(let reason):
                members.member("state", "refused")
                members.member("reason", reason)
            }
            members.member("at", time.description)
        }
        return writer.bytes
    }
}
