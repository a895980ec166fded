// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Browser {
    /// The state that the login page says it is in; empty where there is no such page.
    var pageState: String {
        get async throws { try await look("document.body?.dataset.state ?? ''") }
    }

    /// Waits until the page is in one of these states, and answers which.
    @discardableResult
    func waitForState(_ states: String...) async throws -> String {
        var last = ""
        do {
            return try await System.poll("the page's state \(states)") {
                last = try await pageState
                return states.contains(last) ? last : nil
            }
        } catch let error as WaitTimedOut {
            throw WaitTimedOut(what: "\(error.what); it is \(last): \(try await text("#status"))")
        }
    }

    /// Waits until a heading says so.
    func waitForHeading(_ heading: String) async throws {
        do {
            _ = try await System.poll("the heading \(heading)") { try await text("h1") == heading ? true : nil }
        } catch let error as WaitTimedOut {
            throw WaitTimedOut(what: "\(error.what); it is \(try await text("h1")): \(try await text("#status"))")
        }
    }

    /// Opens a login page and presses its main button.
    func approve(at url: String) async throws {
        try await open(url)
        try await waitForState("waiting")
        try await click("#approve")
    }
}
