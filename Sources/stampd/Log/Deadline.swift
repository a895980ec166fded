// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A deadline for people: how long until then, and when that is by the wall clock (RFC 3339, UTC).
struct Deadline: CustomStringConvertible {
    let milliseconds: Int64

    init(after milliseconds: Int64) { self.milliseconds = milliseconds }

    var description: String {
        let seconds = milliseconds / 1000
        var now = time_t()
        unsafe time(&now)
        var end = now + time_t(clamping: seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&end, &parts) != nil else { return "ends in \(seconds) s" }
        var text = [CChar](repeating: 0, count: 32)
        let count = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        let date = String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "ends in \(seconds) s (\(date))"
    }
}
