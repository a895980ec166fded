// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The package of this build, packed by debian/rules as a release is. Its programs are those under test, linked to the
/// toolchain's libraries, which are no package's.
struct PackageBuild {
    let package: String

    init(in directory: String) throws {
        let tree = "\(directory)/tree"
        for folder in [".build", "debian", "examples"] {
            try FileManager.default.createDirectory(atPath: "\(tree)/\(folder)", withIntermediateDirectories: true)
        }
        let (page, reference) = ("Sources/LoginPage/Page", "docs/reference")
        for folder in [page, reference] {
            try FileManager.default.createDirectory(atPath: "\(tree)/\(folder)", withIntermediateDirectories: true)
        }
        let read = [
            "Makefile", "systemd", "man", "examples/rules", "\(page)/passkey.html", "\(reference)/stampd.json.md",
        ]
        for name in read + (try Self.rules()) {
            try FileManager.default.copyItem(atPath: repository(name).path, toPath: "\(tree)/\(name)")
        }
        let products = URL(filePath: FrameProcess.executable).deletingLastPathComponent().path
        try FileManager.default.createSymbolicLink(atPath: "\(tree)/.build/release", withDestinationPath: products)
        let environment = [
            "PREBUILT": try Self.runtime(), "DEB_RULES_REQUIRES_ROOT": "no", "DEB_BUILD_OPTIONS": "noautodbgsym",
            "HOME": tree,
        ]
        let process = try ChildProcess(["make", "-C", tree, "-f", "debian/rules", "binary"], environment: environment)
        defer { process.end() }
        try #require(try process.wait() == .exited(0), "\(process.errors.text)")
        let packages = try FileManager.default.contentsOfDirectory(atPath: "\(tree)/.build/deb")
        package = "\(tree)/.build/deb/\(try #require(packages.first { $0.hasSuffix(".deb") }))"
    }

    /// What debian/ holds but for what packing leaves there.
    private static func rules() throws -> [String] {
        let left = #/\..*|stampd|files|.*debhelper.*|.*\.substvars/#
        return try FileManager.default.contentsOfDirectory(atPath: repository("debian").path)
            .filter { $0.wholeMatch(of: left) == nil }.map { "debian/\($0)" }
    }

    /// Where the toolchain's libraries are.
    private static func runtime() throws -> String {
        let process = try ChildProcess(["ldd", FrameProcess.executable])
        try #require(try process.wait() == .exited(0))
        try process.output.waitForEnd()
        let path = try #require(process.output.text.firstMatch(of: #/=> (.*)/libswiftCore\.so/#)).1
        return String(path)
    }
}
