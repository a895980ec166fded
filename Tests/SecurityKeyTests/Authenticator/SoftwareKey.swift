// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Glibc
import Synchronization

/// A security key made of software: CTAP 2 over a Unix socket, which libfido2 is led to in place of a device file.
final class SoftwareKey: Sendable {
    /// What the key's user does when it blinks.
    enum User: Sendable {
        case touchesAtOnce
        /// Keeps it blinking until `touch()` is called.
        case waits
        case refuses
        /// Does nothing until the key itself gives up.
        case sleeps
        /// Pulls it out.
        case pullsOut
    }

    struct Settings: Sendable {
        var user = User.touchesAtOnce
        var pin: String?
        var pinProtocol = 1
        /// A sensor of its own: how many fingers it refuses before it accepts one. `nil`: it has none.
        var refusedFingers: Int?
        var retriesLeft = 8
        var keepsCredentials = true
        var isFull = false
        var speaksCTAP2 = true
        /// Refuses to do anything before the PIN was changed.
        var wantsNewPIN = false
        /// Says in the signed flags that it verified nobody, whatever it did.
        var forgetsVerification = false
        /// Answers each command with this status.
        var status: UInt8?
    }

    struct Credential: Sendable {
        let id: Data
        let key: P256.Signing.PrivateKey
        let rpId: String
        let userId: Data
        let userName: String?
        let isDiscoverable: Bool
    }

    struct State {
        var settings: Settings
        var credentials: [Credential] = []
        var counter: UInt32 = 0
        var isTouched = false
        var cancelCount = 0
        var fingerCount = 0
        var agreement: PINProtocol
        var token = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
        var wrongInARow = 0
        var next: [Credential] = []
        var nextHash = Data()
        var nextIsVerified = false
    }

    let path: String
    let state: Mutex<State>
    private let listener: CInt
    private let (blinks, noteBlinks) = AsyncStream.makeStream(of: Void.self)
    private let (cancels, noteCancels) = AsyncStream.makeStream(of: Void.self)

    init(_ settings: Settings = Settings()) throws {
        path = NSTemporaryDirectory() + "stampd-key-\(UUID().uuidString.prefix(8))"
        state = Mutex(State(settings: settings, agreement: PINProtocol(version: settings.pinProtocol)))
        listener = socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let result = withSocketAddress(path) { bind(listener, $0, $1) }
        guard result == 0, listen(listener, 8) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
        Thread { [self] in serve() }.start()
    }

    /// Nobody connects any more, and the device file is gone.
    func unplug() {
        unlink(path)
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Returns when the key blinks. For one waiter.
    func waitForBlink() async { for await _ in blinks { return } }

    func noteBlink() { noteBlinks.yield() }

    /// Returns when the key was told to stop blinking. For one waiter.
    func waitForCancel() async { for await _ in cancels { return } }

    /// The key was told to stop blinking.
    func noteCancel() {
        state.withLock { $0.cancelCount += 1 }
        noteCancels.yield()
    }

    func touch() { state.withLock { $0.isTouched = true } }

    var cancelCount: Int { state.withLock(\.cancelCount) }
    var credentials: [Credential] { state.withLock(\.credentials) }

    func change(_ body: @Sendable (inout Settings) -> Void) { state.withLock { body(&$0.settings) } }

    /// Puts a credential in, as if it had been registered before.
    @discardableResult
    func add(rpId: String, user: String = "ada", isDiscoverable: Bool = true) -> Credential {
        let id = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
        let credential = Credential(
            id: id,
            key: P256.Signing.PrivateKey(),
            rpId: rpId,
            userId: Data("id of \(user)".utf8),
            userName: user,
            isDiscoverable: isDiscoverable
        )
        state.withLock { $0.credentials.append(credential) }
        return credential
    }

    private func serve() {
        while case let peer = accept(listener, nil, nil), peer >= 0 {
            Thread { [self] in
                KeyConnection(Reports(descriptor: peer), of: self).run()
                close(peer)
            }.start()
        }
    }

    /// Not before: a number that is closed is another's soon, and `unplug()` may come twice.
    deinit { close(listener) }
}

/// Lends a Unix socket's address as C wants it.
func withSocketAddress<Result>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let size = MemoryLayout<sockaddr_un>.size
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(size)) }
    }
}
