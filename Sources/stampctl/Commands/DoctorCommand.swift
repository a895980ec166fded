// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import StampClient
import TurnkeyClient

struct DoctorCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything a session needs, and say what is wrong and what to do.",
        discussion: """
            Looks at the configuration, the sockets, the frame, the store, the API, the clock and the session, in this \
            order. Changes nothing, asks nobody. Ends with 5 where something is wrong.
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
        let examination = Examination(turnkey: turnkey, session: session.session)
        for look in examination.looks { findings.append(await look()) }
        for finding in findings { try output.print(finding) }
        let faults = findings.count { $0.state == .wrong }
        guard faults == 0 else {
            throw Failure("\(faults) of \(findings.count) things are wrong", status: .never)
        }
    }

    /// Without an organization the rest can still be looked at.
    private func examineConfiguration(_ findings: inout [Finding]) throws -> Turnkey {
        do {
            let turnkey = try api.makeTurnkey(frame, organizationId: organization.organizationId)
            let organization = turnkey.config.defaultOrganizationId
            findings.append(.good("configuration", "\(turnkey.config.apiBaseUrl.text), organization \(organization)"))
            return turnkey
        } catch let error as TurnkeyError {
            guard case .configuration(.missingOrganization) = error else { throw error }
            let failure = Failure(error)
            findings.append(.wrong("configuration", failure.message, failure.hint))
            return try api.makeTurnkey(frame)
        }
    }
}
