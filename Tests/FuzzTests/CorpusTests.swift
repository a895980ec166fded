// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzTargets
import Testing

/// One after another: some count what is in libcrypto's secure heap, which is one for the process.
@Suite("Corpora of the fuzz targets", .serialized) struct CorpusTests {
    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fuzz/Corpus")

    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("every target's claims hold for every input of its corpus", arguments: FuzzTarget.all)
    func holds(_ target: FuzzTarget) throws {
        let folder = Self.corpora.appending(path: target.name)
        let names = try Self.names(in: folder)
        #expect(!names.isEmpty)
        for name in names {
            let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            do throws(BrokenClaim) { try target.check(bytes) } catch {
                Issue.record("\(target.name)/\(name): does not hold: \(error.claim)")
            }
        }
    }

    @Test("every corpus has a target") func targets() throws {
        #expect(try Self.names(in: Self.corpora) == FuzzTarget.all.map(\.name).sorted())
    }
}
