// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import TurnkeyClient

/// Checks that the rules of the approver's own frame restrict minting, before anything is minted.
struct MintingRules {
    let frame: FrameOptions
    let session: SessionName
    let socket: String

    private static let hint =
        "give your frame the socket stamp-fleet with the rules of examples/rules/fleet-minting.json (how: docs/how-to/run-a-fleet.md), "
        + "or name another with --socket; --socket control stamps where no rules hold"

    /// Checks before the session begins that rules hold at the socket. The control socket has none, and a line says so.
    ///
    /// - Throws: where the socket is not there, or has no rules that are enforced.
    func checkThatTheyHold() async throws {
        guard socket != "control" else {
            return StandardError.write(
                "stampctl: no rules hold at the socket control: \(session) may do there whatever its user may, while it lives"
            )
        }
        let sets: [RuleSetState]
        do throws(StampError) {
            _ = try await frame.stampClient(at: socket).getStatus()
            sets = try await frame.controlClient.getRules()
        } catch {
            let failure = Failure(error)
            throw Failure(
                "the socket \(socket) of your frame cannot be asked: \(failure.message)",
                hint: Self.hint,
                status: failure.status
            )
        }
        guard sets.contains(where: { $0.socket == socket && $0.mode == .enforce }) else { throw unbound }
    }

    /// Checks, when the session lives and before it registers anything, that the rules refuse what these registrations must not
    /// become: a key of a user who is not listed, one that does not end, and one that lives for a year.
    ///
    /// - Throws: where the socket would stamp one of them.
    func checkThatTheyBound(_ registrations: [(userId: String, seconds: Int)], organizationId: String) async throws {
        guard socket != "control", let first = registrations.first else { return }
        let forbidden: [(userId: String, seconds: Int?)] = [
            (Self.nobody, first.seconds), (first.userId, nil), (first.userId, Self.yearSeconds),
        ]
        for (userId, seconds) in forbidden {
            let body = Self.makeBody(userId: userId, organizationId: organizationId, seconds: seconds)
            let explanation: Explanation
            do throws(StampError) {
                explanation = try await frame.stampClient(at: socket).explain(payload: body, session: session)
            } catch {
                throw Failure(error)
            }
            guard explanation.effect == .deny, explanation.mode == .enforce else { throw unbound }
        }
    }

    private var unbound: Failure {
        Failure(
            "the socket \(socket) has no rules that hold \(session) to keys of listed users that end within a year",
            hint: Self.hint,
            status: .never
        )
    }

    /// Checks that the socket's rules allow these registrations.
    ///
    /// - Throws: where they refuse to register a key of one of these users that lives for so long, or ask a person each time.
    func check(_ registrations: [(userId: String, seconds: Int)], organizationId: String) async throws {
        for (userId, seconds) in registrations {
            let body = Self.makeBody(userId: userId, organizationId: organizationId, seconds: seconds)
            let explanation: Explanation
            do throws(StampError) {
                explanation = try await frame.stampClient(at: socket).explain(payload: body, session: session)
            } catch {
                throw Failure(error)
            }
            guard explanation.effect != .allow, explanation.mode == .enforce else { continue }
            let rule = explanation.id.map { " (rule \($0))" } ?? ""
            throw Failure(
                "the rules of the socket \(socket) do not let \(session) register a key of the user \(userId) for \(seconds) seconds\(rule)",
                hint:
                    "examples/rules/fleet-minting.json is such a set, for up to four hours: list the user in it, or give a shorter --for",
                status: .never
            )
        }
    }

    /// Warns where the users of the frame's stamp socket could register keys with this session as well, for as long as it
    /// lives.
    func warnOfOpenSocket(userId: String, organizationId: String) async {
        let body = Self.makeBody(userId: userId, organizationId: organizationId, seconds: nil)
        let explanation = try? await frame.stampClient(at: "stamp").explain(payload: body, session: session)
        guard let explanation, explanation.effect == .allow else { return }
        StandardError.write(
            "stampctl: this frame's socket stamp lets its users register keys that do not end, also with the session \(session) "
                + "while it lives: give it rules, such as \"contained\""
        )
    }

    private static func makeBody(userId: String, organizationId: String, seconds: Int?) -> String {
        let life = seconds.map { #","expirationSeconds":"\#($0)""# } ?? ""
        let time = Int(Date().timeIntervalSince1970 * 1_000)
        return
            #"{"type":"ACTIVITY_TYPE_CREATE_API_KEYS_V2","timestampMs":"\#(time)","organizationId":"\#(organizationId)","#
            + #""parameters":{"userId":"\#(userId)","apiKeys":[{"apiKeyName":"fleet","publicKey":"\#(point)","#
            + #""curveType":"API_KEY_CURVE_P256"\#(life)}]}}"#
    }

    private static let yearSeconds = 31_536_000

    /// A user whom no list has.
    private static let nobody = "00000000-0000-4000-8000-000000000000"

    /// The base point of P-256, compressed, which is no user's key.
    private static let point = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
}
