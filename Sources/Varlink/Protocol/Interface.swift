// SPDX-License-Identifier: Apache-2.0

/// The interfaces that a frame serves.
package enum Interface: String, CaseIterable, Sendable {
    case service = "org.varlink.service"
    case stamper = "io.stampd.Stamper"
    case control = "io.stampd.Control"

    /// The interface's text in Varlink's interface language, as GetInterfaceDescription answers it.
    package var text: String {
        switch self {
        case .service: OrgVarlinkService.text
        case .stamper: IOStampdStamper.text
        case .control: IOStampdControl.text
        }
    }
}
