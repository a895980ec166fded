// SPDX-License-Identifier: Apache-2.0

/// The kinds of records. A kind's name is the field STAMPD_EVENT. Its MESSAGE_ID never changes, and
/// systemd/stampd.catalog explains it.
enum AuditKind: String, CaseIterable {
    case auditStarted
    case auditResumed
    case stamp
    case refusal
    case confirmationWanted
    case confirmationAnswered
    case confirmationEnded
    case injection
    case activation
    case sessionKeyCreated
    case sessionKeyDropped
    case cardMade
    case delivery
    case approverRevoked
    case sessionStarted
    case sessionEnded
    case sessionExpired
    case sessionRejected
    case embeddedKeyCreated
    case embeddedKeyReset
    case reset
    case locked
    case unlocked
    case reportRejected
    case refusalsLeftOut
    case recordsLost

    var messageId: String {
        switch self {
        case .auditStarted: "2369f808626a4d2a854f9892a8192bec"
        case .auditResumed: "54df8675337b46389c19a2495abf9d1d"
        case .stamp: "81a65bc292b44acfa1f6d410e5117e3d"
        case .refusal: "83395bd0e08d4e018134cdb233250a00"
        case .confirmationWanted: "8a05f59e4f98400db4ce04dc87cc08fd"
        case .confirmationAnswered: "342dbbf1de2c4b7ab81e816dc904c0df"
        case .confirmationEnded: "cd2d1c56a6ab44d196bde7998846265b"
        case .injection: "23a93696f87042f08b798de88f1a6898"
        case .activation: "40eea02d5af144f4994bf414acab4c6f"
        case .sessionKeyCreated: "36ef6094e049479b90aaed157d26da19"
        case .sessionKeyDropped: "baac699b8e604a9692eeb4d8846e1897"
        case .cardMade: "6f01d4da09b04d1082db2330ad0344d6"
        case .delivery: "cf94b821358345928eaa2931261fae69"
        case .approverRevoked: "c92f4b76e41b45d5a524f097c6d743e4"
        case .sessionStarted: "835e8e3dae0146ebbd5ef7a73ee3032e"
        case .sessionEnded: "8101c73733b8404fa1a55110cfe0f24e"
        case .sessionExpired: "a9c17511b0a44bc5ac2ca1680da8e38e"
        case .sessionRejected: "7cf173ad48914233831f79cbe4017346"
        case .embeddedKeyCreated: "6ded6d40d57548a8b5500fc45f6af9e6"
        case .embeddedKeyReset: "0dd6275f8ef14f19bec1b0a7090e6eac"
        case .reset: "21f03f68f7d747278f269511dcf3d34a"
        case .locked: "e0033f8e5d7943b3b2cf3ccdf1047e02"
        case .unlocked: "a4baa0e211d34fe98beeba657350fdcd"
        case .reportRejected: "b0faddec2ce44a50a65ac189496544f5"
        case .refusalsLeftOut: "915b64a7057a4c478006fe670807cb86"
        case .recordsLost: "79f3d31b759543199135737c11a1345e"
        }
    }

    var severity: Log.Severity {
        switch self {
        case .stamp: .info
        case .refusal, .sessionRejected, .reportRejected, .refusalsLeftOut: .warning
        case .recordsLost: .error
        default: .notice
        }
    }

    /// The text with which the field MESSAGE begins.
    var message: String {
        switch self {
        case .auditStarted: "audit begun: no record of this frame stands before this one"
        case .auditResumed: "audit goes on where the process before left it"
        case .stamp: "stamped"
        case .refusal: "refused"
        case .confirmationWanted: "a stamp waits for a confirmation"
        case .confirmationAnswered: "a confirmation was answered"
        case .confirmationEnded: "a confirmation ended without an answer"
        case .injection: "credential bundle injected"
        case .activation: "session key activated"
        case .sessionKeyCreated: "session key created"
        case .sessionKeyDropped: "session key dropped"
        case .cardMade: "card made, whose key waits for an approver's parcel"
        case .delivery: "parcel taken"
        case .approverRevoked: "session ended, its approver is not there any more"
        case .sessionStarted: "session started"
        case .sessionEnded: "session ended"
        case .sessionExpired: "session expired"
        case .sessionRejected: "session ended, the API no longer knows its key"
        case .embeddedKeyCreated: "embedded key made"
        case .embeddedKeyReset: "embedded key gone"
        case .reset: "reset: the embedded key and every credential are destroyed"
        case .locked: "locked"
        case .unlocked: "unlocked"
        case .reportRejected: "a key is reported as rejected by the API"
        case .refusalsLeftOut: "refusals were left out"
        case .recordsLost: "records were lost"
        }
    }
}
