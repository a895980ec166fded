// SPDX-License-Identifier: Apache-2.0
import Rules

/// One path of Turnkey's API, and the bodies that may be sent there.
package struct APIPath: Sendable, Hashable {
    /// The path.
    package let text: String
    /// The kind of the activity that is submitted there (its type without `ACTIVITY_TYPE_` and version); `nil` for a
    /// query.
    package let kind: String?

    /// Finds the path in the table, compared byte for byte; `nil` if it is not there.
    package init?(_ target: String) {
        guard let path = Self.table[target] else { return nil }
        self = path
    }

    private init(text: String, kind: String?) {
        (self.text, self.kind) = (text, kind)
    }

    /// Whether a body with this `type`, or without one, may be sent there.
    package func takes(type: String?) -> Bool {
        guard let type else { return kind == nil }
        return kind != nil && activityKind(ofType: type) == kind
    }

    /// All paths, in the order of the table's file: `PATH TYPE` a line, with `-` for the type of a query.
    package static let all: [APIPath] = String(decoding: PackageResources.turnkey_paths_txt, as: UTF8.self)
        .split(separator: "\n")
        .map { line in
            let words = line.split(separator: " ")
            return APIPath(text: String(words[0]), kind: activityKind(ofType: String(words[1])))
        }

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.text, $0) })
}
