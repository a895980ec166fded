// SPDX-License-Identifier: Apache-2.0
package import Foundation
import StampClient
import Varlink

/// Maps users to the hosts whose keys they take.
package struct UserMap: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package let userId: String
        /// Empty where the user takes the keys of every host.
        package let hosts: [HostPattern]
    }

    package enum Source: Sendable, Hashable {
        /// These users, in this order.
        case listed([Entry])
        /// The organization's users whose name is `prefix` and a number.
        case namedAfter(prefix: String)
    }

    package let source: Source

    /// Makes the map that holds without a file: the users whose name is `fleet-NAME-` and a number. The number keeps the users
    /// of a fleet `web` apart from those of a fleet `web-admin`.
    package init(fleet: FleetName) {
        source = .namedAfter(prefix: "fleet-\(fleet)-")
    }

    package enum Fault: Error, Sendable, Hashable {
        case json(detail: String)
        /// The user at this place, from 1, whose `userId` is no identifier.
        case user(Int)
        case hosts(Int)
        case repeatedUser(String)
        case noUser
        case tooManyUsers

        /// The fault in words that follow the file's name.
        package var message: String {
            switch self {
            case .json(let detail):
                "is not {\"version\":1,\"users\":[{\"userId\":\"…\",\"hosts\":[\"…\"]}]}: \(detail)"
            case .user(let place): "has a user whose \"userId\" is no identifier, the one at place \(place)"
            case .hosts(let place): "has a user whose \"hosts\" are no host patterns, the one at place \(place)"
            case .repeatedUser(let id): "names the user \(id) twice"
            case .noUser: "names no user"
            case .tooManyUsers: "names more than \(FleetUser.userLimit) users, which no organization has"
            }
        }
    }

    /// Reads a file: `{"version":1,"users":[{"userId":"…","hosts":["web-*"]}]}`, of which `hosts` may be left out.
    package init(reading data: Data) throws(Fault) {
        let json: StrictJSON
        do throws(JSONError) { json = try StrictJSON(object: data) } catch { throw .json(detail: error.message) }
        guard let members = try? json.decode(Members.self), members.version == 1 else {
            throw .json(detail: "a member is missing, of another type or not known")
        }
        guard !members.users.isEmpty else { throw .noUser }
        guard members.users.count <= FleetUser.userLimit else { throw .tooManyUsers }
        var (entries, seen) = ([Entry](), Set<String>())
        for (index, user) in members.users.enumerated() {
            guard DocumentText.isIdentifier(user.userId) else { throw .user(index + 1) }
            guard seen.insert(user.userId).inserted else { throw .repeatedUser(user.userId) }
            let patterns = (user.hosts ?? []).map { HostPattern($0) }
            let hosts = patterns.compactMap(\.self)
            guard hosts.count == patterns.count, user.hosts?.isEmpty != true else { throw .hosts(index + 1) }
            entries.append(Entry(userId: user.userId, hosts: hosts))
        }
        source = .listed(entries)
    }

    /// The number of users, where a file lists them.
    package var count: Int? {
        if case .listed(let entries) = source { entries.count } else { nil }
    }

    /// Returns the organization's users that the map means, with their hosts, in order, and the listed users that it does not
    /// have.
    package func resolve(_ users: [FleetUser]) -> (found: [(user: FleetUser, hosts: [HostPattern])], missing: [String])
    {
        switch source {
        case .namedAfter(let prefix):
            let named = users.filter { user in
                let number = user.name.utf8.dropFirst(prefix.utf8.count)
                return user.name.utf8.starts(with: prefix.utf8) && !number.isEmpty
                    && number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            }
            .sorted { ($0.name.utf8.count, $0.name, $0.id) < ($1.name.utf8.count, $1.name, $1.id) }
            return (named.map { ($0, []) }, [])
        case .listed(let entries):
            let byId = Dictionary(users.map { ($0.id, $0) }) { first, _ in first }
            return (
                entries.compactMap { entry in byId[entry.userId].map { ($0, entry.hosts) } },
                entries.map(\.userId).filter { byId[$0] == nil }
            )
        }
    }

    private struct Members: Decodable {
        struct User: Decodable {
            let userId: String
            let hosts: [String]?

            init(from decoder: any Decoder) throws {
                let members = try decoder.container(keyedBy: AnyName.self)
                try AnyName.check(members.allKeys, among: ["userId", "hosts"], decoder)
                userId = try members.decode(String.self, forKey: AnyName("userId"))
                hosts = try members.decodeIfPresent([String].self, forKey: AnyName("hosts"))
            }
        }

        let version: Int
        let users: [User]

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: AnyName.self)
            try AnyName.check(members.allKeys, among: ["version", "users"], decoder)
            version = try members.decode(Int.self, forKey: AnyName("version"))
            users = try members.decode([User].self, forKey: AnyName("users"))
        }
    }
}

/// A member's name of any text, so that unknown names can be refused.
private struct AnyName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }

    static func check(_ found: [Self], among known: [String], _ decoder: any Decoder) throws {
        guard found.allSatisfy({ name in known.contains { $0.utf8.elementsEqual(name.stringValue.utf8) } }) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a name"))
        }
    }
}
