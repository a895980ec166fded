// SPDX-License-Identifier: Apache-2.0

/// One call, read from a frame (the bytes without their NUL): `{"method":…,"parameters":{…},"oneway":…,"more":…,"upgrade":…}`.
///
/// Its members may stand in any order. The whole frame was checked as JSON, so what is read from it later is well formed.
/// It lends the frame's bytes and copies none of them.
package struct Call: ~Escapable {
    /// No reply may be sent, not even an error.
    package let isOneway: Bool
    /// The caller takes more than one reply.
    package let wantsMore: Bool
    /// The caller wants another protocol after this call; always refused.
    let wantsUpgrade: Bool

    let reader: JSONReader
    private let methodName: JSONToken
    private let parameters: ParameterTokens

    @_lifetime(copy frame)
    package init(_ frame: Span<UInt8>) throws(CallError) {
        reader = JSONReader(frame)
        let members: CallMembers
        do throws(JSONError) { members = try CallMembers(frame) } catch { throw .json(error) }
        guard !members.hasUnknown else { throw .unknownMember }
        guard let method = members.method else { throw .missingMethod }
        guard method.kind == .string else { throw .methodIsNotString }
        guard members.parametersKind == .object else { throw .parametersAreNotObject }
        methodName = method
        parameters = members.parameters
        isOneway = try Self.readFlag(members.oneway, reader)
        wantsMore = try Self.readFlag(members.more, reader)
        wantsUpgrade = try Self.readFlag(members.upgrade, reader)
        guard !(isOneway && wantsMore) else { throw .onewayAndMore }
    }

    /// The method that is called.
    ///
    /// - Throws: `.interfaceNotFound`, also for an interface that is not among these and for a name without one;
    ///   `.methodNotFound`; `.invalidParameter` for a call that asks for an upgrade; `.expectedMore` for
    ///   Monitor without `more`. Names are echoed in at most 64 printable ASCII bytes.
    package func method(among interfaces: [Interface]) throws(ErrorReply) -> Method {
        if let name = reader.bytesInPlace(methodName) { return try findMethod(name, among: interfaces) }
        var name: [UInt8] = []
        do { try reader.append(methodName, to: &name) } catch { throw .interfaceNotFound(interface: "") }
        return try findMethod(name.span, among: interfaces)
    }

    /// The call's parameters, none of which is unknown to the method.
    ///
    /// - Throws: `.invalidParameter` with the first name that the method does not take.
    @_lifetime(copy self)
    package func parameters(of method: Method) throws(ErrorReply) -> Parameters {
        try Parameters(parameters, in: reader, allowing: method.parameters)
    }
}

extension Call {
    private static func readFlag(_ token: JSONToken?, _ reader: JSONReader) throws(CallError) -> Bool {
        guard let token else { return false }
        do throws(JSONError) { return try reader.bool(token) } catch { throw .flagIsNotBool }
    }

    private func findMethod(_ name: Span<UInt8>, among interfaces: [Interface]) throws(ErrorReply) -> Method {
        let dot = name.lastOffset(of: UInt8(ascii: ".")) ?? name.count
        let interfaceName = name.extracting(..<dot)
        for interface in interfaces where interfaceName.equals(interface.rawValue) {
            let member = name.extracting(min(dot + 1, name.count)...)
            guard let method = Method(echo(member), of: interface) else { throw .methodNotFound(method: echo(name)) }
            guard !wantsUpgrade else { throw .invalidParameter(parameter: "upgrade") }
            guard wantsMore || method != .stamper(.monitor) else { throw .expectedMore }
            return method
        }
        throw .interfaceNotFound(interface: echo(interfaceName))
    }
}
