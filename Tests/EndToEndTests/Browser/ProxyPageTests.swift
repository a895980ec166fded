// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import Testing

extension BrowserTests {
    @Suite("A page and the port of a proxy")
    struct ProxyPageTests {
        @Test(
            "a page whose name was rebound to this machine, and one of another origin, get nothing, though they have a stamp"
        )
        func rebound() async throws {
            let api = FakeAPI { _, _ in FakeAPI.Answer(headers: ["Content-Type: application/json"], body: #"{"a":"b"}"#)
            }
            let site = try StaticSite(["/": "<!doctype html><title>Page</title>"])
            defer { site.end() }
            try await ProxiedStage.with(api: ProxiedStage.always(api)) { stage in
                let stamp = try await stage.makePlaceholder().stamp("{}")
                try await Browser.with(["--host-resolver-rules=MAP rebound.example 127.0.0.1"]) { browser in
                    // The proxy's own answer is a page of that origin, as one is that was loaded before the name was rebound.
                    let path = "/public/v1/query/whoami"
                    try await browser.open("http://rebound.example:\(stage.port)/")
                    let post = """
                        fetch(a[0], {method: "POST", headers: {"X-Stamp": a[1]}, body: "{}"}).then(r => r.text())
                        """
                    let own = try await browser.evaluate(post, [path, stamp]) as? String ?? ""
                    #expect(own.contains("is asked by another name than 127.0.0.1:\(stage.port)"), "\(own)")
                    let origin = try await browser.look("location.origin")
                    #expect(origin == "http://rebound.example:\(stage.port)")

                    try await browser.open("http://127.0.0.1:\(site.port)/")
                    let elsewhere = "\(post).catch(e => e.name)"
                    let refused = try await browser.evaluate(
                        elsewhere,
                        ["http://127.0.0.1:\(stage.port)\(path)", stamp]
                    )
                    #expect(refused as? String == "TypeError")
                    // What needs nobody's leave beforehand, and what a form sends, comes with an Origin too.
                    let opaque = #"fetch(a[0], {method: "POST", mode: "no-cors", body: "{}"}).then(r => r.type)"#
                    let type = try await browser.evaluate(opaque, ["http://127.0.0.1:\(stage.port)\(path)"]) as? String
                    #expect(type == "opaque")
                    let form =
                        #"document.body.innerHTML = `<form method=post enctype=text/plain action="${arguments[0]}"><button id=b>`, ''"#
                    _ = try await browser.look("(\(form))", ["http://127.0.0.1:\(stage.port)\(path)"])
                    try await browser.click("#b")
                    let shown = try await System.poll("an answer to the form") {
                        let text = try await browser.look("document.body.innerText")
                        return text.contains("code") ? text : nil
                    }
                    #expect(shown.contains("does not answer pages of this origin"), "\(shown)")
                }
            }
            #expect(api.requests.isEmpty)
        }
    }
}
