// SPDX-License-Identifier: Apache-2.0
import Glibc
import Varlink

/// The reasons why a connection gets no evidence.
enum EvidenceFault: Error, Equatable {
    /// The step that had not ended at the deadline.
    enum Step: String {
        case frame = "the frame's answer"
        case signature = "ssh-keygen's signature"
    }

    case system(SystemFault)
    case tooLate(Step)
    /// No process listens at the frame's socket, or it takes no more connections.
    case noFrame(SystemFault)
    /// The frame closed the connection before its answer had ended.
    case frameHungUp
    case answerTooLong
    /// Bytes came that are not part of an answer to a call.
    case answerUnasked
    /// Two processes wrote parts of one answer, or one answer each.
    case twoSenders
    /// The process that answered has ended, or is in another pid namespace.
    case senderGone
    /// The process that answered is not in the frame's unit.
    case wrongUnit(pid: pid_t, unit: String?)
    case notJSON(JSONError)
    case notAnAnswer
    /// The frame answered an error.
    case refused(error: String)
    case notACard
    case noHostKey
    case notSigned(exitStatus: CInt)
    case notASignature
    /// The connection did not take the whole envelope.
    case notTaken
}

/// A call of the system that failed, with its errno.
struct SystemFault: Error, Equatable {
    let call: String
    let code: CInt

    var message: String { unsafe "\(call): \(String(cString: strerror(code)))" }
}

extension EvidenceFault {
    /// Says what was wrong and what an administrator can do. Of what other processes wrote, it repeats an error's name only.
    func message(unit: String) -> String {
        switch self {
        case .system(let fault): fault.message
        case .tooLate(let step): "\(step.rawValue) did not come in time"
        case .noFrame(let fault): "the frame's deliver socket takes no connection: \(fault.message)"
        case .frameHungUp: "the frame closed the connection before its answer had ended"
        case .answerTooLong: "the answer at the deliver socket is longer than a card's can be"
        case .answerUnasked: "bytes came at the deliver socket that answer no call"
        case .twoSenders: "two processes answered at the deliver socket; was \(unit) restarted meanwhile?"
        case .senderGone: "the process that answered at the deliver socket has ended, or has no number here"
        case .wrongUnit(let pid, let other):
            "process \(pid), which answered at the deliver socket, is of \(other ?? "no unit"), not of \(unit)"
        case .notJSON(let error): "the answer at the deliver socket is not JSON: \(error.message)"
        case .notAnAnswer: "the answer at the deliver socket is not one to GetCard"
        case .refused(let error): "the frame answered \(error)"
        case .notACard: "what the frame gave is not a card: one JSON object of at most 16 KiB"
        case .noHostKey: "the host has no SSH key to sign with; ssh-keygen -A makes it, or name another in a drop-in"
        case .notSigned(let status):
            "ssh-keygen did not sign, and ended with \(status); its words are above; it needs a key in OpenSSH's format, "
                + "without a passphrase"
        case .notASignature: "what ssh-keygen wrote is no armored signature"
        case .notTaken: "the connection did not take the whole envelope"
        }
    }
}
