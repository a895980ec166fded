// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient
import TurnkeyClient

struct DoctorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything a session needs, and name each fault and its repair.",
        discussion: """
            Looks at the configuration, the environment and the files, at certificates, proxy and limits, then at the \
            sockets, the frame, the store, the API, the clock and the session, in this order. Changes nothing, and \
            asks no question. Ends with 5 where there is a fault.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var session: SelectedSessionOptions
    @OptionGroup var api: APIOptions
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        var findings: [Finding] = []
        let turnkey = try examineConfiguration(&findings)
        let localChecks = LocalChecks(
            environment: ProcessInfo.processInfo.environment,
            api: turnkey.isWhole ? turnkey.client.config.apiBaseUrl : nil
        )
        let examination = Examination(turnkey: turnkey.client, session: session.session, asksAPI: turnkey.isWhole)
        for look in localChecks.looks + examination.looks { findings.append(await look()) }
        for finding in findings { try output.print(finding) }
        let faults = findings.count { $0.state == .wrong }
        guard faults == 0 else {
            throw Failure("\(faults) of \(findings.count) things are wrong", status: .never)
        }
    }

    /// Examines the configuration. Without an organization, the rest can still be examined; with an unusable
    /// configuration, the frame can.
    private func examineConfiguration(_ findings: inout [Finding]) throws -> (client: Turnkey, isWhole: Bool) {
        do {
            let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
            let organization = turnkey.config.defaultOrganizationId
            findings.append(.good("configuration", "\(turnkey.config.apiBaseUrl.text), organization \(organization)"))
            return (turnkey, true)
        } catch let error as TurnkeyError {
            findings.append(makeFinding(error))
            guard case .configuration(.missingOrganization) = error else { return (try frame.makeTurnkey(), false) }
        }
        do {
            return (try api.makeTurnkey(frame), true)
        } catch let error as TurnkeyError {
            findings.append(makeFinding(error))
            return (try frame.makeTurnkey(), false)
        }
    }

    private func makeFinding(_ error: TurnkeyError) -> Finding {
        let failure = Failure(error)
        return .wrong("configuration", failure.message, failure.hint)
    }
}
