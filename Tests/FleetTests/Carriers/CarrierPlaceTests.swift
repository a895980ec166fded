// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fleet

@Suite("where a carrier is")
struct CarrierPlaceTests {
    @Test(
        "is etcd's end points, or a directory",
        arguments: [
            ("etcd+https://a:2379,b.example:1/", ["a:2379", "b.example:1"]),
            ("etcd+https://A", ["a:2379"]), ("etcd+https://[::1]:9,[fe80::2]", ["[::1]:9", "[fe80::2]:2379"]),
            ("etcd+http://127.0.0.1:1,localhost", ["127.0.0.1:1", "localhost:2379"]),
            ("etcd+https://a,a:2379", ["a:2379"]),
        ]
    )
    func etcd(text: String, endpoints: [String]) throws {
        guard case .etcd(let found) = try CarrierPlace(text) else {
            Issue.record("it is a directory")
            return
        }
        #expect(found.map(\.description) == endpoints)
    }

    @Test("a directory's path is absolute, and may hold anything")
    func directory() throws {
        #expect(try CarrierPlace("dir:/srv/a b,c") == .directory(path: "/srv/a b,c"))
        #expect(throws: CarrierPlaceFault.relativePath) { try CarrierPlace("dir:srv") }
        #expect(throws: CarrierPlaceFault.relativePath) { try CarrierPlace("dir:") }
    }

    @Test(
        "is refused where it can be read in two ways, or would show the password",
        arguments: [
            ("", CarrierPlaceFault.scheme), ("https://a:2379", .scheme), ("etcd://a", .scheme),
            ("ETCD+HTTPS://a", .scheme),
            ("etcd+https://", .endpoint), ("etcd+https://a,", .endpoint), ("etcd+https://a:0", .endpoint),
            ("etcd+https://a:65536", .endpoint), ("etcd+https://a:+1", .endpoint), ("etcd+https://a:01", .endpoint),
            ("etcd+https://user@a", .endpoint), ("etcd+https://a/path", .endpoint), ("etcd+https://a?b", .endpoint),
            ("etcd+https://a#b", .endpoint), ("etcd+https://a b", .endpoint), ("etcd+https://::1", .endpoint),
            ("etcd+https://[::1", .endpoint), ("etcd+https://[a]:1", .endpoint), ("etcd+https://é", .endpoint),
            ("etcd+http://10.0.0.1:2379", .insecure(host: "10.0.0.1")),
            ("etcd+http://127.0.0.1:1,b", .insecure(host: "b")),
            ("etcd+https://" + (1...17).map { "a\($0)" }.joined(separator: ","), .tooMany),
        ]
    )
    func refused(text: String, fault: CarrierPlaceFault) {
        #expect(throws: fault) { try CarrierPlace(text) }
    }
}
