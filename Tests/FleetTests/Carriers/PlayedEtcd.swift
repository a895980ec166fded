// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import LoopbackPeers

@testable import Fleet

/// What answers in place of a member of etcd's, each request by a script.
struct PlayedEtcd {
    struct Request {
        /// The method, without `/v3/`: `kv/range`.
        let method: String
        let body: [String: Any]

        /// The transaction's first operation puts this value; nil where it is no such transaction.
        var put: [UInt8]? {
            let operations = body["success"] as? [[String: Any]]
            let put = operations?.first?["request_put"] as? [String: String]
            return put?["value"].flatMap { Data(base64Encoded: $0) }.map(Array.init)
        }
    }

    private let listener: LoopbackListener

    var port: Int { listener.port }

    var carrier: any Carrier {
        get throws {
            try CarrierPlace("etcd+http://127.0.0.1:\(listener.port)").makeCarrier(CarrierStage.fleet, CarrierAccess())
        }
    }

    /// Makes a carrier of several members, in this order or one that is turned.
    static func makeCarrier(of members: [PlayedEtcd]) throws -> any Carrier {
        let places = members.map { "127.0.0.1:\($0.listener.port)" }.joined(separator: ",")
        return try CarrierPlace("etcd+http://\(places)").makeCarrier(CarrierStage.fleet, CarrierAccess())
    }

    /// `answer` returns the JSON to answer with; nil: the connection ends without an answer.
    init(_ answer: @escaping @Sendable (Request) -> String?) {
        listener = LoopbackListener { peer in
            guard let request = Self.read(peer), let body = answer(request) else { return }
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            LoopbackListener.write(head + body, to: peer)
        }
    }

    /// A pair as etcd writes it. `value`: nil for a key alone.
    static func pair(_ key: String, _ value: [UInt8]?, revision: Int = 1) -> String {
        let value = value.map { #","value":"\#(Data($0).base64EncodedString())""# } ?? ""
        return #"{"key":"\#(Data(key.utf8).base64EncodedString())","mod_revision":"\#(revision)"\#(value)}"#
    }

    static func range(_ pairs: [String], more: Bool = false) -> String {
        #"{"header":{"revision":"9"},"more":\#(more),"kvs":[\#(pairs.joined(separator: ","))]}"#
    }

    /// Reads a whole request, and returns its head. What closes a connection with bytes that are not read resets it, and the
    /// client may never see the answer.
    static func readHead(_ peer: CInt) -> String? { readMessage(peer)?.head }

    private static func readMessage(_ peer: CInt) -> (head: String, body: [UInt8])? {
        guard let head = LoopbackListener.readHead(peer),
            let length = head.firstMatch(of: /(?i)content-length: ([0-9]+)/).flatMap({ Int($0.1) })
        else { return nil }
        var body = [UInt8](repeating: 0, count: length)
        guard recv(peer, &body, length, Int32(MSG_WAITALL)) == length else { return nil }
        return (head, body)
    }

    private static func read(_ peer: CInt) -> Request? {
        guard let (head, body) = readMessage(peer), let method = head.firstMatch(of: #/^POST /v3/([a-z/]+) /#)?.1,
            let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        else { return nil }
        return Request(method: String(method), body: object)
    }
}
