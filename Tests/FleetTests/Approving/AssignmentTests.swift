// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Fleet

@Suite("which user takes which frame's key")
struct AssignmentTests {
    private static func user(_ id: String, name: String = "", living: Int = 0, of frames: [String] = []) -> FleetUser {
        let others = (0..<living).map { index in
            FleetUser.Key(
                id: "k\(index)",
                name: "somebody's",
                publicKey: "p\(id)\(index)",
                isLiving: true,
                end: "2099-01-01T00:00:00Z"
            )
        }
        let own = frames.map { frame in
            FleetUser.Key(
                id: "f\(frame)",
                name: Approval.apiKeyName(
                    fleet: Stage.fleet,
                    frame: FrameID(stringLiteral: frame),
                    card: CardHash(of: [1])
                ),
                publicKey: "q\(frame)",
                isLiving: true,
                end: "2099-01-01T00:00:00Z"
            )
        }
        return FleetUser(id: id, name: name, keys: others + own)
    }

    private func take(_ users: [FleetUser], _ frames: [String], hosts: [HostPattern] = []) -> [String] {
        var assignment = Assignment(users.map { ($0, hosts) }, fleet: Stage.fleet)
        return frames.map { frame in
            switch assignment.take(frame: FrameID(stringLiteral: frame), host: HostName("web-1")) {
            case .success(let id): id
            case .failure(let refused): "\(refused.refusal)"
            }
        }
    }

    @Test("five frames a user, in the users' order")
    func five() {
        let taken = take([Self.user("a"), Self.user("b")], (1...11).map { "f\($0)" })
        #expect(taken == Array(repeating: "a", count: 5) + Array(repeating: "b", count: 5) + ["usersAreFull"])
    }

    @Test("a frame stays where a key of its is, whoever registered that")
    func home() {
        #expect(take([Self.user("a"), Self.user("b", of: ["f1"])], ["f1", "f2"]) == ["b", "a"])
        #expect(
            take([Self.user("a", of: ["f1", "f2", "f3", "f4", "f5"]), Self.user("b")], ["f9", "f5"]) == ["b", "a"]
        )
    }

    @Test("a key that would end the oldest of ten is not registered")
    func ten() {
        #expect(take([Self.user("a", living: 9, of: ["f1"])], ["f1"]) == ["keysAreFull(userId: \"a\", count: 10)"])
        #expect(take([Self.user("a", living: 8, of: ["f1"])], ["f1", "f1"]).first == "a")
    }

    @Test("a user whose other keys leave no room for five frames twice takes fewer")
    func crowded() {
        #expect(take([Self.user("a", living: 3)], ["f1", "f2", "f3"]) == ["a", "a", "usersAreFull"])
        #expect(take([Self.user("a", living: 10)], ["f1"]) == ["usersAreFull"])
    }

    @Test("a host goes to users of that host alone; one that is not verified to users of every host")
    func hosts() throws {
        let users: [(user: FleetUser, hosts: [HostPattern])] = [
            (Self.user("a"), [HostPattern("db-*")]), (Self.user("b"), [HostPattern("web-*")]),
        ]
        var assignment = Assignment(users, fleet: Stage.fleet)
        #expect(assignment.take(frame: FrameID("f1"), host: HostName("web-1")) == .success("b"))
        #expect(assignment.take(frame: FrameID("f2"), host: HostName("db-1")) == .success("a"))
        let refused = AssignmentRefused(refusal: .noUser)
        #expect(assignment.take(frame: FrameID("f3"), host: HostName("x-1")) == .failure(refused))
        #expect(assignment.take(frame: FrameID("f4"), host: nil) == .failure(refused))
    }

    @Test("the name of a key says whose frame's it is, and nothing else's does")
    func names() {
        let name = Approval.apiKeyName(fleet: Stage.fleet, frame: FrameID("f1"), card: CardHash(of: [1]))
        #expect(Approval.frame(ofAPIKeyName: name, fleet: Stage.fleet)?.description == "f1")
        #expect(Approval.frame(ofAPIKeyName: name, fleet: FleetName("db")) == nil)
        for other in ["", "fleet web f1", "fleet web f1 x", name + " ", "Session Key 1", name.uppercased()] {
            #expect(Approval.frame(ofAPIKeyName: other, fleet: Stage.fleet) == nil)
        }
    }

    @Test(
        "a user map is read strictly",
        arguments: [
            (#"{"version":1,"users":[{"userId":"u-1"}]}"#, true),
            (#"{"version":1,"users":[{"userId":"u-1","hosts":["web-*","db-1"]},{"userId":"u-2"}]}"#, true),
            (#"{"version":2,"users":[{"userId":"u-1"}]}"#, false), (#"{"users":[{"userId":"u-1"}]}"#, false),
            (#"{"version":1,"users":[]}"#, false), (#"{"version":1,"users":[{"userId":""}]}"#, false),
            (#"{"version":1,"users":[{"userId":"u-1","hosts":[]}]}"#, false),
            (#"{"version":1,"users":[{"userId":"u-1","hosts":["A"]}]}"#, false),
            (#"{"version":1,"users":[{"userId":"u-1","host":["a"]}]}"#, false),
            (#"{"version":1,"users":[{"userId":"u-1"},{"userId":"u-1"}]}"#, false),
            (#"{"version":1,"users":[{"userId":"u-1"}],"users":[]}"#, false),
            (#"{"version":1,"users":[{"userId":"u-1"}],"x":1}"#, false), ("[]", false), ("", false),
            (#"{"version":1,"users":[\#((1...101).map { "{\"userId\":\"u\($0)\"}" }.joined(separator: ","))]}"#, false),
        ]
    )
    func userMap(text: String, isGood: Bool) {
        #expect(((try? UserMap(reading: Data(text.utf8))) != nil) == isGood)
    }

    @Test(
        "without a map the users are those named after the fleet, in their numbers' order; with one, those that are missing are named"
    )
    func resolve() throws {
        let users = [
            Self.user("c", name: "fleet-web-10"), Self.user("a", name: "fleet-web-2"),
            Self.user("x", name: "fleet-webb-1"), Self.user("w", name: "fleet-web-admin-1"),
            Self.user("v", name: "fleet-web-"), Self.user("u", name: "fleet-web-1a"),
            Self.user("t", name: "fleet-web-１"),
            Self.user("y", name: "root"),
        ]
        #expect(UserMap(fleet: Stage.fleet).resolve(users).found.map(\.user.id) == ["a", "c"])
        let map = try UserMap(reading: Data(#"{"version":1,"users":[{"userId":"y"},{"userId":"gone"}]}"#.utf8))
        #expect(map.resolve(users).found.map(\.user.id) == ["y"])
        #expect(map.resolve(users).missing == ["gone"])
    }
}
