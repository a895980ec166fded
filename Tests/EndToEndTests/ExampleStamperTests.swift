// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("The stampers of examples", .timeLimit(.minutes(15)))
struct ExampleStamperTests {
    /// A case of stampers.json, as far as it says for whom it is.
    private struct Case: Decodable {
        let languages: [String]?
        let listener: String?
    }

    private struct Cases: Decodable {
        let cases: [Case]
    }

    @Test("a stamper does what each case says, at a frame and at hostile ones", arguments: ["python", "node"])
    func doesWhatEachCaseSays(_ language: String) async throws {
        try await blocking {
            let table = try Data(contentsOf: repository("Tests/Fixtures/stampers.json"))
            let count = try JSONDecoder().decode(Cases.self, from: table).cases.count {
                // Only root has a listener of another user.
                $0.languages?.contains(language) ?? true && ($0.listener != "stranger" || geteuid() == 0)
            }
            let binaries = URL(filePath: FrameProcess.executable).deletingLastPathComponent().path
            let sentences = try prove("prove_stampers.py", [binaries, language], within: 2 * patience)
            #expect(sentences.last == "\(language) does what \(count) cases say")
            #expect(count > 80)
        }
    }
}
