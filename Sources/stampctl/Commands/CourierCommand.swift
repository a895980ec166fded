// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Fleet
import Glibc
import StampClient

struct CourierCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "courier",
        abstract: "Carry a frame's cards to its fleet's carrier, and its approvers' parcels from there.",
        discussion: """
            It holds no secret of the frame's, and decides nothing: the frame checks who signed a parcel. Whom the frame \
            belongs to is in the frame's configuration, under "delivery".

            In etcd the keys are /stampd/FLEET/cards/FRAME, /stampd/FLEET/receipts/FRAME and /stampd/FLEET/parcels/FRAME: the \
            courier's user reads and writes the first two, and reads the third. In a directory the files are \
            asks/FRAME/card, asks/FRAME/receipt and answers/FRAME/parcel.

            It goes on until a signal ends it, also while the frame or the carrier is away.
            """
    )

    @OptionGroup var frame: FrameOptions
    @OptionGroup var carrier: CarrierOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "The socket of the helper that vouches for the card with the host's key; without it the card has no evidence.",
            valueName: "path"
        ),
        completion: .file()
    )
    var evidenceSocket: String?

    func perform() async throws {
        umask(0o077)
        let access = try carrier.makeAccess()
        let place = carrier.carrier
        let courier = Courier(
            frame.deliveryClient,
            evidence: evidenceSocket.map(EvidenceSocket.init),
            makeCarrier: { fleet throws(CarrierFault) in try place.makeCarrier(fleet, access) },
            say: { StandardError.write("stampctl: \($0)") },
            beReady: { [output] in try? output.print(CarriedFrame(fleet: $0.description, frame: $1.description)) }
        )
        try await Interruption.cancelling {
            await courier.run()
            try Task.checkCancellation()
        }
    }
}

/// Whose documents are carried.
private struct CarriedFrame: Renderable {
    let fleet: String
    let frame: String

    var lines: [String] { ["carrying for the frame \(frame) of the fleet \(fleet)"] }
}
