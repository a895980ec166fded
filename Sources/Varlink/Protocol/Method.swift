// SPDX-License-Identifier: Apache-2.0

/// A method of one of our interfaces.
package enum Method: Equatable, Sendable {
    case service(ServiceMethod)
    case stamper(StamperMethod)
    case control(ControlMethod)
    case delivery(DeliveryMethod)

    /// Finds the method of `interface` with this name; nil if there is none.
    init?(_ member: Span<UInt8>, of interface: Interface) {
        let method: Method? =
            switch interface {
            case .service: ServiceMethod.allCases.first { member.equals($0.rawValue) }.map(Method.service)
            case .stamper: StamperMethod.allCases.first { member.equals($0.rawValue) }.map(Method.stamper)
            case .control: ControlMethod.allCases.first { member.equals($0.rawValue) }.map(Method.control)
            case .delivery: DeliveryMethod.allCases.first { member.equals($0.rawValue) }.map(Method.delivery)
            }
        guard let method else { return nil }
        self = method
    }

    /// The method's name in a call, with its interface's.
    package var fullName: String {
        switch self {
        case .service(let method): method.fullName
        case .stamper(let method): method.fullName
        case .control(let method): method.fullName
        case .delivery(let method): method.fullName
        }
    }

    /// The properties of the method that clients, daemon and accounts need.
    package var traits: MethodTraits {
        switch self {
        case .service(let method): method.traits
        case .stamper(let method): method.traits
        case .control(let method): method.traits
        case .delivery(let method): method.traits
        }
    }
}

/// The methods of org.varlink.service.
package enum ServiceMethod: String, CaseIterable, Sendable {
    case getInfo = "GetInfo"
    case getInterfaceDescription = "GetInterfaceDescription"

    /// The method's name in a call, with its interface's.
    package var fullName: String { "\(Interface.service.rawValue).\(rawValue)" }
}

/// The methods of io.stampd.Stamper.
package enum StamperMethod: String, CaseIterable, Sendable {
    case getEmbeddedPublicKey = "GetEmbeddedPublicKey"
    case stamp = "Stamp"
    case explain = "Explain"
    case getSession = "GetSession"
    case listSessions = "ListSessions"
    case getStatus = "GetStatus"
    case reportRejected = "ReportRejected"
    case monitor = "Monitor"

    /// The method's name in a call, with its interface's.
    package var fullName: String { "\(Interface.stamper.rawValue).\(rawValue)" }
}

/// The methods of io.stampd.Control.
package enum ControlMethod: String, CaseIterable, Sendable {
    case initEmbeddedKey = "InitEmbeddedKey"
    case resetEmbeddedKey = "ResetEmbeddedKey"
    case injectCredentialBundle = "InjectCredentialBundle"
    case createSessionKey = "CreateSessionKey"
    case activateSession = "ActivateSession"
    case endSession = "EndSession"
    case lock = "Lock"
    case unlock = "Unlock"
    case dropSessionKey = "DropSessionKey"
    case listConfirmations = "ListConfirmations"
    case confirm = "Confirm"
    case listAccounts = "ListAccounts"
    case getRules = "GetRules"
    case explainFor = "ExplainFor"

    /// The method's name in a call, with its interface's.
    package var fullName: String { "\(Interface.control.rawValue).\(rawValue)" }
}

/// Methods of io.stampd.Delivery.
package enum DeliveryMethod: String, CaseIterable, Sendable {
    case getCard = "GetCard"
    case deliver = "Deliver"

    /// As a call names it.
    package var fullName: String { "\(Interface.delivery.rawValue).\(rawValue)" }
}
