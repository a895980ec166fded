// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
    /// A peer's name as an error repeats it: at most its first 64 bytes, each byte that is not printable ASCII replaced
    /// by `?`.
    var echo: String {
        var text = ""
        for offset in 0..<Swift.min(count, maximumEchoBytes) {
            let byte = self[offset]
            text.unicodeScalars.append((0x20..<0x7F).contains(byte) ? Unicode.Scalar(byte) : "?")
        }
        return text
    }
}

/// Longer than any name of our interfaces, and short enough for a log line.
private let maximumEchoBytes = 64

extension JSONReader {
    /// Returns the string of a token as an error repeats it.
    func echo(_ token: JSONToken) -> String {
        if let name = bytesInPlace(token) { return name.echo }
        return unescaped(token).span.echo
    }
}
