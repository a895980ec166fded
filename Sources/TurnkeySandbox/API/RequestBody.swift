// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A request's body: JSON, with the organization that it is about.
struct RequestBody {
    let organizationId: UUID
    /// The members, `organizationId` read already.
    let fields: FieldReader

    init(_ bytes: Data) throws(APIRefusal) {
        guard case .object(let object) = try? JSONReader.read(bytes) else { throw .malformedBody }
        var fields = FieldReader(object)
        let text = try fields.string("organizationId")
        guard let id = UUID(uuidString: text) else { throw .malformedOrganizationId }
        organizationId = id
        self.fields = fields
    }
}
