// SPDX-License-Identifier: Apache-2.0

/// A fault that makes a message no call. The connection then ends, since nothing tells where the peer's next call would
/// start.
package enum CallError: Error, Equatable {
    case json(JSONError)
    /// A member other than method, parameters, oneway, more and upgrade.
    case unknownMember
    case missingMethod
    case methodIsNotString
    case parametersAreNotObject
    /// A value of oneway, more or upgrade other than true, false or null.
    case flagIsNotBool
    /// Both oneway and more: no reply, and many.
    case onewayAndMore
}

extension CallError {
    /// Says what was wrong; never repeats the peer's bytes.
    package var message: String {
        switch self {
        case .json(let error): "not a JSON text: \(error.message)"
        case .unknownMember: "a call has no other members than method, parameters, oneway, more and upgrade"
        case .missingMethod: "a call must name its method"
        case .methodIsNotString: "a call's method must be a string"
        case .parametersAreNotObject: "a call's parameters must be an object"
        case .flagIsNotBool: "oneway, more and upgrade must be true or false"
        case .onewayAndMore: "a call is oneway or asks for more, not both"
        }
    }
}
