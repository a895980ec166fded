// SPDX-License-Identifier: Apache-2.0
import Foundation
import KernelUser
import StampClient
import TurnkeyClient

/// The reason why a command ends without a result.
struct Failure: Error {
    let message: String
    let hint: String?
    let status: ExitStatus
    /// The activity that the command leaves unfinished at the API; also a result, since another command can continue
    /// it.
    private(set) var activity: Activity?

    init(_ message: String, hint: String? = nil, status: ExitStatus) {
        self.message = message
        self.hint = hint
        self.status = status
    }

    init(_ error: StampError) {
        self.init(error.message, hint: Self.makeHint(error), status: Self.makeStatus(error))
    }

    init(_ error: TurnkeyError) {
        switch error {
        case .frame(let error): self.init(error)
        case .passkey(let error as any PasskeyError): self.init(error)
        case .session(let failure): self.init(failure)
        case .unreachable, .insecure, .cannotStart:
            self.init(error.message, hint: error.hint, status: .unavailable)
        case .configuration(.missingOrganization):
            self.init("no organization is named", hint: Self.organizationHint, status: .wrongUsage)
        case .configuration(.missingRelyingParty):
            self.init(error.message, hint: "name the passkey's: --rp-id DOMAIN, or TURNKEY_RP_ID", status: .wrongUsage)
        case .configuration, .bodyNotText: self.init(error.message, hint: error.hint, status: .wrongUsage)
        // An organization that is not known to be the session's own refused its key: the session is not over, and no
        // passkey is asked for.
        case .unknownKey:
            let hint =
                "look at --organization-id, or at the organizationId of the body, and at --api-base-url; whose a session "
                + "is, " + "\"stampctl session activate\" and \"stampctl inject\" are told with --organization-id"
            self.init(error.message, hint: hint, status: .never)
        case .activityPending(let activity, let cause):
            let status = cause.map { Failure($0).status } ?? .tryAgain
            let first = status == .askPasskey ? "\"stampctl login\" first, and then " : ""
            let hint = "it goes on at the API: \(first)\"\(ContinuationCommand.command(activity))\""
            self.init(error.message, hint: hint, status: status)
            self.activity = activity
        case .activityNeedsApproval(let activity):
            let hint = "have it approved by its fingerprint, then \"\(ContinuationCommand.command(activity))\""
            self.init(error.message, hint: hint, status: .never)
            self.activity = activity
        // The session's own organization has refused its key (`TurnkeyError.unknownKey`), so the session is over.
        case .api(let refusal) where refusal.isKeyRejection:
            self.init(
                error.message,
                hint: "the session is over: \"stampctl login\" starts another",
                status: .askPasskey
            )
        case .api(let refusal) where refusal.turnkeyErrorCode == "CREDENTIAL_NOT_FOUND":
            let hint = "the organization does not know this passkey: \"stampctl register\" one, or use another"
            self.init(error.message, hint: hint, status: .never)
        case .api(let refusal) where refusal.turnkeyErrorCode == "ORGANIZATION_MISMATCH":
            let hint =
                "this session is another organization's: a parent's reads below it and writes nothing there; "
                + "\"stampctl login\" as a user of the organization that is written to, with --organization-id"
            self.init(error.message, hint: hint, status: .never)
        case .sessionEnded:
            self.init(error.message, hint: "\"stampctl login\" starts another", status: .askPasskey)
        case .keyReplaced:
            let hint = "look at it with \"stampctl session show\", and try again where it is not as you want it"
            self.init(error.message, hint: hint, status: .tryAgain)
        case .anotherUser:
            let hint = "use that user's passkey, or \"stampctl logout\" first"
            self.init(error.message, hint: hint, status: .never)
        default: self.init(error.message, hint: error.hint, status: ExitStatus(error.fallback))
        }
    }

    /// A passkey's refusal needs no mention of the step, because nothing came of it.
    private init(_ failure: SessionFailure) {
        let cause = Failure(failure.cause)
        if case .passkey(is any PasskeyError) = failure.cause {
            self = cause
        } else {
            self.init(failure.message, hint: cause.hint, status: cause.status)
            activity = cause.activity
        }
    }

    private static let organizationHint =
        "give --organization-id ID, set TURNKEY_ORGANIZATION_ID, or put defaultOrganizationId into "
        + "~/.config/stampd/turnkey.json; \"stampctl doctor\" looks at everything"

    private static func makeStatus(_ error: StampError) -> ExitStatus {
        switch error {
        case .noFrame, .cannotStart: .unavailable
        // The value came from an option.
        case .unusablePath, .invalidParameter: .wrongUsage
        default: ExitStatus(error.fallback)
        }
    }

    private static let frameUserHint = "if this is your frame, name its user with --frame-user"

    private static func makeHint(noFrameAt path: String) -> String {
        let start = "start stampd, or say where its sockets are with --socket-directory"
        let isOdd = path.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard !isOdd else { return start + ": this path has a line's end or another control character in it" }
        // The last place where sockets are looked for.
        return path.hasPrefix("/run/stampd") ? start + (makeRuntimeHint() ?? "") : start
    }

    /// Says why a user's own frame may not have been found, if the environment names no directory for it.
    private static func makeRuntimeHint() -> String? {
        let environment = ProcessInfo.processInfo.environment
        guard (environment["STAMPD_SOCKET_DIRECTORY"] ?? "").isEmpty else { return nil }
        return RuntimeDirectory.findFault(environment).map { "; \($0.message)" }
    }

    /// Translates the library's hints, which name methods and parameters, to commands and options.
    private static func makeHint(_ error: StampError) -> String? {
        switch error {
        case .noEmbeddedKey: "make one with \"stampctl key init\""
        case .noSession, .sessionExpired: "\"stampctl login\", or \"stampctl inject\" a bundle"
        case .publicKeyMismatch: "look at it with \"stampctl session show\""
        case .locked: "\"stampctl unlock\""
        case .tooManySessions(_, _, .retry):
            "try again then, or free a place: \"stampctl session end\", \"stampctl session drop\""
        case .tooManySessions: "\"stampctl key reset\" makes room, and ends every session"
        case .unknownSessionKey: "make one with \"stampctl session create\"; it is kept for ten minutes"
        case .noFrame(let path, _): makeHint(noFrameAt: path)
        case .untrustedListener(_, let userId?) where KernelUser.unknown.contains(userId): error.hint
        case .untrustedDirectory(_, .owner(let userId)) where KernelUser.unknown.contains(userId): error.hint
        case .untrustedListener: "if this is your frame, name its user with --frame-user"
        case .untrustedDirectory(_, .owner), .notPermitted:
            (error.hint ?? "").replacing("name the frame's user, if this is your frame", with: frameUserHint)
                + (makeRuntimeHint() ?? "")
        case .payloadDenied(let denial) where denial.fallback == .retry: error.hint
        case .payloadDenied: "\"stampctl rules explain\" says why, rule by rule"
        case .denied("peer", _): (error.hint ?? "") + ": \"authorization\" in its configuration"
        default: error.hint
        }
    }
}
