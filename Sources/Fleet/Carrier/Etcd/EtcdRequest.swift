// SPDX-License-Identifier: Apache-2.0
import Foundation
import Varlink

/// A request to etcd's HTTP gateway: a method's path, and a message in JSON. Its bytes are in base64 and its 64-bit numbers are
/// strings (protobuf's mapping to JSON; etcd's api_grpc_gateway).
struct EtcdRequest: Sendable {
    let path: String
    let body: [UInt8]

    private init(_ path: String, _ writeMembers: (inout JSONWriter) -> Void) {
        self.path = path
        var writer = JSONWriter()
        writer.object(writeMembers)
        body = writer.bytes
    }

    static func authenticate(_ user: CarrierAccess.User) -> EtcdRequest {
        EtcdRequest("/v3/auth/authenticate") { members in
            members.member("name", user.name)
            members.member("password", user.password)
        }
    }

    static func grantLease(seconds: Int64) -> EtcdRequest {
        EtcdRequest("/v3/lease/grant") { $0.member("TTL", "\(seconds)") }
    }

    static func keepLeaseAlive(_ id: Int64) -> EtcdRequest {
        EtcdRequest("/v3/lease/keepalive") { $0.member("ID", "\(id)") }
    }

    static func put(_ key: String, _ value: [UInt8]) -> EtcdRequest {
        EtcdRequest("/v3/kv/put") { writePut(&$0, key, value, lease: nil) }
    }

    /// Reads a key, or a range of keys. `end` is the first key after the range, `nil` for `key` alone. `revision` is the
    /// store's revision to read at. `hasValues` says whether the answer has the keys' values.
    static func range(
        _ key: [UInt8],
        end: String?,
        limit: Int,
        revision: Int64?,
        hasValues: Bool = true
    ) -> EtcdRequest {
        EtcdRequest("/v3/kv/range") { members in
            members.member("key", encode(key))
            if let end { members.member("range_end", encode(end)) }
            members.member("limit", "\(limit)")
            if let revision { members.member("revision", "\(revision)") }
            if !hasValues { members.member("keys_only", true) }
        }
    }

    /// Watches a key, or a range of keys. `fragment` has etcd split a message of more than 1.5 MiB.
    static func watch(_ key: String, end: String?, from revision: Int64) -> EtcdRequest {
        EtcdRequest("/v3/watch") { members in
            members.objectMember("create_request") { members in
                members.member("key", encode(key))
                if let end { members.member("range_end", encode(end)) }
                members.member("start_revision", "\(revision)")
                members.member("fragment", true)
            }
        }
    }

    static func deleteAll(_ keys: [String]) -> EtcdRequest {
        EtcdRequest("/v3/kv/txn") { members in
            members.arrayMember("success") { operations in
                for key in keys {
                    operations.object { operation in
                        operation.objectMember("request_delete_range") { $0.member("key", encode(key)) }
                    }
                }
            }
        }
    }

    /// Puts a value under a lease, unless the key has that value under that lease already.
    static func putUnlessThere(_ key: String, _ value: [UInt8], lease: Int64) -> EtcdRequest {
        EtcdRequest("/v3/kv/txn") { members in
            members.arrayMember("compare") { comparisons in
                writeComparison(&comparisons, "VALUE", "EQUAL", key, "value", encode(value))
                writeComparison(&comparisons, "LEASE", "EQUAL", key, "lease", "\(lease)")
            }
            members.arrayMember("failure") { writePutOperation(&$0, key, value, lease: lease) }
        }
    }

    /// Puts a value where `other` still has `otherValue`, and `key` was not changed at `revision` or later.
    static func putAnswer(
        _ key: String,
        _ value: [UInt8],
        where other: String,
        has otherValue: [UInt8],
        of revision: Int64
    ) -> EtcdRequest {
        EtcdRequest("/v3/kv/txn") { members in
            members.arrayMember("compare") { comparisons in
                writeComparison(&comparisons, "VALUE", "EQUAL", other, "value", encode(otherValue))
                // The revision of a key that is not there is 0.
                writeComparison(&comparisons, "MOD", "LESS", key, "mod_revision", "\(revision)")
            }
            members.arrayMember("success") { writePutOperation(&$0, key, value, lease: nil) }
        }
    }

    private static func writePut(_ members: inout JSONWriter, _ key: String, _ value: [UInt8], lease: Int64?) {
        members.member("key", encode(key))
        members.member("value", encode(value))
        if let lease { members.member("lease", "\(lease)") }
    }

    /// Writes one operation of a transaction: the put of a value.
    private static func writePutOperation(
        _ operations: inout JSONWriter,
        _ key: String,
        _ value: [UInt8],
        lease: Int64?
    ) {
        operations.object { operation in
            operation.objectMember("request_put") { writePut(&$0, key, value, lease: lease) }
        }
    }

    /// Writes one comparison of a transaction: of a key's `target` with a value, which stands in `member`.
    private static func writeComparison(
        _ comparisons: inout JSONWriter,
        _ target: String,
        _ result: String,
        _ key: String,
        _ member: String,
        _ value: String
    ) {
        comparisons.object { comparison in
            comparison.member("target", target)
            comparison.member("result", result)
            comparison.member("key", encode(key))
            comparison.member(member, value)
        }
    }

    private static func encode(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
