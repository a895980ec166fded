// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import Testing

/// A connected pair of TCP sockets of this process.
struct LoopbackPair {
    let client: SocketAddress
    let server: SocketAddress
    private let descriptors: [CInt]

    init(_ address: String) throws {
        let family = address.contains(":") ? AF_INET6 : AF_INET
        let listener = socket(family, CInt(SOCK_STREAM.rawValue), 0)
        try #require(try bindTo(listener, SocketAddress(ipAddress: address, port: 0)) == 0)
        try #require(listen(listener, 1) == 0)
        let own = try name(of: listener, address, getsockname)
        let connection = socket(family, CInt(SOCK_STREAM.rawValue), 0)
        try #require(own.withSockAddr { connect(connection, $0, socklen_t($1)) } == 0)
        let accepted = accept(listener, nil, nil)
        (client, server) = (try name(of: accepted, address, getpeername), try name(of: accepted, address, getsockname))
        descriptors = [listener, connection, accepted]
    }

    func close() { for descriptor in descriptors { _ = Glibc.close(descriptor) } }
}

private func bindTo(_ descriptor: CInt, _ address: SocketAddress) throws -> CInt {
    address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
}

/// The name of one end, which is at this address.
private func name(
    of descriptor: CInt,
    _ address: String,
    _ ask: (CInt, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> CInt
) throws -> SocketAddress {
    var bytes = [UInt8](repeating: 0, count: 64)
    var length = socklen_t(bytes.count)
    let code = bytes.withUnsafeMutableBytes {
        ask(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
    }
    try #require(code == 0)
    // The port is at the same place in both families (ip(7), ipv6(7)), in network order.
    return try SocketAddress(ipAddress: address, port: Int(bytes[2]) << 8 | Int(bytes[3]))
}
