// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    static var networkNamespaces: Self {
        .enabled(if: Machine.hasNetworkNamespaces, "no network namespaces can be made here")
    }
}

extension Machine {
    /// With a bridge and a pair of links, as between the members of a cluster.
    static let hasNetworkNamespaces =
        (try? ChildProcess([
            "unshare", "--net", "sh", "-c",
            "ip link add name br0 type bridge && ip link add name v0 type veth peer name v1",
        ]).wait()) == .exited(0)
}

@Suite("an etcd of three members", .timeLimit(.minutes(15)), .etcd, .networkNamespaces)
struct PythonClusterTests {
    @Test("two hundred frames get their parcels once, while one member dies and the network parts")
    func partition() async throws {
        try await System.withDirectory { directory in
            let programs = URL(filePath: System.program("stampctl")).deletingLastPathComponent().path
            let sentences = try prove(
                "prove_cluster.py",
                [programs, directory.path],
                launcher: ["unshare", "--net"],
                within: 6 * patience
            )
            #expect(
                sentences == [
                    "every frame's card is at the carrier",
                    "one member, the leader, has died, and the frames that were approved meanwhile have their sessions",
                    "the network has parted, and couriers whose member has lost the others have found those",
                    "the network is whole again, and all have their sessions", "each frame was handed its parcel once",
                    "no courier has ended",
                ]
            )
        }
    }
}
