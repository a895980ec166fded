// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `sign_raw_payloads`: signs several payloads with one key, in their order.
struct SignRawPayloads: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_SIGN_RAW_PAYLOADS",
        intentKey: "signRawPayloadsIntent",
        resultKey: "signRawPayloadsResult"
    )
    /// The most payloads of one submission; other requests wait meanwhile.
    private static let limit = 100

    private let payloads: RawPayloads
    private let digests: [[UInt8]]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        payloads = try RawPayloads(reading: &parameters)
        let texts = try parameters.strings("payloads")
        guard (1...Self.limit).contains(texts.count) else {
            throw parameters.invalid("payloads", "must be 1 to \(Self.limit)")
        }
        var digests: [[UInt8]] = []
        for (index, text) in texts.enumerated() {
            digests.append(try payloads.digest(text, of: "payloads[\(index)]", in: parameters))
        }
        self.digests = digests
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        ["signatures": .array(try payloads.sign(digests, in: organization).map { .object($0) })]
    }
}
