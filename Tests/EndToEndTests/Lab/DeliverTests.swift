// SPDX-License-Identifier: Apache-2.0
import Foundation
import SSHSigning
import Testing

@Suite(
    "frames of a fleet under a real service manager",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inLab
)
struct LabDeliverTests {
    private static let helper = "/usr/lib/stampd/add-frame"

    @Test(
        "the courier's group delivers to each frame under its own name, nobody else does, and a restart keeps the card"
    )
    func delivered() async throws {
        try await withLab { lab in
            let approver = ConfiguredApprover()
            let text = try fleetConfiguration([approver], with: ["keepState": true, "rules": ["stamp": "contained"]])
            let packaged = try lab.run("cat", "/etc/stampd/stampd.json")
            defer { try? lab.put(packaged, at: "/etc/stampd/stampd.json") }
            try lab.run(Self.helper, "web")
            try lab.addUser("courier", groups: "stampd-courier")
            try lab.addUser("other", groups: "stampd-clients", "stampd-web-clients")
            for name in ["stampd", "web"] { try lab.put(text, at: "/etc/stampd/\(name).json") }
            let machine = try lab.run("cat", "/etc/machine-id").trimmingCharacters(in: .whitespacesAndNewlines)
            for (unit, instance, directory) in [
                ("stampd", "", "/run/stampd"), ("stampd@web", "web", "/run/stampd/web"),
            ] {
                try lab.run("systemctl", "stop", "\(unit).service")
                try lab.run("systemctl", "start", "\(unit.replacing("stampd", with: "stampd-deliver")).socket")
                let socket = "\(directory)/deliver.sock"
                #expect(
                    try lab.run("stat", "--format=%a %U %G", socket).trimmingCharacters(in: .newlines)
                        == "660 root stampd-courier"
                )
                let foreign = try lab.attemptCall("Delivery.GetCard", at: socket, as: "other")
                #expect(foreign.code == 1 && foreign.errors == "PermissionError\n")
                func card() throws -> ReceivedCard {
                    ReceivedCard(
                        text: try #require(try lab.call("Delivery.GetCard", at: socket, as: "courier")["card"])
                    )
                }
                let first = try card()
                let digest = ReceivedCard(text: "stampd frame v1\0\(machine)\0\(instance)").hash
                #expect(first["frame"] == String(digest.prefix(32)))
                try lab.run("systemctl", "restart", "\(unit).service")
                #expect(try card() == first)
                let parcel = try SentParcel(to: first, by: approver.key)
                let reply = try lab.call("Delivery.Deliver", parcel.parameters, at: socket, as: "courier")
                #expect(reply.summary == "ok")
                let payload = #"{"organizationId":"in the lab"}"#
                let stamp = try lab.call("Stamper.Stamp", ["payload": payload], at: "\(directory)/stamp.sock")
                #expect(try stamp.isStamp(of: payload, by: first.publicKey))
                // A reload by the unit: the approver is gone from the first parcel on.
                let next = try card()
                try lab.put(
                    fleetConfiguration([], with: ["keepState": true, "rules": ["stamp": "contained"]]),
                    at: "/etc/stampd/\(instance.isEmpty ? "stampd" : instance).json"
                )
                try lab.run("systemctl", "reload", "\(unit).service")
                let late = try SentParcel(to: next, by: approver.key)
                #expect(
                    try lab.call("Delivery.Deliver", late.parameters, at: socket, as: "courier").summary
                        == "ParcelRefused reason=unknownApprover"
                )
                try lab.run("systemctl", "stop", "\(unit).service")
                #expect(try lab.call("Delivery.GetCard", at: socket, as: "courier").error == nil)
                try lab.run(
                    "systemctl",
                    "stop",
                    "\(unit.replacing("stampd", with: "stampd-deliver")).socket",
                    "\(unit).service"
                )
            }
        }
    }
}
