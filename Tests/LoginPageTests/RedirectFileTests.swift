// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LoginPage

@Suite("The file that leads to a page")
struct RedirectFileTests {
    @Test("takes away what a killed program left, and nothing that may be in use or is something else")
    func leftovers() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "redirect-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, age) in [("stampd-login-old.html", 7200.0), ("stampd-login-new.html", 60), ("other.html", 7200)] {
            let path = directory.appending(path: name).path
            try Data().write(to: URL(filePath: path))
            let date = Date().addingTimeInterval(-age)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
        let file = try #require(RedirectFile(to: "http://localhost:1/token", in: directory.path))
        let left = Set(try FileManager.default.contentsOfDirectory(atPath: directory.path))
        let own = URL(filePath: file.path).lastPathComponent
        #expect(left == ["stampd-login-new.html", "other.html", own])
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        file.remove()
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }
}
