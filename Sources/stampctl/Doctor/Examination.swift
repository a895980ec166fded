// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import TurnkeyClient

/// The checks of `stampctl doctor`. Each stands alone, so that a failure does not prevent the next.
struct Examination: Sendable {
    let turnkey: Turnkey
    let session: SessionName?
    /// Whether the API's address is known.
    let asksAPI: Bool

    var looks: [@Sendable () async -> Finding] {
        let local = [examineStampSocket, examineControlSocket, examineStore]
        return asksAPI ? local + [examineAPI, examineSession] : local
    }

    @Sendable private func examineStampSocket() async -> Finding {
        await look("stamp socket") {
            let status = try await turnkey.frame.getStatus()
            guard !status.locked else { return .wrong("stamp socket", "the frame is locked", "\"stampctl unlock\"") }
            let key = status.embeddedPublicKey == nil ? "no embedded key yet" : "an embedded key"
            return .good("stamp socket", "stampd \(status.version), \(key), \(status.sessions) sessions")
        }
    }

    @Sendable private func examineControlSocket() async -> Finding {
        await look("control socket") {
            _ = try await turnkey.control.getStatus()
            return .good("control socket", "may start and end sessions")
        }
    }

    @Sendable private func examineStore() async -> Finding {
        await look("store") {
            let user = try turnkey.getCurrentUser()
            return .good(
                "store",
                user.map { "\($0.username) (\($0.userId)) logged in last" } ?? "no user has logged in"
            )
        }
    }

    @Sendable private func examineAPI() async -> Finding {
        await look("API and clock") {
            let skew = try await turnkey.measureClockSkew()
            guard let skew else { return .good("API and clock", "answers; it does not tell the time") }
            let seconds = Int(skew.components.seconds)
            guard abs(seconds) < 240 else {
                return .wrong(
                    "API and clock",
                    "this machine's clock is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") the API's",
                    "set it right: the API refuses requests from the future and from long ago"
                )
            }
            return .good("API and clock", "answers; the clocks agree")
        }
    }

    @Sendable private func examineSession() async -> Finding {
        await look("session") {
            let name = try session ?? turnkey.sessions.getSelected()
            let inFrame = try await turnkey.frame.getSession(name)
            let left = makeDurationText(milliseconds: inFrame.expiresInMilliseconds)
            do throws(TurnkeyError) {
                let whoami = try await turnkey.sessionClient(session: name).getWhoami()
                return .good("session", "\"\(name)\" stamps for \(whoami.username) (\(whoami.userId)), \(left) left")
            } catch {
                guard let fault = findOrganizationFault(inFrame, error) else { throw error }
                return fault
            }
        }
    }

    /// Finds the fault if the session belongs to one organization, and another is configured that does not know its
    /// key.
    ///
    /// A parent knows the keys of its sub-organizations, so it may be asked in their name.
    private func findOrganizationFault(_ session: Session, _ error: TurnkeyError) -> Finding? {
        let refusal: APIError
        switch error {
        case .api(let said), .unknownKey(_, let said): refusal = said
        default: return nil
        }
        let configured = turnkey.config.defaultOrganizationId
        guard let own = session.organizationId, !configured.isEmpty, own.lowercased() != configured.lowercased() else {
            return nil
        }
        return .wrong(
            "session",
            "it is of organization \(own), and \(configured) is configured (\(refusal.turnkeyErrorCode))",
            "give --organization-id \(own), or \"stampctl login\" for the other"
        )
    }

    private func look(_ subject: String, _ work: () async throws -> Finding) async -> Finding {
        do {
            return try await work()
        } catch let error as TurnkeyError {
            let failure = Failure(error)
            return .wrong(subject, failure.message, failure.hint)
        } catch let error as StampError {
            let failure = Failure(error)
            return .wrong(subject, failure.message, failure.hint)
        } catch {
            return .wrong(subject, "\(error)", nil)
        }
    }
}
