// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(
    "the Debian package",
    .serialized,
    .timeLimit(.minutes(15)),
    .lab,
    .inBareLab
)
struct LabPackageTests {
    @Test("installed, upgraded under load with its session, removed, purged: nothing is left but accounts")
    func life() async throws {
        let lab = try #require(InLab.lab)
        try await blocking {
            try TemporaryDirectory.with { directory in
                try lab.putTools()
                for program in ["stampd", "stampctl"] { try lab.put(librariesOf: System.program(program)) }
                try Self.note("before", in: lab)
                let package = try PackageBuild(in: directory.path).package
                try Self.put(package, "0.1.0", in: lab)
                try lab.run("dpkg", "--install", "/root/0.1.0.deb")
                try Self.expectInstalled(lab)
                let credential = try lab.startSession()
                let deadline = try lab.deadline()
                try Self.upgrade(lab, from: package)
                #expect(try lab.stamps(with: credential))
                #expect(try lab.deadline().overlaps(deadline))
                try Self.remove(lab)
                try lab.run("dpkg", "--purge", "stampd")
                try lab.run("rm", "-f", "/root/0.1.0.deb", "/root/0.1.1.deb")
                try Self.note("after", in: lab)
                let left = try lab.run("comm", "-13", "/tmp/before", "/tmp/after")
                #expect(left == "")
                for name in ["", "-clients", "-admin", "-delegates", "-proxy", "-courier", "-evidence"] {
                    try lab.run("getent", "group", "stampd\(name)")
                }
            }
        }
    }

    private static func expectInstalled(_ lab: Lab) throws {
        for socket in ["stampd-stamp.socket", "stampd-control.socket"] {
            #expect(try lab.run("systemctl", "is-enabled", socket) == "enabled")
            #expect(try lab.show("ActiveState", of: socket) == "active")
        }
        #expect(try lab.show("ActiveState") == "inactive")
        #expect(try lab.call("Stamper.GetStatus").summary == "ok")
        let proxy = ["stampd-proxy.socket", "stampd-proxy-admin.socket"]
        for socket in proxy { #expect(try lab.show("ActiveState", of: socket) == "inactive") }
        try lab.run("/usr/lib/stampd/add-proxy")
        for socket in proxy { #expect(try lab.show("ActiveState", of: socket) == "active") }
        try expectCourier(lab)
    }

    /// Nothing of a fleet runs until a frame is given a courier; then all of it does, of the plain frame and of another.
    private static func expectCourier(_ lab: Lab) throws {
        let active = ["systemctl", "list-units", "--no-legend", "--state=active"]
        #expect(try lab.run(active + ["stampd-courier*", "stampd-deliver*", "stampd-evidence*"]) == "")
        let options = "STAMPD_COURIER_OPTIONS=--carrier dir:/nowhere\n"
        for (name, instance) in [([], ""), (["web"], "@web")] {
            try lab.put(options, at: "/etc/stampd/courier\(name.map { "-\($0)" }.joined()).conf")
            try lab.run(["/usr/lib/stampd/add-frame", "--courier"] + name)
            for unit in ["deliver\(instance).socket", "evidence\(instance).socket", "courier\(instance).service"] {
                #expect(try lab.run("systemctl", "is-enabled", "stampd-\(unit)") == "enabled")
            }
            for socket in ["deliver", "evidence"] {
                #expect(try lab.show("ActiveState", of: "stampd-\(socket)\(instance).socket") == "active")
            }
        }
    }

    /// While clients connect and call: to the same version again, then to the next.
    private static func upgrade(_ lab: Lab, from package: String) throws {
        try put(package, "0.1.1", in: lab)
        for version in ["0.1.0", "0.1.1"] {
            let pid = try lab.show("MainPID")
            let command = [Lab.stampSocket, "dpkg", "--install", "/root/\(version).deb"]
            let run = try lab.attempt(tool: "load.py", command)
            #expect(run.output.contains("\"code\": 0"), "\(run.errors)")
            let counts = try #require(run.output.firstMatch(of: #/"counts": (\{.*?\})/#)).1
            let answers = try JSONDecoder().decode([String: Int].self, from: Data(counts.utf8))
            #expect(Array(answers.keys) == ["stamped"], "\(answers)")
            #expect(try lab.show("MainPID") != pid, "the process was not replaced by \(version)")
        }
    }

    private static func remove(_ lab: Lab) throws {
        try lab.run("dpkg", "--remove", "stampd")
        let refused = try lab.attemptCall("Stamper.GetStatus")
        #expect(refused.code == 1 && refused.errors == "FileNotFoundError\n")
        #expect(try lab.run("systemctl", "list-units", "--no-legend", "--state=active", "stampd*") == "")
        #expect(try lab.attempt(["test", "-e", "/etc/stampd/stampd.json"]).code == 0)
    }

    /// Puts the package into /root, as this version of it.
    private static func put(_ package: String, _ version: String, in lab: Lab) throws {
        try lab.run("mkdir", "-p", "/root/package")
        try FileManager.default.copyItem(atPath: package, toPath: "\(lab.root)/root/any.deb")
        try lab.run("dpkg-deb", "--raw-extract", "/root/any.deb", "/root/package")
        try lab.run("sed", "-i", "s/^Version: .*/Version: \(version)/", "/root/package/DEBIAN/control")
        try lab.run("dpkg-deb", "-Znone", "--build", "/root/package", "/root/\(version).deb")
        try lab.run("rm", "-rf", "/root/package", "/root/any.deb")
    }

    /// Notes what files there are under a name: not the package manager's own books, logs and caches, nor the accounts.
    private static func note(_ name: String, in lab: Lab) throws {
        // Homes are left out: what the machine's own users write there meanwhile shows in a lab too.
        let script = """
            find /etc /usr /var -path /var/lib/dpkg -prune -o -path /var/log -prune -o -path /var/cache -prune \
                -o -print | grep -vE '^/etc/(passwd|group|shadow|gshadow|[.]pwd[.]lock)-?$' | sort >/tmp/\(name)
            """
        try lab.run("sh", "-c", script)
    }
}
