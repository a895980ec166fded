// SPDX-License-Identifier: Apache-2.0
import SignerCore

extension StateError {
    /// The error as the end of a sentence; says nothing of the state itself.
    var message: String {
        switch self {
        case .empty: "it is empty"
        case .magic: "it is no state of stampd"
        case .version(let version): "it is of version \(version), which this stampd does not read"
        case .length: "its length is wrong"
        case .checksum: "it is damaged"
        case .bootId: "it was written in another boot of the machine"
        case .future: "it was written later than now"
        case .count: "it holds more than a frame can"
        case .field: "a field of it holds what it may not"
        case .key: "a key in it is wrong"
        case .deadline: "a deadline in it is wrong"
        case .name: "a session's name in it is wrong"
        case .claim: "an organization or a user in it is wrong"
        case .duplicate: "something is in it twice"
        case .reference: "a session's key is missing in it, or belongs to no session"
        case .crypto(.noSecureMemory): "the memory for keys is used up"
        case .crypto(.failed(let call)): "\(call) failed"
        }
    }
}
