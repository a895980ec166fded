// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation
import StampClient
import TurnkeyClient

struct FleetRevokeCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract:
            "End frames' sessions for certain: delete their keys at the API, and take away their cards and answers.",
        usage: """
            stampctl fleet revoke --fleet <name> --carrier <url> --select <host-pattern> ... [<options>]
            stampctl fleet revoke --fleet <name> --carrier <url> --frame <frame> ... [<options>]
            stampctl fleet revoke --fleet <name> --carrier <url> --all [<options>]
            """,
        discussion: """
            Asks once, then for one approval of your passkey, which starts the session fleet-revoking in your own frame for \
            five minutes at most. A session whose key is deleted is refused by the API from then on; its frame learns that \
            with its next request.

            --select is by the hosts that this machine's ledger has; --frame and --all are by the names that the keys have \
            at the API, also of frames that another person approved. Given again after it was ended in the middle, it does the rest.
            """
    )

    static var sessionName: SessionName {
        get throws(InvalidSessionName) { try SessionName("fleet-revoking") }
    }

    @OptionGroup var fleet: FleetOptions
    @OptionGroup var carrier: CarrierOptions
    @OptionGroup var revoking: ShortSessionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Revoke the frames of the hosts that you approved and that match.",
            valueName: "host-pattern"
        )
    )
    var select: [HostPattern] = []

    @Option(name: .customLong("frame"), help: ArgumentHelp("Revoke this frame.", valueName: "frame"))
    var frames: [FrameID] = []

    @Flag(
        help: "Revoke every frame of the fleet that the API has a key of, and empty the fleet's places on the carrier."
    )
    var all = false

    @Flag(help: "Revoke without asking. The frames are shown all the same.")
    var yes = false

    @Flag(
        help: "Revoke nothing; show which keys would be deleted. The API is asked with the session of your last login."
    )
    var dryRun = false

    func validate() throws {
        let count = [!select.isEmpty || !frames.isEmpty, all].count { $0 }
        guard count == 1 else { throw ValidationError("give --select HOST-PATTERN, --frame FRAME, or --all") }
    }

    func perform() async throws {
        let carrier = try carrier.makeCarrier(fleet.fleet)
        do {
            guard !dryRun else { return try await showPlan(carrier) }
            let storage = try LedgerStore(fleet: fleet.fleet, directory: try fleet.stateDirectory())
            let ledger = try storage.read()
            let meant = try findMeant(ledger)
            show(meant, ledger)
            try await ask(meant)
            // A carrier that does not answer does not keep keys from being deleted.
            let (carried, fault) = await findCarried(meant, carrier)
            let begun = try RevocationRun(fleet: fleet.fleet, meant, storage: storage)
            var run = try await ShortSession.with(
                revoking,
                named: try Self.sessionName,
                at: revoking.socket ?? "control"
            ) { session in
                var run = begun
                try await run.deleteKeys(at: APIKeyRegistrar(session.client), carried: carried)
                return run
            }
            await run.removeDocuments(from: carrier)
            try finish(run.outcomes, ledger, fault)
        } catch let fault as LedgerFault {
            throw Failure(fault)
        } catch let fault as ApprovalFault {
            throw Failure(fault)
        }
    }

    private func findCarried(
        _ meant: RevocationTarget,
        _ carrier: any Carrier
    ) async -> (frames: Set<FrameID>, fault: CarrierFault?) {
        guard meant == .everything else { return ([], nil) }
        do throws(CarrierFault) { return (try await carrier.frames(), nil) } catch { return ([], error) }
    }

    /// Shows what would be done, and changes nothing: no lock is taken, and no file made.
    private func showPlan(_ carrier: any Carrier) async throws {
        let ledger = try LedgerStore.look(fleet: fleet.fleet, directory: try fleet.stateDirectory())
        let meant = try findMeant(ledger)
        let (carried, fault) = await findCarried(meant, carrier)
        if let fault { throw Failure(fault) }
        let users = try await readUsers()
        let plan = RevocationPlan(fleet: fleet.fleet, meant, users: users, ledger: ledger, carried: carried)
        if output.json {
            for row in plan.rows { try output.print(json: PlannedRevocation(row)) }
        } else {
            try StandardOutput.write(plan.lines)
        }
    }

    private func readUsers() async throws -> [FleetUser] {
        let turnkey = try revoking.api.makeTurnkey(
            revoking.frame,
            organizationId: revoking.organization.organizationId
        )
        do throws(TurnkeyError) {
            let client = turnkey.sessionClient(session: try turnkey.sessions.getSelected())
            return try await APIKeyRegistrar(client).users()
        } catch {
            let failure = Failure(error)
            throw Failure(
                "the API was not asked which keys there are: \(failure.message)",
                hint: failure.hint ?? "a dry run asks for no passkey itself: \"stampctl login\" first",
                status: failure.status
            )
        }
    }

    private func findMeant(_ ledger: Ledger) throws -> RevocationTarget {
        guard !all else { return .everything }
        let matching = ledger.approvals.compactMap { approval -> FrameID? in
            guard let host = approval.host.flatMap({ HostName($0) }), select.contains(where: { $0.matches(host) })
            else {
                return nil
            }
            return FrameID(approval.frame)
        }
        let pinned = ledger.pins
            .filter { pin in HostName(pin.host).map { host in select.contains { $0.matches(host) } } ?? false }
            .flatMap(\.frames).compactMap { FrameID($0) }
        let meant = Set(matching + pinned + frames)
        guard !meant.isEmpty else {
            throw Failure(
                "no host that you approved matches",
                hint: "\"stampctl fleet status\" shows what you approved; --frame and --all go by the API",
                status: .otherwise
            )
        }
        return .frames(meant)
    }

    private func show(_ meant: RevocationTarget, _ ledger: Ledger) {
        switch meant {
        case .everything:
            StandardError.write(
                "stampctl: every key of the fleet \(fleet.fleet) at the API is meant, also of frames that another person approved"
            )
        case .frames(let frames):
            let hosts = ledger.makeHosts()
            let rows = frames.sorted().map { frame in
                [StyledLine(hosts[frame.description] ?? "-"), StyledLine(frame.description)]
            }
            StandardError.write(
                styled: StyledLine.makeTable([[StyledLine("HOST", .bold), StyledLine("FRAME", .bold)]] + rows)
            )
        }
    }

    private func ask(_ meant: RevocationTarget) async throws {
        guard !yes else { return }
        guard Question.canBeAsked else {
            throw Failure(
                "no question can be asked here: standard input is no terminal",
                hint: "--yes revokes without asking, --dry-run shows what it would",
                status: .wrongUsage
            )
        }
        let what =
            switch meant {
            case .everything: "every frame"
            case .frames(let frames): frames.count == 1 ? "1 frame" : "\(frames.count) frames"
            }
        let answer = await Question.ask("end the sessions of \(what) of the fleet \(fleet.fleet)? Type yes:")
        guard answer == "yes" else { throw Failure("nothing was revoked", status: .never) }
    }

    private func finish(
        _ outcomes: [FrameID: RevocationRun.Outcome],
        _ ledger: Ledger,
        _ fault: CarrierFault?
    ) throws {
        let hosts = ledger.makeHosts()
        let reports = outcomes.sorted { $0.key < $1.key }.map { frame, outcome in
            RevocationReport(frame, host: hosts[frame.description], outcome)
        }
        if output.json {
            for report in reports { try output.print(json: report) }
        } else {
            let failed = reports.filter { $0.detail != nil }
            for report in failed { StandardError.write("stampctl: \(report.frame): \(report.detail ?? "")") }
            let keys = reports.reduce(0) { $0 + $1.keys }
            let frames = reports.count { $0.keys > 0 }
            let places = reports.count - failed.count
            try StandardOutput.write(lines: [
                "\(keys) keys of \(frames) frames were deleted; the carrier has nothing of \(places) frames any more"
            ])
        }
        if let fault {
            throw Failure(
                "the keys are deleted, and what else the carrier has is not known: \(fault.message)",
                hint: "the same command removes it",
                status: .tryAgain
            )
        }
        guard reports.allSatisfy({ $0.detail == nil }) else { throw ExitCode(ExitStatus.tryAgain.rawValue) }
    }
}
