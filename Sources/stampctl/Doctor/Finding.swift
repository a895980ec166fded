// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The result of one check.
struct Finding: Renderable {
    enum State: String, Encodable {
        case good
        case wrong
        /// It could not be checked, because of another fault.
        case unknown
    }

    let subject: String
    let state: State
    let detail: String
    let hint: String?

    static func good(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, state: .good, detail: detail, hint: nil)
    }

    static func wrong(_ subject: String, _ detail: String, _ hint: String?) -> Finding {
        Finding(subject: subject, state: .wrong, detail: detail, hint: hint)
    }

    static func unknown(_ subject: String, _ detail: String) -> Finding {
        Finding(subject: subject, state: .unknown, detail: detail, hint: nil)
    }

    var lines: [String] {
        let name = subject.padding(toLength: 15, withPad: " ", startingAt: 0)
        let mark =
            switch state {
            case .good: "ok     "
            case .wrong: "WRONG  "
            case .unknown: "?      "
            }
        return ["\(mark)\(name)\(detail)"] + (hint.map { ["       hint: \($0)"] } ?? [])
    }
}
