// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A credential bundle as it was pasted or saved, and what visibly happened to it on the way.
struct BundleText {
    let text: String

    /// What to do about a bundle that the frame could not read; `nil` if nothing is visible.
    var hint: String? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if let first = trimmed.first, first == "{" || first == "[" { return envelopeHint(trimmed) }
        if trimmed.isEmpty { return "there is nothing in it" }
        if let first = trimmed.first, let last = trimmed.last, Self.quotes.contains(first), Self.quotes.contains(last) {
            return "it is in quotation marks: give the text between them"
        }
        if trimmed.utf8.contains(0x0D) || text.utf8.contains(0x0D) {
            return "it has Windows's line ends (CR LF): take them away with tr -d '\\r\\n'"
        }
        if trimmed.contains(where: \.isWhitespace) {
            return "it was wrapped or has a space in it: join it with tr -d ' \\n'"
        }
        if trimmed != text { return "there is white space around it: take it away with tr -d ' \\n'" }
        if trimmed.utf8.contains(where: { "+/=".utf8.contains($0) }) {
            return "it is in base64: a bundle is base58check, or base64url without padding"
        }
        if trimmed.unicodeScalars.contains(where: { !$0.isASCII }) { return "it has a character that no bundle has" }
        return nil
    }

    private static let quotes: Set<Character> = ["\"", "'", "`", "“", "”", "‘", "’", "«", "»"]

    private func envelopeHint(_ json: String) -> String {
        let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let names = Set((object ?? [:]).keys)
        if names.contains("credentialBundle") {
            return
                "it is JSON around a bundle: give the text of its \"credentialBundle\" alone (jq -r .credentialBundle)"
        }
        if !names.isDisjoint(with: [
            "encappedPublic", "dataSignature", "enclaveQuorumPublic", "exportBundle", "importBundle",
        ]) {
            return "it is the envelope of an export or an import, which no session comes from: log in for a bundle"
        }
        return "it is JSON: a bundle is one word of base58check, or base64url without padding"
    }
}
