// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("couriers, under a real systemd with a real etcd", .serialized, .timeLimit(.minutes(15)), .lab, .inLab)
struct LabCourierTests {
    private static let etcd = "etcd+http://127.0.0.1:2379"
    private static let root = ["--user", "root:rooted"]
    private static let delivery = """
        {"fleet": "web", "host": "web-17.example", "session": "default", "expirationSeconds": 14400, "cardSeconds": 3600,
         "approvers": [{"key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK7+Bpg2A+KG+XA58zi/QWIO2wUr9OHkYkfs2w3fbqwd",
           "sessions": ["default"], "organizationIds": ["org"], "maximumExpirationSeconds": 14400}]}
        """

    /// A frame's courier, and how its unit gets the password.
    private struct Carried {
        /// As add-frame takes it: nothing for the plain frame.
        let name: [String]
        let password: String
        let isInFile: Bool

        var directory: String { name.isEmpty ? "/run/stampd" : "/run/stampd/\(name[0])" }
        var courier: String { name.isEmpty ? "stampd-courier.service" : "stampd-courier@\(name[0]).service" }
        var options: String { name.isEmpty ? "/etc/stampd/courier.conf" : "/etc/stampd/courier-\(name[0]).conf" }
        var passwordFile: String { options.replacing(".conf", with: ".password") }
        var user: String { name.first ?? "plain" }
    }

    private static let carried = [
        Carried(name: ["one"], password: "in a file of one", isInFile: true),
        Carried(name: ["two"], password: "in the unit of two", isInFile: false),
        Carried(name: [], password: "in a file of the plain one", isInFile: true),
    ]

    @Test(
        "a courier's password is a credential of its unit, from a file or from the unit; each courier is a user of its own"
    )
    func credentials() async throws {
        try await withLab { lab in
            try lab.run("ssh-keygen", "-q", "-A")
            try lab.put(product: "stampctl")
            try lab.put(Self.delivery, at: "/tmp/delivery.json")
            try Self.startEtcd(lab)
            defer { Self.clear(lab) }
            var keys: [String] = []
            for courier in Self.carried { keys.append(try Self.prepare(courier, lab)) }
            try Self.etcdctl(lab, ["auth", "enable"], as: [])
            for courier in Self.carried { try lab.run(["/usr/lib/stampd/add-frame", "--courier"] + courier.name) }
            var users: Set<String> = []
            for (courier, key) in zip(Self.carried, keys) {
                try waitUntil("a card at \(key)") { try Self.etcdctl(lab, ["get", "--print-value-only", key]) != "" }
                let pid = try lab.show("MainPID", of: courier.courier)
                for file in ["environ", "cmdline"] {
                    #expect(try !lab.run("cat", "/proc/\(pid)/\(file)").contains(courier.password), "\(file)")
                }
                let uid = try lab.run("stat", "--format=%u", "/proc/\(pid)")
                #expect(uid != "0")
                users.insert(uid)
            }
            #expect(users.count == Self.carried.count)
            try Self.expectRefusal(of: Self.carried[0], lab)
        }
    }

    /// Etcd without users yet.
    private static func startEtcd(_ lab: Lab) throws {
        let url = "http://127.0.0.1:2379"
        try lab.run([
            "systemd-run", "--quiet", "--collect", "--unit=test-etcd", "/usr/bin/etcd", "--data-dir=/tmp/etcd",
            "--listen-client-urls=\(url)", "--advertise-client-urls=\(url)", "--bcrypt-cost=4", "--log-level=error",
        ])
        try waitUntil("etcd") { try lab.attempt(["curl", "--silent", "--fail", "\(url)/health"]).code == 0 }
        try etcdctl(lab, ["user", "add", "root:rooted"], as: [])
        try etcdctl(lab, ["user", "grant-role", "root", "root"], as: [])
    }

    /// Makes the frame, its courier's options and password, and the courier's user at etcd; the key of its card.
    private static func prepare(_ courier: Carried, _ lab: Lab) throws -> String {
        try lab.run(["/usr/lib/stampd/add-frame", "--courier", "--delivery", "/tmp/delivery.json"] + courier.name)
        let card = try #require(
            try lab.call("Delivery.GetCard", at: "\(courier.directory)/deliver.sock", as: "stampd-courier")["card"]
        )
        let members = try JSONSerialization.jsonObject(with: Data(card.utf8)) as? [String: Any]
        let frame = try #require(members?["frame"] as? String)
        try etcdctl(lab, ["user", "add", "\(courier.user):\(courier.password)"], as: [])
        try etcdctl(lab, ["role", "add", courier.user], as: [])
        for (right, kind) in [("readwrite", "cards"), ("readwrite", "receipts"), ("read", "parcels")] {
            let key = "/stampd/web/\(kind)/\(frame)"
            try etcdctl(lab, ["role", "grant-permission", courier.user, right, key], as: [])
        }
        try etcdctl(lab, ["user", "grant-role", courier.user, courier.user], as: [])
        try lab.put("STAMPD_COURIER_OPTIONS=--carrier \(etcd) --user \(courier.user)\n", at: courier.options)
        if courier.isInFile {
            try lab.put("\(courier.password)\n", at: courier.passwordFile)
            try lab.run("chmod", "0600", courier.passwordFile)
        } else {
            try lab.extend(
                courier.courier,
                with: "[Service]\nSetCredential=carrier-password:\(courier.password)\n"
            )
        }
        return "/stampd/web/cards/\(frame)"
    }

    private static func expectRefusal(of courier: Carried, _ lab: Lab) throws {
        try lab.put("another\n", at: courier.passwordFile)
        try lab.run("systemctl", "restart", courier.courier)
        try waitUntil("a refusal") { try lab.log(of: courier.courier).contains("the carrier refuses") }
        #expect(try lab.show("ActiveState", of: courier.courier) == "active", "it tries again")
    }

    @discardableResult
    private static func etcdctl(_ lab: Lab, _ arguments: [String], as user: [String] = root) throws -> String {
        try lab.run(["env", "ETCDCTL_API=3", "etcdctl"] + user + arguments)
    }

    private static func clear(_ lab: Lab) {
        for courier in carried {
            _ = try? lab.attempt(["/usr/lib/stampd/add-frame", "--remove-courier"] + courier.name)
            if let name = courier.name.first {
                _ = try? lab.attempt(["systemctl", "stop", "stampd*@\(name).socket", "stampd@\(name).service"])
            }
            _ = try? lab.attempt(["rm", "-f", courier.passwordFile])
        }
        _ = try? lab.attempt(["systemctl", "stop", "test-etcd.service"])
    }
}
