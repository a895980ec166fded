// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Removes whatever could be a name and a password from a URL, so that a message can repeat it.
///
/// It works on the text, since it is used for texts that are not URLs: everything between the scheme and the last `@`
/// is removed.
package func withoutPassword(_ url: String) -> String {
    let signs = ["@", "%40"].compactMap { url.range(of: $0, options: .backwards) }
    guard let sign = signs.max(by: { $0.lowerBound < $1.lowerBound }) else { return url }
    let scheme = url.range(of: "://").map { url[..<$0.upperBound] }.flatMap {
        $0.endIndex <= sign.lowerBound ? $0 : nil
    }
    return "\(scheme ?? "")…@\(url[sign.upperBound...])"
}
