// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("a frame of a fleet, under a real systemd", .serialized, .timeLimit(.minutes(15)), .lab, .inLab)
struct LabFleetFrameTests {
    private static let helper = "/usr/lib/stampd/add-frame"
    private static let delivery = """
        {"fleet": "web", "host": "web-17.example", "session": "default", "expirationSeconds": 14400, "cardSeconds": 3600,
         "approvers": [{"key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK7+Bpg2A+KG+XA58zi/QWIO2wUr9OHkYkfs2w3fbqwd",
           "sessions": ["default"], "organizationIds": ["org"], "maximumExpirationSeconds": 14400}]}
        """

    private struct Envelope: Decodable {
        let card: String
        let evidence: String
    }

    /// A new frame of a fleet, and the plain one: what add-frame takes, where its sockets are, its units' instance.
    private static let frames = [(["deploy"], "/run/stampd/deploy", "@deploy"), ([], "/run/stampd", "")]

    @Test("add-frame --courier gives it a card and this host's evidence for it, and --remove-courier takes both away")
    func life() async throws {
        try await withLab { lab in
            try lab.run("ssh-keygen", "-q", "-A")
            try lab.put(Self.delivery, at: "/tmp/delivery.json")
            for (name, directory, instance) in Self.frames {
                let configuration = "/etc/stampd/\(name.first ?? "stampd").json"
                let before = try lab.run("cat", name.isEmpty ? configuration : "/etc/stampd/stampd.json")
                // One that runs already is handed no further socket.
                if name.isEmpty { #expect(try lab.call("Stamper.GetStatus", at: Lab.stampSocket).summary == "ok") }
                let added = try lab.attempt([Self.helper, "--courier", "--delivery", "/tmp/delivery.json"] + name)
                #expect(added.code == 0 && added.errors.contains("stampd-courier\(instance).service is not enabled:"))
                let text = try lab.run("cat", configuration)
                let card = try #require(try Self.card(of: directory, lab))
                #expect(card.contains(#""fleet":"web""#) && card.contains(#""host":"web-17.example""#))
                let envelope = try Self.envelope(of: directory, lab)
                #expect(Data(base64Encoded: envelope.card.paddedBase64) == Data(card.utf8))
                #expect(try Self.verifies(lab, envelope, card))
                for socket in ["stamp", "control"] {
                    let path = "\(directory)/\(socket).sock"
                    let refused = try lab.attemptCall("Stamper.GetStatus", at: path, as: "stampd-courier")
                    #expect(refused.code == 1 && refused.errors == "PermissionError\n")
                }
                // Once more changes nothing: the card waits on.
                try lab.run([Self.helper, "--courier", "--delivery", "/tmp/delivery.json"] + name)
                #expect(try lab.run("cat", configuration) == text)
                #expect(try Self.card(of: directory, lab) == card)
                try lab.run([Self.helper, "--remove-courier"] + name)
                #expect(try lab.run("cat", configuration) == before)
                for unit in ["stampd-deliver\(instance).socket", "stampd-evidence\(instance).socket"] {
                    #expect(try lab.show("ActiveState", of: unit) == "inactive")
                    #expect(try lab.attempt(["systemctl", "is-enabled", unit]).output == "disabled\n")
                }
                #expect(try lab.call("Stamper.GetStatus", at: "\(directory)/stamp.sock").summary == "ok")
                try lab.run([Self.helper, "--remove-courier"] + name)
            }
            try lab.run("systemctl", "stop", "stampd@deploy.service", "stampd-stamp@deploy.socket")
            try lab.run("systemctl", "stop", "stampd-control@deploy.socket")
        }
    }

    @Test("what is no delivery changes nothing; what is no name, and no file, is wrong usage") func refusals()
        async throws
    {
        try await withLab { lab in
            let before = try lab.run("cat", "/etc/stampd/stampd.json")
            try lab.put(Self.delivery.replacing("14400", with: "-1"), at: "/tmp/wrong.json")
            let wrong = try lab.attempt([Self.helper, "--courier", "--delivery", "/tmp/wrong.json"])
            #expect(wrong.code == 78, "\(wrong.errors)")
            #expect(try lab.run("cat", "/etc/stampd/stampd.json") == before)
            #expect(try lab.show("ActiveState", of: "stampd-deliver.socket") == "inactive")
            for arguments in [
                ["--courier", "--delivery"], ["--courier", "--delivery", "/nowhere"], ["--courier", "A"],
                ["--courier", "a", "b"], ["--remove-courier", ""], ["--delivery", "/tmp/wrong.json"], [],
            ] {
                let run = try lab.attempt([Self.helper] + arguments)
                #expect(run.code == 64 && run.errors.hasPrefix("add-frame: "), "\(arguments): \(run.errors)")
            }
        }
    }

    @Test("a frame that restarts while the helper asks it gives evidence for the card it has then, or none")
    func restarts() async throws {
        try await withLab { lab in
            try lab.run("ssh-keygen", "-q", "-A")
            try lab.put(Self.delivery, at: "/tmp/delivery.json")
            try lab.run(Self.helper, "--courier", "--delivery", "/tmp/delivery.json")
            for _ in 0..<5 {
                #expect(try Self.card(of: "/run/stampd", lab) != nil)
                try lab.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", "stampd.service")
                let run = try lab.attempt(tool: "take.py", ["/run/stampd/evidence.sock"], as: "stampd-courier")
                #expect(run.code == 0)
                guard run.output != "" else { continue }
                let envelope = try JSONDecoder().decode(Envelope.self, from: Data(run.output.utf8))
                let card = try #require(try Self.card(of: "/run/stampd", lab))
                #expect(Data(base64Encoded: envelope.card.paddedBase64) == Data(card.utf8))
                #expect(try Self.verifies(lab, envelope, card))
            }
            try lab.run(Self.helper, "--remove-courier")
        }
    }

    private static func card(of directory: String, _ lab: Lab) throws -> String? {
        try lab.call("Delivery.GetCard", at: "\(directory)/deliver.sock", as: "stampd-courier")["card"]
    }

    private static func envelope(of directory: String, _ lab: Lab) throws -> Envelope {
        let run = try lab.attempt(tool: "take.py", ["\(directory)/evidence.sock"], as: "stampd-courier")
        try #require(run.code == 0 && run.output != "", "\(run.errors)")
        return try JSONDecoder().decode(Envelope.self, from: Data(run.output.utf8))
    }

    private static func verifies(_ lab: Lab, _ envelope: Envelope, _ card: String) throws -> Bool {
        try lab.put(card, at: "/tmp/card")
        try lab.put(envelope.evidence, at: "/tmp/evidence")
        let script = """
            echo "web-17.example $(cat /etc/ssh/ssh_host_ed25519_key.pub)" >/tmp/allowed
            ssh-keygen -Y verify -n stampd-card@stampd.io -I web-17.example -f /tmp/allowed -s /tmp/evidence </tmp/card
            """
        return try lab.attempt(["sh", "-c", script]).code == 0
    }
}

extension String {
    /// Base64url without padding, as Foundation reads it.
    fileprivate var paddedBase64: String {
        let text = replacing("-", with: "+").replacing("_", with: "/")
        return text + String(repeating: "=", count: (4 - text.count % 4) % 4)
    }
}
