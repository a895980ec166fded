// SPDX-License-Identifier: Apache-2.0
import Foundation
import LoopbackPeers
import StampingProxy
import Testing

@Suite("The proxy's paths")
struct APIPathTests {
    private struct Fixture: Decodable {
        struct Path: Decodable {
            let path: String
            let type: String?
        }

        let paths: [Path]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private static func readFixture() throws -> [Fixture.Path] {
        let file = root.appending(path: "Tests/Fixtures/turnkey-paths.json")
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file)).paths
    }

    @Test("the table has the API's 191 paths, each with its kind, and no other")
    func table() throws {
        let paths = try Self.readFixture()
        #expect(paths.count == 191)
        #expect(APIPath.all.map(\.text) == paths.map(\.path))
        for path in paths {
            let known = try #require(APIPath(path.path))
            #expect(known.takes(type: path.type), "\(path.path)")
        }
    }

    @Test("PyPI's turnkey-http posts to no path that the table lacks")
    func turnkeyHTTP() throws {
        let library = Self.root.appending(path: ".venv/lib")
        let files = FileManager.default.enumerator(at: library, includingPropertiesForKeys: nil)
        let sources = (files?.allObjects as? [URL] ?? []).filter {
            $0.pathExtension == "py" && $0.path.contains("/site-packages/turnkey_http/")
        }
        var found: Set<String> = []
        for source in sources {
            let text = try String(contentsOf: source, encoding: .utf8)
            found.formUnion(text.matches(of: /\/public\/v1\/(query|submit)\/[a-z0-9_]+/).map { String($0.output.0) })
        }
        #expect(found.count > 100, "run make .venv/installed")
        #expect(found.filter { APIPath($0) == nil } == [])
    }

    @Test("each path takes its own kind in any version, and neither another kind nor a body of the other sort")
    func types() throws {
        for path in try Self.readFixture() {
            let known = try #require(APIPath(path.path))
            #expect(!known.takes(type: "ACTIVITY_TYPE_ANOTHER"), "\(path.path)")
            #expect(!known.takes(type: ""), "\(path.path)")
            #expect(known.takes(type: nil) == (path.type == nil), "\(path.path)")
            guard let kind = known.kind else { continue }
            #expect(known.takes(type: "ACTIVITY_TYPE_\(kind)") && known.takes(type: "ACTIVITY_TYPE_\(kind)_V99"))
            #expect(!known.takes(type: kind) && !known.takes(type: "ACTIVITY_TYPE_\(kind)_V"))
            #expect(!known.takes(type: "activity_type_\(kind)") && !known.takes(type: "ACTIVITY_TYPE_\(kind)_V1_V2"))
        }
    }

    /// The fixture's type without its version.
    private static func makeStem(_ type: String) -> String { String(type.replacing(/_V[0-9]+$/, with: "")) }

    @Test("the type of each path is taken at the paths of the same kind, and at none of the others")
    func otherPaths() throws {
        let paths = try Self.readFixture()
        for type in paths.compactMap(\.type) {
            let stem = Self.makeStem(type)
            let expected = paths.filter { $0.type.map(Self.makeStem) == stem }.map(\.path)
            #expect(APIPath.all.filter { $0.takes(type: type) }.map(\.text) == expected, "\(type)")
        }
    }

    @Test(
        "asked by HTTP, each path sends on its own kind, in a future version too; what is not its own is 403 and goes nowhere"
    )
    func requests() async throws {
        let api = FakeAPI { request, _ in
            .init(headers: ["Content-Type: application/json"], body: String(decoding: request.body, as: UTF8.self))
        }
        let paths = try Self.readFixture()
        try await ProxyStage.with(api) { stage in
            var sent = 0
            for path in paths {
                let stem = path.type.map(Self.makeStem)
                let other = paths.first { $0.type != nil && $0.type.map(Self.makeStem) != stem }?.type ?? ""
                let own = stem.map { [path.type ?? "", $0, "\($0)_V99"].map { #"{"type":"\#($0)"}"# } } ?? ["{}"]
                for body in own {
                    let answer = try await stage.ask(body, path: path.path)
                    #expect(
                        answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n\(body)"),
                        "\(path.path)"
                    )
                }
                sent += own.count
                let foreign = [other, "\(stem ?? "ACTIVITY_TYPE_A")_X", "\(stem ?? "A")_V", ""].map {
                    #"{"type":"\#($0)"}"#
                }
                for body in foreign + (stem == nil ? [] : ["{}"]) {
                    let answer = try await stage.ask(body, path: path.path)
                    #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"), "\(path.path) \(body): \(answer)")
                }
            }
            #expect(api.requests.count == sent && stage.stampCount == sent)
        }
    }

    @Test(
        "another spelling of a path is none",
        arguments: [
            "/public/v1/query/whoami/", "/public/v1/query/whoami?a=b", "/public/v1/query/whoami;a",
            "//public/v1/query/whoami",
            "/public/v1/query/%77hoami", "/public/v1/query/Whoami", "/public/v1/query/../query/whoami", "", "/", "*",
            "http://api.turnkey.com/public/v1/query/whoami", "/public/v1/query/whoami#a", " /public/v1/query/whoami",
        ]
    )
    func spellings(_ target: String) {
        #expect(APIPath(target) == nil)
    }
}
