// SPDX-License-Identifier: Apache-2.0

/// The methods of a frame's two interfaces, by their full names on the wire.
enum Method: String, Sendable, CaseIterable {
    case getEmbeddedPublicKey = "io.stampd.Stamper.GetEmbeddedPublicKey"
    case stamp = "io.stampd.Stamper.Stamp"
    case getSession = "io.stampd.Stamper.GetSession"
    case listSessions = "io.stampd.Stamper.ListSessions"
    case getStatus = "io.stampd.Stamper.GetStatus"
    case reportRejected = "io.stampd.Stamper.ReportRejected"
    case monitor = "io.stampd.Stamper.Monitor"
    case initEmbeddedKey = "io.stampd.Control.InitEmbeddedKey"
    case resetEmbeddedKey = "io.stampd.Control.ResetEmbeddedKey"
    case injectCredentialBundle = "io.stampd.Control.InjectCredentialBundle"
    case createSessionKey = "io.stampd.Control.CreateSessionKey"
    case activateSession = "io.stampd.Control.ActivateSession"
    case endSession = "io.stampd.Control.EndSession"
    case lock = "io.stampd.Control.Lock"
    case unlock = "io.stampd.Control.Unlock"

    /// Whether it may be sent once more when nobody knows if the first one arrived: it reads, or stamps.
    var isRepeatable: Bool {
        switch self {
        case .getEmbeddedPublicKey, .stamp, .getSession, .listSessions, .getStatus: true
        case .reportRejected, .monitor, .initEmbeddedKey, .resetEmbeddedKey, .injectCredentialBundle, .createSessionKey,
            .activateSession, .endSession, .lock, .unlock:
            false
        }
    }
}
