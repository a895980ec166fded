// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoginPage
import StampClient
import Testing
import TurnkeyClient

extension BrowserTests {
    @Suite("stampctl with the page that a site hosts")
    struct StampctlSiteTests {
        @Test("a login through the site's page stamps", arguments: [[], ["--bundle"]])
        func login(_ way: [String]) async throws {
            try await HostedStage.with { stage in
                for isKnown in [false, true] {
                    let login = try System.WaitingStampctl(arguments(stage, way), stage.system)
                    defer { login.process.end() }
                    try await stage.browser.open(login.takeURL())
                    try await stage.browser.waitForState("waiting")
                    // Before the first login, a bundle's page asks the API who the passkey's owner is.
                    if way == ["--bundle"], !isKnown {
                        try await stage.browser.click("#approve")
                        try await stage.browser.waitForHeading("Start a session")
                    }
                    let shown = try await stage.browser.text("dl")
                    try await stage.handOver()
                    let end = try login.end()
                    #expect(end.ending == .exited(0), "\(end.errors)")
                    let fingerprint = try #require(end.errors.firstMatch(of: /the page must show: (\S+)/)).1
                    #expect(shown.contains(fingerprint))
                    let about = way.isEmpty ? ["session", "show"] : ["key", "show"]
                    #expect(try stage.system.run(about).output.contains(fingerprint))
                    #expect(try stage.system.run(["whoami"]).output.contains(stage.ready.userId))
                }
            }
        }

        @Test("with --paste the code comes by standard input")
        func paste() async throws {
            try await HostedStage.with { stage in
                let login = try System.WaitingStampctl(arguments(stage, ["--paste"]), stage.system)
                defer { login.process.end() }
                let url = try login.takeURL()
                #expect(!url.contains("port="))
                try await stage.browser.approve(at: url)
                try await stage.browser.waitForState("approved")
                let code = try await stage.browser.evaluate("document.querySelector('#code').value") as? String
                try login.type(try #require(code))
                let end = try login.end()
                #expect(end.ending == .exited(0), "\(end.errors)")
                #expect(try stage.system.run(["whoami"]).status == 0)
            }
        }

        @Test("a site that shows no codes refuses --paste, and a code of nobody's ends with 5")
        func noPaste() async throws {
            try await HostedStage.with(offersPaste: false) { stage in
                let login = try System.WaitingStampctl(arguments(stage, ["--paste"]), stage.system)
                defer { login.process.end() }
                try await stage.browser.open(login.takeURL())
                try await stage.browser.waitForState("bad-link")
                #expect(try await stage.browser.text("#status") == "This site does not hand out codes to paste.")
                try login.type("bm90IGEgY29kZQ")
                let end = try login.end()
                #expect(end.ending == .exited(5))
                #expect(
                    end.errors.contains("stampctl: the page's answer is not what was asked for: its form is another")
                )
            }
        }

        @Test("at a terminal, waiting shows for as long as it lasts, and nothing starts before the codes were compared")
        func terminal() async throws {
            try await HostedStage.with { stage in
                for (answer, status) in [("n", 5), ("", 5), ("y", 0)] as [(String, CInt)] {
                    let login = try System.WaitingStampctl(arguments(stage, []), stage.system, isAtTerminal: true)
                    defer { login.process.end() }
                    try await stage.browser.open(login.takeURL())
                    try login.wait(for: "waiting for you at the page; Ctrl-C gives up ")
                    try await stage.browser.waitForState("waiting")
                    try await stage.handOver()
                    try login.wait(for: "\r\u{1B}[Kdid the page show ")
                    #expect(try stage.system.run(["whoami"]).status == 3)
                    try login.type(answer)
                    let end = try login.end()
                    #expect(end.ending == .exited(status), "\(end.output)")
                    #expect(end.output.contains("the fingerprint was not confirmed") == (status == 5))
                }
                #expect(try stage.system.run(["whoami"]).status == 0)
            }
        }

        private func arguments(_ stage: HostedStage, _ more: [String]) -> [String] {
            ["login", "--no-open", "--site", stage.url] + more
        }
    }
}
