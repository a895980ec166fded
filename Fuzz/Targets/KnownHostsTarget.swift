// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Fleet/Approving/SSH/KnownHosts.swift Sources/Fleet/Approving/SSH/AllowedSigners.swift Sources/Fleet/Approving/SSH/SSHPublicKey.swift Sources/Fleet/Approving/SSH/LeftOutLine.swift Sources/Fleet/Documents/HostName.swift
// Words: known-hosts
import Fleet
import Foundation

extension FuzzTarget {
    /// The bytes are a known_hosts file, and a file of allowed signers.
    static let knownHosts = FuzzTarget(name: "known-hosts") { (bytes) throws(BrokenClaim) in
        let text = String(decoding: bytes, as: UTF8.self)
        let known = KnownHosts(text)
        let written = AllowedSigners.write(known.entries)
        let signers = AllowedSigners(written)
        try claim("what is written is taken line by line", signers.leftOut.isEmpty && signers.text == written)
        for entry in known.entries {
            try claim("each host has its key", signers.hosts(ofKey: entry.key.blob).contains(entry.host))
        }
        let own = AllowedSigners(text)
        try claim("what was understood is understood again", AllowedSigners(own.text).text == own.text)
        for line in known.leftOut + own.leftOut {
            let isPrintable = line.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            try claim("what is left out is named in a line that commands no terminal", isPrintable)
        }
    }
}
