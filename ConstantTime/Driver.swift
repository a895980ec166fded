// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// Lives a frame's life with the signer's own code, under valgrind: what the random generator gives is secret, and a finding
/// is whatever depends on it. At the end come three functions that are not constant in time, and must be found.
///
/// It prints the embedded key in hex, reads bundles line by line until an empty one, and prints for each what came of it;
/// then `stamp PUBLIC-KEY STAMP` for stamps of "{}", and `secret PLACE COUNT` for each place of `SecrecyPlace`.
@main struct Driver {
    static let now = BootInstant(nanoseconds: 1_000_000_000_000)
    static let payload = Array("{}".utf8)

    static func main() throws {
        guard SecrecyIsWatched() != 0, CryptoLibrary.wipeFreedMemory() else { fatalError("this is for valgrind") }
        _ = try SecureHeap.setUp()
        try CryptoLibrary.prepare()
        var frame = Frame()
        let published = try frame.initEmbeddedKey(expirationSeconds: nil, at: now)
        say(Hex.text(published.publicKey))
        inject(&frame)
        let key = try frame.createSessionKey(for: .default, at: now)
        try stamp(&frame, frame.activateSession(key, as: SessionRequest(), at: now))
        try restore(&frame)
        frame.reset(at: now)
        for place in 0..<SecrecyPlaceCount.rawValue {
            say("secret \(place) \(SecrecyCount(SecrecyPlace(rawValue: place)))")
        }
        controlLookUp()
        controlComparison()
        controlOutput()
    }

    private static func inject(_ frame: inout Frame) {
        var count = 0
        while let line = readLine(), !line.isEmpty {
            count += 1
            let bundle = Array(line.utf8)
            guard let name = SessionName(Array("s\(count)".utf8).span) else { fatalError("no session name") }
            do throws(FrameError) {
                let request = SessionRequest(name: name)
                let session = try frame.injectCredentialBundle(bundle.span, as: request, expecting: nil, at: now)
                say("injected \(session.publicKey)")
                stamp(&frame, session)
            } catch {
                guard case .invalidBundle(let reason) = error else { fatalError("\(error)") }
                say("refused \(reason)")
            }
        }
    }

    private static func stamp(_ frame: inout Frame, _ session: Session) {
        for _ in 0..<3 {
            var text: [UInt8] = []
            do throws(FrameError) {
                try frame.stamp(
                    payload.span,
                    session: session.name,
                    expecting: session.publicKey,
                    at: now,
                    clock: { now },
                    to: &text
                )
            } catch { fatalError("\(error)") }
            say("stamp \(session.publicKey) \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Writes the frame's state and reads it again, as the process after it would.
    private static func restore(_ frame: inout Frame) throws {
        guard let bootId = BootId(hex: Array(String(repeating: "b", count: 32).utf8).span) else { fatalError("no id") }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: StateSlots.byteCount, alignment: 4096)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        var slots = StateSlots(memory)
        try slots.write(frame, bootId: bootId, at: now)
        guard var restored = try slots.read(limits: FrameLimits(), bootId: bootId, at: now) else {
            fatalError("nothing was kept")
        }
        for session in restored.listSessions(at: now) { stamp(&restored, session) }
        slots.wipe()
    }

    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}

/// Sixteen digits are looked up by the halves of each byte.
@inline(never) private func controlLookUp() {
    var secret: [UInt8] = [1, 2, 3, 4]
    SecrecyBegin(&secret, secret.count)
    var text = Array(Hex.text(secret).utf8)
    SecrecyEnd(&text, text.count)
}

/// It ends at the first byte that differs.
@inline(never) private func controlComparison() {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    SecrecyBegin(&bytes, 32)
    var isEqual = ChainValue(bytes) == ChainValue.start
    SecrecyEnd(&isEqual, 1)
}

@inline(never) private func controlOutput() {
    var secret: [UInt8] = [1, 2, 3, 4]
    SecrecyBegin(&secret, secret.count)
    let output = open("/dev/null", O_WRONLY)
    _ = write(output, secret, secret.count)
    close(output)
}
