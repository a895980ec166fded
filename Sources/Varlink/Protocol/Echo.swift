// SPDX-License-Identifier: Apache-2.0

/// A peer's name as an error repeats it: at most the first 64 bytes, each that is not printable ASCII as `?`.
func echo(_ name: Span<UInt8>) -> String {
    var text = ""
    for offset in 0..<min(name.count, maximumEchoBytes) {
        let byte = name[offset]
        text.unicodeScalars.append((0x20..<0x7F).contains(byte) ? Unicode.Scalar(byte) : "?")
    }
    return text
}

/// Longer than any name of our interfaces, and too short to make an error reply worth sending for.
private let maximumEchoBytes = 64

extension JSONReader {
    /// The string as an error repeats it.
    func echo(_ token: JSONToken) -> String {
        if let name = bytesInPlace(token) { return Varlink.echo(name) }
        var name: [UInt8] = []
        do { try append(token, to: &name) } catch { return "" }
        return Varlink.echo(name.span)
    }
}
