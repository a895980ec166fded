// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Testing

/// The page whose blocks are of three machines: `sh carrier` and `sh host`, which one machine of a test's own is, and `sh
/// approver`, which is this one, with a browser.
@Suite("How to run a fleet", .timeLimit(.minutes(15)), .browser, .lab, .inLab)
struct BrowserFleetPageTests {
    private static let path = "docs/how-to/run-a-fleet.md"
    /// What the page has people hand on.
    private static let handedOn = ["approver.pub", "organization", "approver.password", "ca.crt", "known_hosts"]

    @Test("works when pasted, and twenty frames that one command approved have their sessions") func works()
        async throws
    {
        let lab = try #require(InLab.lab)
        let page = try MarkdownPage(path: Self.path)
        try await blocking { try Self.prepare(lab) }
        try await Browser.with { browser in
            try await browser.addAuthenticator()
            let run = try await ShellRun(try Self.script(of: page, lab), within: 780, approvingIn: browser)
            let output = run.outputs.joined(separator: "\n")
            try #require(run.exitCode == 0, "\(page.path) ends with \(run.exitCode):\n\(output)")
            let sessions = (run.outputs.last ?? "").split(separator: "\n").count { $0.hasPrefix("expires ") }
            #expect(sessions == 20, "\(output)")
        }
    }

    /// A directory for the two roles, the carrier's name, the host's key, and a way to etcd from outside.
    private static func prepare(_ lab: Lab) throws {
        try lab.put(product: "stampctl")
        try lab.run("mkdir", "-p", "/root/fleet")
        try lab.run("sh", "-c", "echo 127.0.0.1 carrier.example >>/etc/hosts")
        try lab.run("ssh-keygen", "-q", "-A")
        try lab.put("[Socket]\nListenStream=/run/way-to-etcd.sock\n", at: "/run/systemd/system/way-to-etcd.socket")
        try lab.put(
            "[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd 127.0.0.1:2379\n",
            at: "/run/systemd/system/way-to-etcd.service"
        )
        try lab.run("systemctl", "daemon-reload")
        try lab.run("systemctl", "start", "way-to-etcd.socket")
    }

    /// One script, which runs each block on its machine.
    private static func script(of page: MarkdownPage, _ lab: Lab) throws -> [String] {
        let blocks = page.blocks.filter { $0.language.hasPrefix("sh ") }
        #expect(Set(blocks.map(\.language)) == ["sh carrier", "sh host", "sh approver"])
        let port = try findPort()
        return [prologue(lab, port: port)]
            + blocks.enumerated().map { index, block in
                let text = block.lines.joined(separator: "\n")
                guard block.language != "sh approver" else {
                    return "take\n" + text.replacing("carrier.example:2379", with: "localhost:\(port)")
                }
                return "give\ncat >'\(lab.root)/root/fleet/block' <<'BLOCK'\n\(text)\nBLOCK\nonMachine"
            }
    }

    /// The approver's frame, sandbox and passkey, as the tutorial has them, and the way to the other machine.
    private static func prologue(_ lab: Lab, port: Int) -> String {
        let files = handedOn.joined(separator: " ")
        return """
            # The way to etcd takes no SIGTERM where the shell was started with it blocked.
            trap 'kill -KILL $(jobs -p) 2>/dev/null || :' EXIT
            give() { for file in \(files); do [ ! -e $file ] || cp $file '\(lab.root)/root/fleet/'; done; }
            take() { for file in \(files); do [ ! -e '\(lab.root)/root/fleet/'$file ] || cp '\(lab.root)/root/fleet/'$file .; done; }
            onMachine() { \(lab.command) bash -c 'cd /root/fleet && exec bash -eu block'; }
            systemd-socket-activate --listen=127.0.0.1:\(port) /lib/systemd/systemd-socket-proxyd \
            '\(lab.root)/run/way-to-etcd.sock' 2>/dev/null &
            mkdir -m 0700 frame
            stampd --socket-directory frame 2>stampd.log &
            turnkey-sandbox --ready-file sandbox.json 2>sandbox.log &
            until [ -S frame/control.sock ] && [ -e sandbox.json ]; do sleep 0.1; done
            field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
            export XDG_CONFIG_HOME="$PWD/config" XDG_STATE_HOME="$PWD/state" STAMPD_SOCKET_DIRECTORY="$PWD/frame"
            mkdir -p config/stampd
            cat >config/stampd/turnkey.json <<END
            {"apiBaseUrl": "$(field baseUrl <sandbox.json)", "defaultOrganizationId": "$(field organizationId <sandbox.json)",
             "rpId": "localhost", "notarizerPublicKey": "$(field notarizerPublicKey <sandbox.json)"}
            END
            (umask 077; printf '{"publicKey": "%s", "privateKey": "%s"}' \
                "$(field apiPublicKey <sandbox.json)" "$(field apiPrivateKey <sandbox.json)" >api-key.json)
            stampctl register --api-key-file api-key.json
            field organizationId <sandbox.json >organization
            cp '\(repository("examples/rules/fleet-minting.json").path)' .
            """
    }
}
