// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import TurnkeySandbox

/// Test data in `Tests/Fixtures`.
enum Vectors {
    static func read(_ name: String) throws -> JSONValue {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures/\(name)")
        return try JSONParser.read(try Data(contentsOf: url))
    }

    /// The elements of one of the lists of `turnkey.json`.
    static func turnkey(_ list: String) throws -> [JSONValue] {
        try read("turnkey.json")[list]?.elements ?? []
    }
}
