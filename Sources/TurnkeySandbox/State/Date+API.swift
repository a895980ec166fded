// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Date {
    var unixSeconds: Int64 { Int64(timeIntervalSince1970.rounded(.down)) }

    /// The time as the API writes it: whole seconds, and both numbers as strings.
    var json: JSONValue {
        ["seconds": .string(String(unixSeconds)), "nanos": "0"]
    }
}
