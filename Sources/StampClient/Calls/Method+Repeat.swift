// SPDX-License-Identifier: Apache-2.0
import Varlink

extension Method {
    /// Whether it may be sent once more when nobody knows if the first one arrived: it reads, or stamps.
    var isRepeatable: Bool {
        switch self {
        case .service: true
        case .stamper(let method): method.isRepeatable
        case .control: false
        }
    }
}

extension StamperMethod {
    fileprivate var isRepeatable: Bool {
        switch self {
        case .getEmbeddedPublicKey, .stamp, .getSession, .listSessions, .getStatus: true
        case .reportRejected, .monitor: false
        }
    }
}
