// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Printing

// The answers of etcd's HTTP gateway, with the members that are used here (etcd's rpc.proto and kv.proto in protobuf's mapping
// to JSON). An absent member is zero, empty or false. Members that are not listed are ignored, since later versions have more.

/// An answer's header: the store's revision at the member that answered.
struct EtcdHeader: Decodable {
    let revision: EtcdRevision?
}

struct EtcdTokenAnswer: Decodable {
    let token: String
}

struct EtcdLeaseAnswer: Decodable {
    let id: EtcdNumber
    /// The lease's time in seconds; absent where there is no such lease.
    let timeToLive: EtcdNumber?

    private enum CodingKeys: String, CodingKey {
        case id = "ID"
        case timeToLive = "TTL"
    }
}

/// One answer of the keep-alive stream, of which only the first is read.
struct EtcdKeepAliveAnswer: Decodable {
    let result: EtcdLeaseAnswer
}

struct EtcdPutAnswer: Decodable {
    let header: EtcdHeader
}

struct EtcdRangeAnswer: Decodable {
    let header: EtcdHeader
    let kvs: [EtcdPair]?
    let more: Bool?
}

struct EtcdTransactionAnswer: Decodable {
    let header: EtcdHeader
    let succeeded: Bool?
}

/// A key with its value.
struct EtcdPair: Decodable {
    let key: EtcdBytes
    let value: EtcdBytes?
    /// The store's revision at the key's last change.
    let modRevision: EtcdRevision

    private enum CodingKeys: String, CodingKey {
        case key
        case value
        case modRevision = "mod_revision"
    }
}

struct EtcdWatchAnswer: Decodable {
    let header: EtcdHeader
    let created: Bool?
    let canceled: Bool?
    /// The oldest revision that is still there, where the watch ended because it asked for an older one.
    let compactRevision: EtcdNumber?
    let cancelReason: String?
    let events: [EtcdEvent]?

    private enum CodingKeys: String, CodingKey {
        case header
        case created
        case canceled
        case compactRevision = "compact_revision"
        case cancelReason = "cancel_reason"
        case events
    }
}

struct EtcdEvent: Decodable {
    /// `DELETE`; absent for a put.
    let type: String?
    let kv: EtcdPair
}

/// One line of a watch.
struct EtcdWatchLine: Decodable {
    let result: EtcdWatchAnswer?
    let error: EtcdStreamError?
}

/// The error that ends a stream.
struct EtcdStreamError: Decodable {
    /// The gRPC status of etcd 3.4 and 3.5; later versions name it `code`.
    let grpcCode: Int?
    let code: Int?
    let message: String?

    private enum CodingKeys: String, CodingKey {
        case grpcCode = "grpc_code"
        case code
        case message
    }
}

/// The error that is answered in place of a result.
struct EtcdErrorAnswer: Decodable {
    let code: Int
    let message: String?
}

/// A 64-bit number, which JSON has as a string of digits.
struct EtcdNumber: Decodable, Sendable {
    let value: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let number = Int64(spelled: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no whole number")
        }
        value = number
    }
}

/// A revision of the store: 0 or more, and less than the largest 64-bit number, so that a next one exists.
struct EtcdRevision: Decodable, Sendable {
    let value: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = try container.decode(EtcdNumber.self).value
        guard (0..<Int64.max).contains(value) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no revision")
        }
    }
}

/// Bytes in base64 with padding, in the canonical spelling.
struct EtcdBytes: Decodable, Sendable {
    let value: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        // Foundation's decoder accepts more than one spelling; only the canonical one is written again.
        guard let data = Data(base64Encoded: text), data.base64EncodedString().utf8.elementsEqual(text.utf8) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no base64")
        }
        value = Array(data)
    }
}
