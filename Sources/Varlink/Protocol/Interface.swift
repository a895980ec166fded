// SPDX-License-Identifier: Apache-2.0

/// The interfaces that a frame serves.
package enum Interface: String, CaseIterable, Sendable {
    case service = "org.varlink.service"
    case stamper = "io.stampd.Stamper"
    case control = "io.stampd.Control"
    case delivery = "io.stampd.Delivery"

    /// The interface's text in Varlink's interface language, which GetInterfaceDescription answers: the bytes of a file in
    /// `Interfaces`, which for the frame's own interfaces is the page in `docs/reference`.
    package var text: String {
        let bytes =
            switch self {
            case .service: PackageResources.org_varlink_service_varlink
            case .stamper: PackageResources.io_stampd_Stamper_varlink
            case .control: PackageResources.io_stampd_Control_varlink
            case .delivery: PackageResources.io_stampd_Delivery_varlink
            }
        return String(decoding: bytes, as: UTF8.self)
    }
}
