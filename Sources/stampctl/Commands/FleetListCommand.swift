// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Foundation

struct FleetListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show who asks for a session.",
        discussion: """
            A host stands there by itself where its SSH key vouches for the card; any other is what the card claims, and \
            is marked so. KEY is the fingerprint of the key that waits in the frame, ENDS IN says how long it does.
            """
    )

    @OptionGroup var fleet: FleetOptions
    @OptionGroup var carrier: CarrierOptions
    @OptionGroup var signers: AllowedSignersOptions
    @OptionGroup var output: OutputOptions

    func perform() async throws {
        let reading = FleetReading(
            fleet: fleet.fleet,
            carrier: try carrier.makeCarrier(fleet.fleet),
            signers: try signers.read()
        )
        let applicants = try await reading.applicants().sorted(by: Self.precedes)
        if output.json {
            for applicant in applicants { try output.print(json: ApplicantReport(applicant)) }
            return
        }
        guard !applicants.isEmpty else {
            return StandardError.write("stampctl: no frame asks in the fleet \(fleet.fleet)")
        }
        var table = ApplicantTable()
        let now = DocumentTime(Date())
        for applicant in applicants {
            table.add(applicant, at: now, note: StyledLine(applicant.evidence.complaint ?? "", .careful))
        }
        try StandardOutput.write(table.lines)
    }

    /// Sorts verified hosts first, and all hosts by their names.
    private static func precedes(_ left: Applicant, _ right: Applicant) -> Bool {
        func key(_ applicant: Applicant) -> (Int, String, FrameID) {
            (
                applicant.host == nil ? 1 : 0, (applicant.host ?? applicant.card?.host)?.description ?? "",
                applicant.frame
            )
        }
        return key(left) < key(right)
    }
}
