// SPDX-License-Identifier: Apache-2.0
import CFIDO2
import Passkeys
import Printing

extension SecurityKeyError: CustomStringConvertible {
    /// The message, with unprintable characters escaped.
    public var description: String { "\(PrintableText(message))" }

    /// The reason in words. It may repeat text from outside.
    public var message: String {
        switch self {
        case .noKey: "no security key is plugged in"
        case .notPermitted(let paths): "not permitted to open the security key at \(paths.joined(separator: ", "))"
        case .cannotOpen(let key): "the security key \(key) could not be opened"
        case .busy(let key): "the security key \(key) is busy with another program"
        case .unsupported(let key): "the security key \(key) does not support FIDO2 with ES256"
        case .connectionLost(let key): "the security key \(key) was removed or stopped answering"
        case .noCredential(let rpId, let key): "the security key \(key) has no passkey of \(rpId)"
        case .alreadyRegistered(let rpId, let key):
            "the security key \(key) already has a passkey of this user at \(rpId)"
        case .storageFull(let key): "the security key \(key) has no room for another passkey"
        case .refused(let key): "refused at the security key \(key)"
        case .timedOut: "the user did not approve at the security key in time"
        case .cancelled: "the approval at the security key was cancelled"
        case .pinNotSet(let key): "the security key \(key) has no PIN, and one is needed"
        case .pinMustChange(let key): "the security key \(key) wants its PIN to be changed first"
        case .pinPaused(let key): "three wrong PINs in a row: the security key \(key) takes no more for now"
        case .pinBlocked(let key): "the PIN of the security key \(key) is blocked"
        case .verificationBlocked(let key): "the sensor of the security key \(key) is blocked, and it has no PIN"
        case .notVerified(let key): "the security key \(key) did not verify its user"
        case .noTerminal(let path): "the security key needs an answer, and there is no terminal at \(path)"
        case .unclearRequest(let fault): "the request is not clear, so no approval is asked for: \(fault.message)"
        case .unusableRpId(let rpId): "not a relying party's domain: \(PromptText(rpId))"
        case .unusableUserId(let byteCount): "a user's identifier of \(byteCount) bytes; 1 to 64 are possible"
        case .failed(let call, let code, let key?): "\(call) failed at \(key): \(Self.name(of: code))"
        case .failed(let call, let code, nil): "\(call) failed: \(Self.name(of: code))"
        }
    }

    /// What to do about it, if there is something.
    public var hint: String? {
        switch self {
        case .noKey: "plug it in; \"ls -l /dev/hidraw*\" shows whether the kernel sees it"
        case .notPermitted:
            "install your distribution's udev rules for security keys (Debian: libfido2-1), plug it in anew"
        case .cannotOpen, .busy: "close what else uses it (a browser, ssh-agent), or plug it in anew"
        case .connectionLost: "plug it in and try again"
        case .noCredential: "use the key that was registered, or register this one first"
        case .alreadyRegistered: "this key can be used as it is"
        case .storageFull: "delete a passkey from it: \"fido2-token -L -r DEVICE\" lists them"
        case .pinNotSet: "set one: \"fido2-token -S DEVICE\""
        case .pinMustChange: "change it: \"fido2-token -C DEVICE\""
        case .pinPaused: "plug it in anew and try again; the tries that were used do not come back"
        case .pinBlocked: "only a reset makes it usable again, which deletes its passkeys: \"fido2-token -R DEVICE\""
        case .verificationBlocked: "set a PIN: \"fido2-token -S DEVICE\""
        case .noTerminal: "run it at a terminal: a PIN is read from nowhere else"
        case .unusableRpId: "give a domain such as \"example.com\", without scheme and port"
        case .timedOut: "try again, and touch the key while it blinks"
        case .unsupported, .notVerified: "use another key"
        case .unclearRequest: "it may ask for another thing than is shown; make it anew"
        case .refused, .cancelled, .unusableUserId, .failed: nil
        }
    }

    private static func name(of code: Int32) -> String {
        unsafe String(cString: fido_strerr(code))
    }
}
