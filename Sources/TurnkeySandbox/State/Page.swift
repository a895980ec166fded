// SPDX-License-Identifier: Apache-2.0
import Foundation
import Printing

/// The part of a list that is asked for (`paginationOptions`): a number of elements behind or before an id.
struct Page {
    private static let limits: ClosedRange<Int> = 1...100
    private static let defaultLimit = 10

    private enum Cursor {
        case before(UUID)
        case after(UUID)
    }

    private let limit: Int
    private let cursor: Cursor?

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        guard var reader = try fields.optionalReader("paginationOptions") else {
            (limit, cursor) = (Self.defaultLimit, nil)
            return
        }
        if let text = try reader.optionalString("limit") {
            guard let limit = Int(spelled: text), Self.limits.contains(limit) else {
                throw reader.invalid("limit", "must be 1 to 100 in decimal digits")
            }
            self.limit = limit
        } else {
            limit = Self.defaultLimit
        }
        let (before, after) = (try reader.optionalString("before"), try reader.optionalString("after"))
        switch (before, after) {
        case (nil, nil): cursor = nil
        case (let text?, nil): cursor = .before(try Self.id(text, "before", reader))
        case (nil, let text?): cursor = .after(try Self.id(text, "after", reader))
        case (_?, _?): throw reader.invalid("after", "cannot stand beside `before`")
        }
        try reader.finish()
    }

    private static func id(_ text: String, _ name: String, _ reader: FieldReader) throws(APIRefusal) -> UUID {
        guard let id = UUID(uuidString: text) else { throw reader.invalid(name, "must be an identifier") }
        return id
    }

    /// Returns the elements of the page in their order; none if the cursor is not in the list.
    func select<Element>(from list: [Element], by id: (Element) -> UUID) -> [Element] {
        switch cursor {
        case nil: return Array(list.prefix(limit))
        case .before(let cursor):
            guard let index = list.firstIndex(where: { id($0) == cursor }) else { return [] }
            return Array(list[..<index].suffix(limit))
        case .after(let cursor):
            guard let index = list.firstIndex(where: { id($0) == cursor }) else { return [] }
            return Array(list[(index + 1)...].prefix(limit))
        }
    }
}
