// SPDX-License-Identifier: Apache-2.0
import NIOSSL

/// The reasons why no safe connection can be made; `cause` is the TLS library's text.
public enum TLSFault: Sendable, Hashable {
    /// No trusted authority signed the certificate, or it is not valid now.
    case untrustedCertificate(cause: String)
    /// The certificate is for another host.
    case anotherName(cause: String)
    /// The server does not speak TLS.
    case noTLS(cause: String)
    /// The server speaks no safe version of TLS, which is 1.2 or later.
    case oldTLS(cause: String)
    /// The server closed the connection during the handshake.
    case closed(cause: String)
    /// This machine has no certificates of authorities, so no server is trusted.
    case noCertificates
    /// The handshake failed for another reason.
    case failed(cause: String)

    package var message: String {
        switch self {
        case .untrustedCertificate(let cause):
            "no authority that this machine trusts vouches for its certificate (\(cause))"
        case .anotherName(let cause): "its certificate is another host's (\(cause))"
        case .noTLS(let cause): "no TLS at that port (\(cause))"
        case .oldTLS(let cause): "it speaks no TLS 1.2 or later (\(cause))"
        case .closed(let cause): "the connection was closed during the TLS handshake (\(cause))"
        case .noCertificates: "there are no CA certificates on this machine"
        case .failed(let cause): "the TLS handshake failed (\(cause))"
        }
    }

    var hint: String {
        switch self {
        case .untrustedCertificate:
            "look at this machine's clock; for an authority of your own, name its certificate by SSL_CERT_FILE"
        case .anotherName, .noTLS: "look at the API's base URL: its host and its port"
        case .oldTLS: "look at the API's base URL, and at what stands in between"
        case .noCertificates: "install ca-certificates, or name a file of them by SSL_CERT_FILE"
        case .closed: "try again; where it stays so, look at the API's base URL: that port may speak no TLS"
        case .failed: "look at the network and the API's base URL, then try again"
        }
    }

    /// Classifies an error.
    ///
    /// - Returns: `nil` for an error outside of the handshake, after which the request may have been sent.
    package init?(_ error: any Error) {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self = .anotherName(cause: "\(error)")
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            self = .untrustedCertificate(cause: "\(error)")
        case NIOSSLError.handshakeFailed(.sslError(let stack)): self.init(stack)
        case NIOSSLError.handshakeFailed: self = .failed(cause: "\(error)")
        default: return nil
        }
    }

    private init(_ stack: NIOBoringSSLErrorStack) {
        let cause = Self.describe(stack.map(\.description).joined(separator: "; "))
        self = .failed(cause: cause)
        guard !stack.contains(.eofDuringHandshake) else {
            self = .closed(cause: cause)
            return
        }
        for reason in stack.compactMap(Self.readReason) {
            switch reason {
            case 125: self = .untrustedCertificate(cause: cause)  // SSL_R_CERTIFICATE_VERIFY_FAILED
            case 156, 247: self = .noTLS(cause: cause)  // SSL_R_HTTP_REQUEST, SSL_R_WRONG_VERSION_NUMBER
            // SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_UNKNOWN_PROTOCOL
            case 240, 1_070, 233: self = .oldTLS(cause: cause)
            default: continue
            }
            return
        }
    }

    /// Removes the place in the library's source from its message.
    static func describe(_ text: String) -> String { text.replacing(#/ at [^ ,;)]+:[0-9]+/#, with: "") }

    /// Reads the reason of an error of the library's SSL part (ERR_GET_REASON, ERR_GET_LIB; `err.h`, `ssl.h` of
    /// BoringSSL). NIO gives the packed code only as the number at the start of the description.
    private static func readReason(_ error: BoringSSLInternalError) -> UInt32? {
        let words = error.description.split(separator: " ")
        guard words.count > 1, let code = UInt32(words[1]), code >> 24 == 16 else { return nil }
        return code & 0xFFF
    }
}
