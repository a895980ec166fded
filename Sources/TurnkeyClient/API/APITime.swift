// SPDX-License-Identifier: Apache-2.0
import Foundation
import Printing

/// A moment as the API writes it: seconds since 1970, in decimal digits.
struct APITime: Decodable {
    let date: Date

    init(from decoder: any Decoder) throws {
        let text = try Members(from: decoder).seconds
        guard let seconds = Int64(spelled: text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no seconds"))
        }
        date = Date(timeIntervalSince1970: TimeInterval(seconds))
    }

    private struct Members: Decodable {
        let seconds: String
    }
}
