// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Says why a connection failed, for people; in the system's own words (strerror(3)) if the system refused.
package func makeReason(_ error: any Error) -> String {
    let cutShort = "the connection was closed before the answer was whole"
    return switch error {
    case let error as IOError: describe(error.errnoCode)
    case let error as NIOConnectionError: makeReason(error)
    case let error as HTTPClientError where error == .remoteConnectionClosed: cutShort
    case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown, ChannelError.ioOnClosedChannel: cutShort
    case let error as HTTPClientError where error == .proxyAuthenticationRequired:
        "the proxy asks for a user and a password (407)"
    case let error as HTTPClientError where error == .invalidProxyResponse: "the proxy refuses the connection"
    case let error as BoringSSLError: "the TLS connection broke (\(TLSFault.describe("\(error)")))"
    case let error as HTTPParserError: "what answers does not speak HTTP (\(String(describing: error).lowercasedFirst))"
    case let error as HTTPClientError: error.shortDescription.lowercasedFirst
    default: String(describing: error)
    }
}

/// Says why no address could be connected to; if none was tried, the host has none.
private func makeReason(_ error: NIOConnectionError) -> String {
    error.connectionErrors.first.map { makeReason($0.error) } ?? "the name \(error.host) cannot be resolved"
}

private func describe(_ code: CInt) -> String {
    let text = unsafe String(cString: strerror(code))
    return text.lowercasedFirst
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
