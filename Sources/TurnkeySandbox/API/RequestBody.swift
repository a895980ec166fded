// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The body of a request: JSON, with the organization that it is about.
struct RequestBody {
    let organizationId: UUID
    /// The other members; `organizationId` was read already.
    let fields: FieldReader

    init(_ bytes: Data) throws(APIRefusal) {
        guard let object = try? JSONObject(reading: bytes) else { throw .malformedBody }
        var fields = FieldReader(object)
        let text = try fields.string("organizationId")
        guard let id = UUID(uuidString: text) else { throw .malformedOrganizationId }
        organizationId = id
        self.fields = fields
    }
}
