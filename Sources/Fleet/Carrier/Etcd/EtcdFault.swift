// SPDX-License-Identifier: Apache-2.0
import Printing

/// Why a member of a cluster did not carry out a request.
enum EtcdFault: Error, Equatable {
    /// The member does not answer now; another may.
    case away(reason: String)
    /// The member does not know the token: it was restarted, the token is too old, or the users' permissions changed.
    case tokenRefused
    /// The request needs a user, another user, or a permission that this user lacks; or the cluster has no users.
    case denied(message: String)
    /// The revision that was asked for has been compacted away.
    case compacted
    /// The lease that was named has ended.
    case leaseOver
    /// The answer is none that the protocol has.
    case malformed(detail: String)
    case cancelled

    /// How many characters are shown of a text from the carrier.
    static let shownCharacters = 200

    /// gRPC's status codes (grpc/doc/statuscodes.md) that are told apart.
    private enum Code {
        static let invalidArgument = 3
        static let deadlineExceeded = 4
        static let notFound = 5
        static let permissionDenied = 7
        static let resourceExhausted = 8
        static let failedPrecondition = 9
        static let outOfRange = 11
        static let internalFault = 13
        static let unavailable = 14
        static let unauthenticated = 16
    }

    /// Reads a fault from the gRPC code and, where etcd has one code for several faults, from etcd's text (etcd's
    /// rpctypes/error.go).
    init(code: Int, message: String) {
        let shown = "\(PrintableText(message, maximumLength: Self.shownCharacters))"
        switch code {
        case Code.unauthenticated: self = .tokenRefused
        // A member whose own view of the users is behind answers this too.
        case Code.invalidArgument where message == "etcdserver: revision of auth store is old": self = .tokenRefused
        case Code.invalidArgument where message == "etcdserver: user name is empty":
            self = .denied(message: "it wants a user, and none was given")
        case Code.invalidArgument where message.hasPrefix("etcdserver: authentication failed"),
            Code.permissionDenied:
            self = .denied(message: shown)
        case Code.failedPrecondition where message == "etcdserver: authentication is not enabled":
            self = .denied(message: "it has no users: enable them there (\"etcdctl auth enable\"), or name none here")
        case Code.outOfRange where message.contains("compacted"): self = .compacted
        case Code.notFound where message == "etcdserver: requested lease not found": self = .leaseOver
        case Code.unavailable, Code.deadlineExceeded, Code.resourceExhausted, Code.internalFault:
            self = .away(reason: shown)
        default: self = .malformed(detail: "code \(code), \(shown)")
        }
    }

    /// Reads a fault from the text with which a watch that never began ends: `rpc error: code = NAME desc = MESSAGE`.
    init(cancelReason reason: String) {
        let names = [
            "PermissionDenied": Code.permissionDenied, "Unauthenticated": Code.unauthenticated,
            "InvalidArgument": Code.invalidArgument, "Unavailable": Code.unavailable, "OutOfRange": Code.outOfRange,
        ]
        let match = reason.wholeMatch(of: /rpc error: code = ([A-Za-z]+) desc = (.*)/)
        self.init(code: match.flatMap { names[String($0.1)] } ?? -1, message: match.map { String($0.2) } ?? reason)
    }
}
