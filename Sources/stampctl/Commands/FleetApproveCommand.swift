// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation
import Printing
import StampClient
import TurnkeyClient

struct FleetApproveCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve frames: have the API know their keys, and sign to each frame that it may start.",
        usage: """
            stampctl fleet approve --fleet <name> --carrier <url> --key <file> --select <host-pattern> ... [<options>]
            stampctl fleet approve --fleet <name> --carrier <url> --key <file> --unverified <frame:fingerprint> [<options>]
            """,
        discussion: """
            Selects by the hosts that are verified, and by nothing that a card claims. Shows what it would approve, and asks \
            once. Then one approval of your passkey starts the session fleet-minting in your own frame, for five minutes at \
            most, which registers the keys and ends; and --key signs an answer to each frame. It approves exactly the \
            cards that were shown: a card that is changed meanwhile gets no answer.

            The session stamps at the socket stamp-fleet of your frame, where rules such as examples/rules/fleet-minting.json let it \
            register short keys for listed users and nothing else. Without such rules nothing is registered, unless --socket \
            control says that none are wanted.

            The first approval pins a host to its frames. A host that asks as another frame later is refused, until --repin.

            The keys are registered for the users of --user-map, a file such as \
            {"version":1,"users":[{"userId":"ID","hosts":["web-*"]},{"userId":"ID"}]}; else for the users named fleet-NAME-1, \
            fleet-NAME-2 and so on. A user takes five frames and an organization has a hundred users, so that 500 frames are the \
            most for one organization.

            A frame asks for its next session as soon as one has started. That is approved when half of the last session's life \
            is over, and before that with --renew alone.

            Given again it does the rest, until a receipt says that the session started: it publishes again the answers that the \
            carrier lost, and names and signs anew those that a frame refused. Ends with 1 where a frame that was \
            selected did not get its answer, or refused it, and with 4 where the same command, given again, may help: also where a \
            receipt was waited for and did not come.
            """
    )

    static var sessionName: SessionName {
        get throws(InvalidSessionName) { try SessionName("fleet-minting") }
    }
    /// The socket whose rules are expected to hold.
    static let socket = "stamp-fleet"

    @OptionGroup var fleet: FleetOptions
    @OptionGroup var carrier: CarrierOptions
    @OptionGroup var signers: AllowedSignersOptions
    @OptionGroup var minting: ShortSessionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Approve frames whose verified host matches: * stands for any characters, ? for one. May be given several times.",
            valueName: "host-pattern"
        )
    )
    var select: [HostPattern] = []

    @Option(
        help: ArgumentHelp(
            "Approve this one frame, for which no host's key vouches, by the fingerprint that you have seen on it.",
            valueName: "frame:fingerprint"
        )
    )
    var unverified: FrameFingerprint?

    @Option(
        help: ArgumentHelp(
            "Your SSH key, which the frames know: a private key, or a public one that your agent has.",
            valueName: "file"
        ),
        completion: .file()
    )
    var key: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "How long the sessions live at most: 90s, 15m, 8h, 30d (default: as long as each asks for).",
            valueName: "duration"
        )
    )
    var life: LifeOption?

    @Option(help: ArgumentHelp("Which users take the keys of which hosts.", valueName: "file"))
    var userMap: InputFile?

    @Flag(
        help:
            "Pin the selected hosts to the frames that they ask as now, beside those whose sessions you have approved and live."
    )
    var repin = false

    @Flag(
        help:
            "Approve also the next session of a frame whose last one has half of its time left: near its end, or after the frame was started anew or reset."
    )
    var renew = false

    @Flag(help: "Sign anew what was answered, and replace the answer that is there, by any key.")
    var replace = false

    @Flag(help: "Approve without asking. The frames are shown all the same.")
    var yes = false

    @Flag(help: "Approve nothing; show what would be.")
    var dryRun = false

    @Option(
        name: .customLong("wait"),
        help: ArgumentHelp(
            "How long to wait for receipts that say whether the sessions started; 0 does not wait (default: 10).",
            valueName: "seconds"
        ),
        transform: readWait
    )
    var waitSeconds = 10

    func validate() throws {
        guard select.isEmpty != (unverified == nil) else {
            throw ValidationError("give --select HOST-PATTERN, or --unverified FRAME:FINGERPRINT")
        }
        if let life, life.seconds < ApprovalPlan.minimumSeconds {
            throw ValidationError("--for is \(ApprovalPlan.minimumSeconds) seconds at least")
        }
    }

    func perform() async throws {
        let map = try readUserMap()
        let carrier = try carrier.makeCarrier(fleet.fleet)
        let signer = try findSigner()
        let reading = FleetReading(fleet: fleet.fleet, carrier: carrier, signers: try signers.read())
        guard !dryRun else {
            let plan = try await makePlan(reading, signer, try lookAtLedger())
            try await check(plan, map)
            return try printPlan(plan)
        }
        let storage = try openLedger()
        let plan = try await makePlan(reading, signer, try read(storage))
        try await check(plan, map)
        if !plan.openRows.isEmpty { try await ask(plan, signer) }
        try await approve(plan, map, storage, carrier)
    }

    /// Shows the plan, and throws where it cannot be carried out.
    private func check(_ plan: ApprovalPlan, _ map: UserMap) async throws {
        try show(plan)
        guard !plan.rows.isEmpty else {
            throw Failure("no frame is selected", hint: "\"stampctl fleet list\" shows who asks", status: .otherwise)
        }
        try checkLimits(plan, map)
    }

    private func approve(
        _ plan: ApprovalPlan,
        _ map: UserMap,
        _ storage: LedgerStore,
        _ carrier: any Carrier
    ) async throws {
        let line = ProgressLine()
        do {
            var run = try ApprovalRun(
                fleet: fleet.fleet,
                plan: plan,
                userMap: map,
                isRepinning: repin,
                storage: storage,
                progress: { line.set("\($0.phase.rawValue): \($0.done) of \($0.total)") }
            )
            if run.needsMinting { try await mint(&run, line) }
            try await run.sign(with: SSHParcelSigner(keyPath: key))
            let begun = run
            run = try await line.showing {
                var run = begun
                try await run.publish(to: carrier)
                return run
            }
            let receipts = await awaitReceipts(run, carrier, line)
            try run.settle(CarriedReceipts(Array(receipts.values)))
            let known = run.knownReceipts.merging(receipts.mapValues(\.receipt)) { $1 }
            try finish(plan, run.outcomes, known)
        } catch let fault as ApprovalFault {
            throw Failure(fault)
        }
    }

    /// Registers the keys with a session that lives no longer than this function takes.
    private func mint(_ run: inout ApprovalRun, _ line: ProgressLine) async throws {
        let begun = run
        let socket = minting.socket ?? Self.socket
        let rules = MintingRules(frame: try minting.configuredFrame(), session: try Self.sessionName, socket: socket)
        try await rules.checkThatTheyHold()
        run = try await ShortSession.with(minting, named: try Self.sessionName, at: socket) { session in
            var run = begun
            let registrar = APIKeyRegistrar(session.client)
            try await run.choose(at: registrar, organizationId: session.organizationId)
            for user in run.missingUsers {
                StandardError.write("stampctl: the user \(user) of the user map is not in the organization")
            }
            let registrations = run.registrations
            guard let first = registrations.first else { return run }
            try await rules.checkThatTheyBound(registrations, organizationId: session.organizationId)
            try await rules.check(registrations, organizationId: session.organizationId)
            await rules.warnOfOpenSocket(userId: first.userId, organizationId: session.organizationId)
            let chosen = run
            return try await line.showing {
                var run = chosen
                try await run.register(at: registrar)
                return run
            }
        }
    }

    private func awaitReceipts(
        _ run: ApprovalRun,
        _ carrier: any Carrier,
        _ line: ProgressLine
    ) async -> [CardHash: CarriedReceipt] {
        let watch = run.receiptWatch
        return await line.showing {
            await watch.wait(for: .seconds(waitSeconds), on: carrier) {
                line.set("waiting for receipts: \($0) of \(watch.count)")
            }
        }
    }
}

/// Reads a number of seconds.
///
/// - Throws: for anything but 0 to 600.
@Sendable private func readWait(_ text: String) throws -> Int {
    guard let seconds = Int(spelled: text), (0...600).contains(seconds) else {
        throw ValidationError("it is a number of seconds, 0 to 600")
    }
    return seconds
}
