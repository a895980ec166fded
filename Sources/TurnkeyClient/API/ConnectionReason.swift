// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why a connection failed, in words for people: the system's own (strerror(3)), where it is the system that says so.
func makeReason(_ error: any Error) -> String {
    let cutShort = "the connection was closed before the answer was whole"
    return switch error {
    case let error as IOError: describe(error.errnoCode)
    case let error as NIOConnectionError: makeReason(error)
    case let error as HTTPClientError where error == .remoteConnectionClosed: cutShort
    case HTTPParserError.invalidEOFState, NIOSSLError.uncleanShutdown: cutShort
    case let error as BoringSSLError: "the TLS connection broke (\(TLSFault.describe("\(error)")))"
    case let error as HTTPParserError: "what answers does not speak HTTP (\(String(describing: error).lowercasedFirst))"
    case let error as HTTPClientError: error.shortDescription.lowercasedFirst
    default: String(describing: error)
    }
}

/// Where no address was tried, there was none.
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
