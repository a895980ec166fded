// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `sign_raw_payload`: signs a hash, or the hash of bytes, and returns r, s and the recovery id.
struct SignRawPayload: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2",
        intentKey: "signRawPayloadIntentV2",
        resultKey: "signRawPayloadResult"
    )

    private let payloads: RawPayloads
    private let digest: [UInt8]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        payloads = try RawPayloads(reading: &parameters)
        digest = try payloads.digest(try parameters.name("payload"), of: "payload", in: parameters)
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        try payloads.sign([digest], in: organization)[0]
    }
}
