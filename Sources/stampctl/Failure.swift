// SPDX-License-Identifier: Apache-2.0
import StampClient
import TurnkeyClient

/// Why a command ends without a result.
struct Failure: Error {
    let message: String
    let hint: String?
    let status: ExitStatus

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
        case .unreachable: self.init(error.message, hint: error.hint, status: .unavailable)
        case .configuration, .bodyNotText: self.init(error.message, hint: error.hint, status: .wrongUsage)
        default: self.init(error.message, hint: error.hint, status: ExitStatus(error.fallback))
        }
    }

    private static func makeStatus(_ error: StampError) -> ExitStatus {
        switch error {
        case .noFrame: .unavailable
        case .unusablePath: .wrongUsage
        default: ExitStatus(error.fallback)
        }
    }

    /// The library's hints name methods and parameters; here it is commands and options.
    private static func makeHint(_ error: StampError) -> String? {
        switch error {
        case .noEmbeddedKey: "make one with \"stampctl key init\""
        case .noSession, .sessionExpired: "\"stampctl login\", or \"stampctl inject\" a bundle"
        case .publicKeyMismatch: "look at it with \"stampctl session show\""
        case .locked: "\"stampctl unlock\""
        case .tooManySessions: "\"stampctl session end\" some, or \"stampctl key reset\""
        case .unknownSessionKey: "make one with \"stampctl session create\"; it is kept for ten minutes"
        case .noFrame: "start stampd, or say where its sockets are with --socket-directory"
        case .untrustedListener: "if this is your frame, name its user with --frame-user"
        default: error.hint
        }
    }
}
