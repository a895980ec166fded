// SPDX-License-Identifier: Apache-2.0

/// The text around a signature's blob (PROTOCOL.sshsig, "Armored format").
enum SSHArmor {
    private static let first = Array("-----BEGIN SSH SIGNATURE-----\n".utf8)
    private static let last = Array("\n-----END SSH SIGNATURE-----".utf8)
    private static let newline = UInt8(ascii: "\n")
    /// ssh-keygen breaks lines after 70 characters, others after 64, PROTOCOL.sshsig says 76.
    private static let maximumLineByteCount = 76

    /// Decodes the blob in `text`: the first line, lines of base64, the last line, and at most one line feed behind it.
    ///
    /// - Throws: `.armor` for any other text.
    static func decode(_ text: [UInt8]) throws(SSHSignatureError) -> [UInt8] {
        var body = text[...]
        if body.last == newline { body = body.dropLast() }
        guard body.count > first.count + last.count, body.starts(with: first),
            body.suffix(last.count).elementsEqual(last)
        else { throw .armor }
        var base64: [UInt8] = []
        let lines = body.dropFirst(first.count).dropLast(last.count)
        for line in lines.split(separator: newline, omittingEmptySubsequences: false) {
            guard (1...maximumLineByteCount).contains(line.count) else { throw .armor }
            base64 += line
        }
        guard let blob = Base64.decode(base64[...]) else { throw .armor }
        return blob
    }
}
