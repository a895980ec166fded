// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A URL as it may be repeated to a person: whatever could be a name and a password in it is left out.
///
/// Read as text, since it is for what could not be read as a URL: all that stands before the last `@`, however that is
/// spelled, after the scheme.
package func withoutPassword(_ url: String) -> String {
    let signs = ["@", "%40"].compactMap { url.range(of: $0, options: .backwards) }
    guard let sign = signs.max(by: { $0.lowerBound < $1.lowerBound }) else { return url }
    let scheme = url.range(of: "://").map { url[..<$0.upperBound] }.flatMap {
        $0.endIndex <= sign.lowerBound ? $0 : nil
    }
    return "\(scheme ?? "")…@\(url[sign.upperBound...])"
}
